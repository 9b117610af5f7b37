import { instant, type Client } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import type { product } from '#services/product/contract.ts'
import { RESERVATION_ENDED } from '#services/product/contract.ts'
import {
  AMOUNT_MISMATCH,
  ORDER_EXPIRED,
  ORDER_STATE,
  type OrderStatus,
  orderPaid,
  PAYMENT_UNDER_WAY,
} from './contract.ts'
import { type Awaited, awaitDeposits, type DepositEnd, endDeposits } from './deposit.ts'
import { factsOf, type OrderRecord, paidFactsOf } from './order.ts'
import { after } from './states.ts'
import { beginWaiting, type Begin, type Ended, payWaiting } from './paying-store.ts'
import { lockOrders, saveOrders } from './store.ts'
import type { Views } from './views.ts'

type Begun = { readonly state: 'BEGUN' | 'ALREADY_PAID'; readonly memberId: string }

/** Whether a payment may begin for the order; the fault to answer with if not, or that it has begun or is done already. */
export const beginning = (
  order: OrderRecord | undefined,
  begin: Begin,
  now: number,
): 'begin' | Begun['state'] | Fault => {
  if (!order || (begin.memberId !== null && order.memberId !== begin.memberId))
    return NOT_FOUND(undefined, { field: 'orderId' })
  const { status, paymentKey } = order
  if (order.amount !== begin.amount) return AMOUNT_MISMATCH({ amount: order.amount }, { field: 'amount' })
  if (paymentKey === begin.paymentKey && (status === 'PAYING' || status === 'AWAITING_DEPOSIT')) return 'BEGUN'
  if (paymentKey === begin.paymentKey && (status === 'PAID' || status === 'CANCEL_REQUESTED')) return 'ALREADY_PAID'
  if (status === 'PAYING') return PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })
  if (status === 'EXPIRED' || (status === 'PENDING_PAYMENT' && order.payBefore <= now)) return ORDER_EXPIRED()
  return after(status, 'payment begun') ? 'begin' : ORDER_STATE({ status })
}

/** For each order the entry that ended its payment: its event is told in that one's trace. */
const causesOf = (orders: readonly { readonly id: string }[], entries: readonly Ended[]): readonly unknown[] => {
  const byOrder = new Map(entries.map((each) => [each.orderId, each]))
  return orders.map((each) => byOrder.get(each.id))
}

/** Decides one by one what a captured payment does to an order, and marks as paid those it pays. */
const settleExactly = async (
  tx: Tx,
  views: Views,
  entries: readonly Ended[],
  now: number,
): Promise<(OrderStatus | Fault)[]> => {
  const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
  views.changed(tx, orders.values())
  const paid = new Map<string, OrderRecord>()
  const answers = entries.map(({ orderId, paymentKey }) => {
    const order = paid.get(orderId) ?? orders.get(orderId)
    if (!order) return NOT_FOUND(undefined, { field: 'orderId' })
    if (order.paymentKey !== paymentKey) return ORDER_STATE({ status: order.status })
    const status = after(order.status, 'payment captured')
    if (status) paid.set(orderId, { ...order, status, paidAt: now })
    // One that ended while it awaited a deposit keeps the key of a payment that never paid it.
    else if (order.paidAt === null) return ORDER_STATE({ status: order.status })
    return status ?? order.status
  })
  const changed = [...paid.values()]
  await tx.emitAll(
    orderPaid,
    changed.map((each) => ({ ...factsOf(each, now), ...paidFactsOf(each) })),
    causesOf(changed, entries),
  )
  await saveOrders(tx, changed, 'with lines')
  return answers
}

/**
 * Marks orders as paid by `paymentKey` and tells the world. Orders already paid by it are left as they are. Those that
 * simply wait for the outcome, nearly all, are paid in one statement.
 */
export const settle = async (
  tx: Tx,
  views: Views,
  entries: readonly Ended[],
  now: number,
): Promise<(OrderStatus | Fault)[]> => {
  const paid = await payWaiting(tx, entries, now)
  views.changed(tx, paid.values())
  if (paid.size > 0)
    await tx.emitAll(
      orderPaid,
      [...paid.values()].map(({ id, name, paymentKey: _, ...facts }) => ({
        ...facts,
        lines: [...facts.lines],
        charges: [...facts.charges],
        orderId: id,
        orderName: name,
        at: instant(now),
      })),
      causesOf([...paid.values()], entries),
    )
  const isPaid = ({ orderId, paymentKey }: Ended): boolean => paid.get(orderId)?.paymentKey === paymentKey
  const rest = entries.filter((each) => !isPaid(each))
  const decided = rest.length > 0 ? await settleExactly(tx, views, rest, now) : []
  return entries.map((each) => (isPaid(each) ? 'PAID' : decided[rest.indexOf(each)]!))
}

/** A payment that moved no money. */
export interface Failed extends Ended {
  /** The deposit it waited for did not come in time. */
  readonly overdue?: boolean | undefined
}

