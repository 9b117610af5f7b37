import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import type { Queryable, Tx } from '#kernel/store.ts'
import {
  ORDER_STATE,
  orderCanceled,
  orderDepositAwaited,
  orderDepositDueSoon,
  orderExpired,
  type OrderStatus,
} from '../contract.ts'
import { findOverdueDeposits, lockOverdueDeposits, noteReminders, takeReminders } from './deposit-store.ts'
import { factsOf, lineFactsOf, type OrderRecord } from '../order.ts'
import { nextStatus } from '../states.ts'
import { lockOrders, saveOrders } from '../store.ts'
import type { Views } from '../views.ts'

/**
 * Milliseconds after which an order gives up a deposit that is overdue by its own clock alone. The payment service asks the
 * provider at the due time and reports what became of the account; this is for when it cannot, so that a deposit made in
 * time whose report is late still pays.
 */
export const DEPOSIT_GRACE = 5 * 60_000

/** A virtual account that was issued for an order. */
export interface Awaited {
  readonly orderId: string
  readonly paymentKey: string
  /** Code of the bank the account is at. */
  readonly bank: string
  readonly dueAt: string
}

/**
 * Lets orders wait for a deposit: their deadline becomes that of the deposit, and their buyers are to be reminded of it
 * unless that would be at once. Orders that wait for it already, or are paid or over by now, are left as they are.
 */
export const awaitDeposits = async (
  tx: Tx,
  views: Views,
  entries: readonly Awaited[],
  now: number,
  remindBefore: number,
): Promise<(OrderStatus | Fault)[]> => {
  const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
  views.changed(tx, orders.values())
  const waiting = new Map<string, { readonly order: OrderRecord; readonly entry: Awaited }>()
  const answers = entries.map((entry) => {
    const order = waiting.get(entry.orderId)?.order ?? orders.get(entry.orderId)
    if (!order) return NOT_FOUND(undefined, { field: 'orderId' })
    if (order.paymentKey !== entry.paymentKey) return ORDER_STATE({ status: order.status })
    const status = nextStatus(order.status, 'deposit awaited')
    if (status) waiting.set(order.id, { order: { ...order, status, payBefore: Date.parse(entry.dueAt) }, entry })
    return status ?? order.status
  })
  const begun = [...waiting.values()]
  await tx.emitAll(
    orderDepositAwaited,
    begun.map(({ order, entry: { bank, dueAt } }) => ({ ...factsOf(order, now), bank, dueAt })),
    begun.map(({ entry }) => entry),
  )
  await saveOrders(
    tx,
    begun.map(({ order }) => order),
    'with lines',
  )
  const reminders = begun.map(({ order: { id, payBefore } }) => ({ orderId: id, at: payBefore - remindBefore }))
  if (remindBefore > 0)
    await noteReminders(
      tx,
      reminders.filter((each) => each.at > now),
    )
  return answers
}

/** How a locked order that awaited a deposit ends without it. */
export interface DepositEnd {
  readonly order: OrderRecord
  readonly status: 'EXPIRED' | 'CANCELED'
}

/** Ends locked orders whose deposit will not come, and reports what goes back. */
export const endDeposits = async (tx: Tx, ends: readonly DepositEnd[], now: number): Promise<void> => {
  const reason = '결제사에서 가상계좌를 취소했습니다.'
  const ended = ends.map(({ order, status }): OrderRecord => {
    const lines = order.lines.map((each) => ({ ...each, status }))
    return { ...order, status, lines, ...(status === 'CANCELED' && { canceledAt: now, cancelReason: reason }) }
  })
  const expired = ended.filter((each) => each.status === 'EXPIRED')
  const canceled = ended.filter((each) => each.status === 'CANCELED')
  await tx.emitAll(
    orderExpired,
    expired.map((each) => ({ ...factsOf(each, now), lines: lineFactsOf(each), awaitedDeposit: true })),
  )
  await tx.emitAll(
    orderCanceled,
    canceled.map((each) => ({ ...factsOf(each, now), lines: lineFactsOf(each), wasPaid: false, reason })),
  )
  await saveOrders(tx, ended, 'with lines')
}

/** Orders whose deposit is overdue for longer than the grace. */
export const findExpiredDeposits = (db: Queryable, now: number, limit: number): Promise<string[]> =>
  findOverdueDeposits(db, now - DEPOSIT_GRACE, limit)

/** Expires those of the orders whose deposit is overdue for longer than the grace; answers how many. */
export const expireDeposits = async (tx: Tx, views: Views, ids: readonly string[], now: number): Promise<number> => {
  const due = await lockOrders(tx, await lockOverdueDeposits(tx, ids, now - DEPOSIT_GRACE))
  if (due.size === 0) return 0
  views.changed(tx, due.values())
  await endDeposits(
    tx,
    [...due.values()].map((order) => ({ order, status: 'EXPIRED' })),
    now,
  )
  return due.size
}

/** Has buyers of those orders reminded whose deposits are due soon; answers how many. */
export const remindOfDeposits = async (tx: Tx, ids: readonly string[], now: number): Promise<number> => {
  const taken = await takeReminders(tx, ids, now)
  if (taken.length === 0) return 0
  const orders = [...(await lockOrders(tx, taken)).values()]
  await tx.emitAll(
    orderDepositDueSoon,
    orders
      .filter((each) => each.payBefore > now)
      .map((each) => ({ ...factsOf(each, now), dueAt: instant(each.payBefore) })),
  )
  return taken.length
}
