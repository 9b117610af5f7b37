import type { Tx } from '#kernel/store.ts'
import { won } from '#kernel/money.ts'
import {
  allUnits,
  type Cancellation,
  cancellationOf,
  remainingAmount,
  type Part,
  withCanceled,
  withCanceling,
  withReturned,
} from './cancellation.ts'
import { deleteRequests, endCancellation, readCancellations } from './cancellation-store.ts'
import { orderCanceled, orderLinesCanceled } from '../contract.ts'
import { factsOf, type OrderRecord } from '../order.ts'
import { isPaid } from '../states.ts'
import { lockOrders, saveLines, saveOrders } from '../store.ts'
import type { Views } from '../views.ts'

/** The reason of an order whose money was given back at the provider's console. */
const AT_THE_PROVIDER = '결제 취소'

/** A refund: that of a cancellation has its id. */
interface Refund {
  readonly orderId: string
  readonly refundId: string
}

/** Stores an order whose units changed, with why and under which id it is being canceled, or was. */
export const saveUnits = async (
  tx: Tx,
  order: OrderRecord,
  last: { readonly id: string | null; readonly reason: string | null },
  now: number,
): Promise<OrderRecord> => {
  const { status } = order
  const stays = status === 'PAID'
  const next: OrderRecord = {
    ...order,
    cancellationId: stays ? null : last.id,
    cancelReason: stays ? null : last.reason,
    canceledAt: status === 'CANCELED' ? now : null,
  }
  await Promise.all([saveOrders(tx, [next], 'without lines'), tx.query(saveLines(next))])
  return next
}

/** Reports, once units of an order are canceled, that they are, or that with them all of it is. */
export const emitCanceled = (
  tx: Tx,
  order: OrderRecord,
  { id, parts, reason }: Pick<Cancellation, 'id' | 'parts' | 'reason'>,
  refunded: number,
  now: number,
): Promise<void> => {
  const lines = parts.map(({ number, quantity, amount }) => {
    const { skuId, productId, unitPrice } = order.lines.find((each) => each.number === number)!
    return { number, skuId, productId, quantity, unitPrice, amount }
  })
  const facts = factsOf(order, now)
  return order.status === 'CANCELED'
    ? tx.emit(orderCanceled, {
        ...facts,
        lines: lines.map(({ amount: _, ...line }) => line),
        wasPaid: true,
        reason,
      })
    : tx.emit(orderLinesCanceled, { ...facts, cancellationId: id, lines, amount: won(refunded), reason })
}

/** Parts of several cancellations together, by line. */
const together = (parts: readonly Part[]): Part[] =>
  [...Map.groupBy(parts, (each) => each.number).values()].map((same) =>
    same.reduce((sum, each) => ({
      ...sum,
      quantity: sum.quantity + each.quantity,
      amount: won(sum.amount + each.amount),
      taxFree: won(sum.taxFree + each.taxFree),
    })),
  )

/**
 * Money of an order was given back: the cancellation with the refund's id is done, and its units are canceled. Where nothing
 * of the payment remains although units remain that were paid for, it was given back at the provider's console, and all of
 * the order ends; a part of the money given back there leaves the lines alone. `amount` and `remaining` in won.
 */
export const endRefunded = async (
  tx: Tx,
  views: Views,
  { orderId, refundId, amount, remaining }: Refund & { readonly amount: number; readonly remaining?: number },
  now: number,
): Promise<OrderRecord | undefined> => {
  const locked = (await lockOrders(tx, [orderId])).get(orderId)
  if (!locked) return undefined
  views.changed(tx, [locked])
  if (!isPaid(locked.status)) return locked
  const { order, cancellations } = await readCancellations(tx, locked, now)
  const its = cancellations.find((each) => each.id === refundId)
  const done = its?.state === 'REQUESTED' ? its : undefined
  const left = cancellations.map((each) => (each === done ? { ...each, state: 'DONE' as const } : each))
  const isOver = remaining === 0 && (its === undefined || remainingAmount(order, left) > 0)
  if (!done && !isOver) return order

  if (done) await tx.query(endCancellation(done.id, 'DONE', amount, now))
  const afterwards = done ? withCanceled(order, done.parts) : order
  if (done && !isOver) {
    const saved = await saveUnits(tx, afterwards, lastOf(left) ?? done, now)
    await emitCanceled(tx, saved, done, amount, now)
    return saved
  }

  const open = left.filter((each) => each.state === 'REQUESTED')
  for (const each of open) await tx.query(endCancellation(each.id, 'DONE', null, now))
  const rest = cancellationOf(afterwards, allUnits(afterwards), left, { id: refundId, reason: AT_THE_PROVIDER }).parts
  const ended = withCanceled(
    withCanceling(afterwards, rest),
    together([...open.flatMap((each) => each.parts), ...rest]),
  )
  const parts = together([...(done?.parts ?? []), ...open.flatMap((each) => each.parts), ...rest])
  const reason = done?.reason ?? open.at(-1)?.reason ?? AT_THE_PROVIDER
  const saved = await saveUnits(tx, ended, { id: refundId, reason }, now)
  await emitCanceled(tx, saved, { id: refundId, parts, reason }, amount, now)
  return saved
}

/** The cancellation that was requested last of those under way. */
const lastOf = (cancellations: readonly Cancellation[]): Cancellation | undefined =>
  cancellations.findLast((each) => each.state === 'REQUESTED')

/** The refund of a cancellation was refused: its units are as they were paid, and may be canceled anew. */
export const revertToPaid = async (tx: Tx, views: Views, { orderId, refundId }: Refund, now: number): Promise<void> => {
  const locked = (await lockOrders(tx, [orderId])).get(orderId)
  if (!locked) return
  views.changed(tx, [locked])
  const { order, cancellations } = await readCancellations(tx, locked, now)
  // Late word of an earlier cancellation says nothing about the one under way.
  const refused = cancellations.find((each) => each.id === refundId && each.state === 'REQUESTED')
  if (!refused) return
  await tx.query(endCancellation(refundId, 'REFUSED', null, now))
  await tx.query(deleteRequests(refundId))
  const others = cancellations.filter((each) => each !== refused)
  await saveUnits(tx, withReturned(order, refused.parts), lastOf(others) ?? { id: null, reason: null }, now)
}