/** Makes orders payable again whose payment moved no money; those that awaited a deposit end. Others are left as they are. */
export const unsettle = async (
  tx: Tx,
  views: Views,
  entries: readonly Failed[],
  now: number,
): Promise<(OrderStatus | Fault)[]> => {
  const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
  views.changed(tx, orders.values())
  const freed = new Map<string, OrderRecord>()
  const ended = new Map<string, DepositEnd>()
  const answers = entries.map(({ orderId, paymentKey, overdue }) => {
    const order = freed.get(orderId) ?? orders.get(orderId)
    if (!order) return NOT_FOUND(undefined, { field: 'orderId' })
    if (order.paymentKey !== paymentKey) return order.status
    if (order.status === 'AWAITING_DEPOSIT') {
      const status = overdue ? 'EXPIRED' : 'CANCELED'
      ended.set(orderId, { order, status })
      return status
    }
    const status = after(order.status, 'payment refused')
    if (status) freed.set(orderId, { ...order, status, paymentKey: null })
    return status ?? order.status
  })
  await endDeposits(tx, [...ended.values()], now)
  await saveOrders(tx, [...freed.values()], 'without lines')
  return answers
}

/** What payments do to orders, for many at once. */
export const paying = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly product: Client<typeof product>
  /** Milliseconds before a deposit is due at which its buyer is reminded; 0: never. */
  readonly remindBefore: () => number
}) => {
  const { db, runtime, views, product, remindBefore } = given

  interface Verdict {
    readonly answer: Begun | Fault
    readonly reservationId?: string
  }

  /** Decides one by one; those that may begin, begin. */
  const beginExactly = async (tx: Tx, entries: readonly Begin[]): Promise<Verdict[]> => {
    const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
    views.changed(tx, orders.values())
    const begun = new Map<string, OrderRecord>()
    const answers = entries.map((each) => {
      const order = begun.get(each.orderId) ?? orders.get(each.orderId)
      const verdict = beginning(order, each, runtime.now())
      if (typeof verdict !== 'string') return { answer: verdict }
      const { memberId, reservationId } = order!
      if (verdict === 'begin') begun.set(each.orderId, { ...order!, status: 'PAYING', paymentKey: each.paymentKey })
      const answer: Begun = { state: verdict === 'ALREADY_PAID' ? verdict : 'BEGUN', memberId }
      return { answer, ...(answer.state === 'BEGUN' && { reservationId }) }
    })
    await saveOrders(tx, [...begun.values()], 'without lines')
    return answers
  }

  /** Nearly all simply wait to be paid and begin in one statement; the rules decide on the rest. */
  const beginAll = (entries: readonly Begin[]): Promise<Verdict[]> =>
    db.tx('order.begin-payment', async (tx) => {
      const begun = await beginWaiting(tx, entries, runtime.now())
      views.changed(tx, begun.values())
      // Another request in the batch may name the same order and payment, and yet be refused.
      const isBegun = ({ orderId, paymentKey, amount, memberId }: Begin): boolean => {
        const fresh = begun.get(orderId)
        return (
          fresh !== undefined &&
          fresh.paymentKey === paymentKey &&
          fresh.amount === amount &&
          (memberId === null || fresh.memberId === memberId)
        )
      }
      const rest = entries.filter((each) => !isBegun(each))
      const decided = rest.length > 0 ? await beginExactly(tx, rest) : []
      return entries.map((each): Verdict => {
        const fresh = begun.get(each.orderId)
        if (!fresh || !isBegun(each)) return decided[rest.indexOf(each)]!
        return { answer: { state: 'BEGUN', memberId: fresh.memberId }, reservationId: fresh.reservationId }
      })
    })

  /** The order is locked in PAYING by now; a hold that ended all the same cannot be paid for. */
  const secure = async (reservationId: string, entry: Begin): Promise<Fault | undefined> => {
    try {
      await product.secure({ reservationId })
      return undefined
    } catch (error) {
      if (!RESERVATION_ENDED.is(error)) throw error
      await db.tx('order.fail-payment', (tx) => unsettle(tx, views, [entry], runtime.now()))
      return ORDER_EXPIRED()
    }
  }

  return {
    begin: async (entries: readonly Begin[]): Promise<readonly (Begun | Fault)[]> => {
      const answers = await beginAll(entries)
      return Promise.all(
        answers.map(async ({ answer, reservationId }, index) =>
          reservationId === undefined
            ? answer
            : ((await secure(reservationId, entries[index]!).catch((error: Fault) => error)) ?? answer),
        ),
      )
    },
    complete: (entries: readonly Ended[]) =>
      db.tx('order.complete-payment', (tx) => settle(tx, views, entries, runtime.now())),
    awaitDeposit: (entries: readonly Awaited[]) =>
      db.tx('order.await-deposit', (tx) => awaitDeposits(tx, views, entries, runtime.now(), remindBefore())),
    fail: (entries: readonly Failed[]) =>
      db.tx('order.fail-payment', (tx) => unsettle(tx, views, entries, runtime.now())),
  }
}
