import { microBatcher } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import {
  AMOUNT_MISMATCH,
  ORDER_EXPIRED,
  ORDER_STATE,
  type OrderStatus,
  orderPaid,
  orderPaymentRejected,
  PAYMENT_UNDER_WAY,
} from '../contract.ts'
import { taxFreeOf } from '../placing/allocation.ts'
import { type Awaited, awaitDeposits, type DepositEnd, endDeposits } from './deposit.ts'
import { factsOf, type OrderRecord, paidFactsOf } from '../order.ts'
import { nextStatus } from '../states.ts'
import { beginWaiting, type Begin, type Ended, type Paying, payWaiting, scheduleTakeUp } from './payment-store.ts'
import { lockOrders, saveOrders } from '../store.ts'
import type { Views } from '../views.ts'

/** The key an order is paid by: an order of 0 won has none, whatever the buyer approved. */
const keyOf = (order: { readonly amount: number }, { paymentKey }: Begin): string | null =>
  order.amount === 0 ? null : paymentKey

/** Whether a payment may begin for the order, or is under way or done already; otherwise the fault to answer with. */
export const beginning = (
  order: OrderRecord | undefined,
  begin: Begin,
  now: number,
): 'begin' | 'under way' | 'paid' | Fault => {
  if (!order || order.memberId !== begin.memberId) return NOT_FOUND(undefined, { field: 'orderId' })
  const { status } = order
  if (order.amount !== begin.amount) return AMOUNT_MISMATCH({ amount: order.amount }, { field: 'amount' })
  if (order.paymentKey === keyOf(order, begin)) {
    if (status === 'PAYING' || status === 'AWAITING_DEPOSIT') return 'under way'
    if (order.paidAt !== null) return 'paid'
  }
  if (status === 'PAYING') return PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })
  if (status === 'EXPIRED' || (status === 'PENDING_PAYMENT' && order.payBefore <= now)) return ORDER_EXPIRED()
  return nextStatus(status, 'payment begun') ? 'begin' : ORDER_STATE({ status })
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
    const status = nextStatus(order.status, 'payment captured')
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

/** As `settle`. Money that cannot pay its order is rejected by an event in the same transaction, and goes back. */
export const settleOrReject = async (
  tx: Tx,
  views: Views,
  entries: readonly Captured[],
  now: number,
): Promise<(OrderStatus | Fault)[]> => {
  const answers = await settle(tx, views, entries, now)
  const rejected = entries.flatMap((entry, i) => {
    const { orderId, paymentId, paymentKey } = entry
    return paymentId !== null && paymentKey !== null && typeof answers[i] !== 'string'
      ? [{ entry, payload: { orderId, paymentId, paymentKey, at: instant(now) } }]
      : []
  })
  await tx.emitAll(
    orderPaymentRejected,
    rejected.map((each) => each.payload),
    rejected.map((each) => each.entry),
  )
  return answers
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
    const status = nextStatus(order.status, 'payment refused')
    if (status) freed.set(orderId, { ...order, status, paymentKey: null })
    return status ?? order.status
  })
  await endDeposits(tx, [...ended.values()], now)
  await saveOrders(tx, [...freed.values()], 'without lines')
  return answers
}

/** How an order stands when its owner asks to pay it. */
export type Begun =
  | ({ readonly kind: 'under way' } & Paying)
  /** By this payment, whatever became of the order afterwards. */
  | { readonly kind: 'paid'; readonly memberId: string; readonly amount: number }

/** A payment that was captured. `paymentId` is null where the order cost nothing. */
export interface Captured extends Ended {
  readonly paymentId: string | null
}

/** What payments do to orders: each for many at once, in one transaction, in the place of a refusal its fault. */
export const paymentTransitions = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  /** Milliseconds before a deposit is due at which its buyer is reminded; 0: never. */
  readonly remindBefore: () => number
}) => {
  const { db, runtime, views, remindBefore } = given

  /** Decides one by one; those that may begin, begin. */
  const beginExactly = async (tx: Tx, entries: readonly Begin[]): Promise<(Begun | Fault)[]> => {
    const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
    views.changed(tx, orders.values())
    const now = runtime.now()
    const begun = new Map<string, OrderRecord>()
    const answers = entries.map((each): Begun | Fault => {
      const order = begun.get(each.orderId) ?? orders.get(each.orderId)
      const verdict = beginning(order, each, now)
      if (typeof verdict !== 'string') return verdict
      const { id: orderId, memberId, reservationId, amount } = order!
      if (verdict === 'paid') return { kind: 'paid', memberId, amount }
      const paymentKey = keyOf(order!, each)
      if (verdict === 'begin') begun.set(orderId, { ...order!, status: 'PAYING', paymentKey })
      const status = order!.status === 'AWAITING_DEPOSIT' ? order!.status : 'PAYING'
      const taxFreeAmount = taxFreeOf(order!)
      return { kind: 'under way', orderId, paymentKey, memberId, reservationId, amount, taxFreeAmount, status }
    })
    await saveOrders(tx, [...begun.values()], 'without lines')
    await scheduleTakeUp(tx, [...begun.keys()], now)
    return answers
  }

  /** Nearly all simply wait to be paid and begin in one statement; the rules decide on the rest. */
  const begin = microBatcher<Begin, Begun>({ concurrency: 2, max: 256, name: 'order.begin-payment' }, (entries) =>
    db.tx('order.begin-payment', async (tx) => {
      const begun = await beginWaiting(tx, entries, runtime.now())
      views.changed(
        tx,
        [...begun.values()].map(({ orderId, memberId }) => ({ id: orderId, memberId })),
      )
      // Another request in the batch may name the same order and payment, and yet be refused.
      const isBegun = (each: Begin): boolean => {
        const fresh = begun.get(each.orderId)
        return (
          fresh !== undefined &&
          fresh.paymentKey === keyOf(fresh, each) &&
          fresh.amount === each.amount &&
          fresh.memberId === each.memberId
        )
      }
      const rest = entries.filter((each) => !isBegun(each))
      const decided = rest.length > 0 ? await beginExactly(tx, rest) : []
      return entries.map((each): Begun | Fault =>
        isBegun(each) ? { kind: 'under way', ...begun.get(each.orderId)! } : decided[rest.indexOf(each)]!,
      )
    }),
  )
  const complete = microBatcher<Captured, OrderStatus>(
    { concurrency: 2, max: 256, name: 'order.complete-payment' },
    (entries) => db.tx('order.complete-payment', (tx) => settleOrReject(tx, views, entries, runtime.now())),
  )
  const awaitDeposit = microBatcher<Awaited, OrderStatus>(
    { concurrency: 2, max: 256, name: 'order.await-deposit' },
    (entries) => db.tx('order.await-deposit', (tx) => awaitDeposits(tx, views, entries, runtime.now(), remindBefore())),
  )
  const fail = microBatcher<Failed, OrderStatus>({ concurrency: 2, max: 256, name: 'order.fail-payment' }, (entries) =>
    db.tx('order.fail-payment', (tx) => unsettle(tx, views, entries, runtime.now())),
  )

  return { begin: begin.call, complete: complete.call, awaitDeposit: awaitDeposit.call, fail: fail.call }
}
