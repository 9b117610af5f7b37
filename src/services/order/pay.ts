import type { Client } from '#kernel/contract.ts'
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
import { factsOf, lineFactsOf, type OrderRecord } from './order.ts'
import { after } from './states.ts'
import { lockOrders, saveOrders } from './store.ts'

interface Begin {
  readonly orderId: string
  readonly paymentKey: string
  readonly amount: number
  readonly memberId: string | null
}
type Begun = { readonly state: 'BEGUN' | 'ALREADY_PAID'; readonly memberId: string }

interface Ended {
  readonly orderId: string
  readonly paymentKey: string
}

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
  if (paymentKey === begin.paymentKey && status === 'PAYING') return 'BEGUN'
  if (paymentKey === begin.paymentKey && (status === 'PAID' || status === 'CANCEL_REQUESTED')) return 'ALREADY_PAID'
  if (status === 'PAYING') return PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })
  if (status === 'EXPIRED' || (status === 'PENDING_PAYMENT' && order.payBefore <= now)) return ORDER_EXPIRED()
  return after(status, 'payment begun') ? 'begin' : ORDER_STATE({ status })
}

/** Marks locked orders as paid by `paymentKey` and tells the world. Orders already paid by it are left as they are. */
export const settle = async (tx: Tx, entries: readonly Ended[], now: number): Promise<(OrderStatus | Fault)[]> => {
  const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
  const paid = new Map<string, OrderRecord>()
  const answers = entries.map(({ orderId, paymentKey }) => {
    const order = paid.get(orderId) ?? orders.get(orderId)
    if (!order) return NOT_FOUND(undefined, { field: 'orderId' })
    if (order.paymentKey !== paymentKey) return ORDER_STATE({ status: order.status })
    const status = after(order.status, 'payment captured')
    if (status) paid.set(orderId, { ...order, status, paidAt: now })
    return status ?? order.status
  })
  const changed = [...paid.values()]
  await tx.emitAll(
    orderPaid,
    changed.map((each) => ({ ...factsOf(each, now), lines: lineFactsOf(each) })),
  )
  await saveOrders(tx, changed, 'with lines')
  return answers
}

/** Makes orders payable again whose payment moved no money. Others are left as they are. */
export const unsettle = async (tx: Tx, entries: readonly Ended[]): Promise<(OrderStatus | Fault)[]> => {
  const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
  const freed = new Map<string, OrderRecord>()
  const answers = entries.map(({ orderId, paymentKey }) => {
    const order = freed.get(orderId) ?? orders.get(orderId)
    if (!order) return NOT_FOUND(undefined, { field: 'orderId' })
    const status = order.paymentKey === paymentKey ? after(order.status, 'payment refused') : undefined
    if (status) freed.set(orderId, { ...order, status, paymentKey: null })
    return status ?? order.status
  })
  await saveOrders(tx, [...freed.values()], 'without lines')
  return answers
}

/** What payments do to orders, for many at once. */
export const paying = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly product: Client<typeof product>
}) => {
  const { db, runtime, product } = given

  const beginAll = (entries: readonly Begin[]): Promise<{ answer: Begun | Fault; reservationId?: string }[]> =>
    db.tx('order.begin-payment', async (tx) => {
      const orders = await lockOrders(tx, [...new Set(entries.map((each) => each.orderId))])
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
    })

  /** The order is locked in PAYING by now; a hold that ended all the same cannot be paid for. */
  const secure = async (reservationId: string, entry: Begin): Promise<Fault | undefined> => {
    try {
      await product.secure({ reservationId })
      return undefined
    } catch (error) {
      if (!RESERVATION_ENDED.is(error)) throw error
      await db.tx('order.fail-payment', (tx) => unsettle(tx, [entry]))
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
      db.tx('order.complete-payment', (tx) => settle(tx, entries, runtime.now())),
    fail: (entries: readonly Ended[]) => db.tx('order.fail-payment', (tx) => unsettle(tx, entries)),
  }
}
