import type { Logger } from 'pino'
import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { masked } from '#kernel/text/redact.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { PAYMENT_NOT_REFUNDABLE, type payment } from '#services/payment/contract.ts'
import {
  ORDER_STATE,
  type Order,
  orderCanceled,
  orderCancelRequested,
  PAYMENT_UNDER_WAY,
  REFUND_ACCOUNT_REFUSED,
  REFUND_ACCOUNT_REQUIRED,
  REFUND_IMPOSSIBLE,
  REFUND_NOT_ACCEPTED,
  REFUND_REFUSED,
  type RefundAccount,
} from './contract.ts'
import { factsOf, lineFactsOf, type OrderRecord, shown } from './order.ts'
import { after, isEnded, isPaid } from './states.ts'
import { findOrders, lockOrders, saveOrders } from './store.ts'
import type { Views } from './views.ts'

/** Ends an order that is locked, and tells the world what goes back. */
const end = async (tx: Tx, order: OrderRecord, wasPaid: boolean, reason: string, now: number): Promise<OrderRecord> => {
  const ended: OrderRecord = {
    ...order,
    status: 'CANCELED',
    canceledAt: now,
    cancelReason: reason,
    lines: order.lines.map((each) => ({ ...each, status: 'CANCELED' })),
  }
  await tx.emit(orderCanceled, { ...factsOf(ended, now), lines: lineFactsOf(ended), wasPaid, reason })
  await saveOrders(tx, [ended], 'with lines')
  return ended
}

/** A refund: that of a cancellation has its id. */
interface Refund {
  readonly orderId: string
  readonly refundId: string
}

/**
 * The money of an order was given back, by the refund of its cancellation or as a whole: the order ends. Orders that have
 * ended already, or whose money was given back in part by another refund, are left as they are.
 */
export const endRefunded = async (
  tx: Tx,
  views: Views,
  { orderId, refundId, remaining }: Refund & { readonly remaining?: number },
  now: number,
): Promise<OrderRecord | undefined> => {
  const order = (await lockOrders(tx, [orderId])).get(orderId)
  if (order) views.changed(tx, [order])
  const isAll = remaining === 0 || order?.cancellationId === refundId
  if (!order || !isAll || !isPaid(order.status)) return order
  return end(tx, order, true, order.cancelReason ?? '결제 취소', now)
}

/** The refund of a cancellation was refused: the order returns to PAID, and may be canceled anew. */
export const revertToPaid = async (tx: Tx, views: Views, { orderId, refundId }: Refund): Promise<void> => {
  const order = (await lockOrders(tx, [orderId])).get(orderId)
  if (order) views.changed(tx, [order])
  // Late word of an earlier cancellation says nothing about the one under way.
  const isIts = order?.cancellationId === refundId && order.status === 'CANCEL_REQUESTED'
  if (order && isIts)
    await saveOrders(tx, [{ ...order, status: 'PAID', cancellationId: null, cancelReason: null }], 'with lines')
}

/** What the buyer is told of a refund that will not be made. That the provider refused is said only when it did. */
const refusalOf = (error: Fault): Fault => {
  const { cause, providerCode } = error.data as { cause?: string; providerCode: string | null }
  const details = { cause: error }
  if (cause === 'MALFORMED') return REFUND_NOT_ACCEPTED(undefined, { ...details, field: 'reason' })
  return providerCode === null ? REFUND_IMPOSSIBLE(undefined, details) : REFUND_REFUSED(undefined, details)
}

interface CancelInput {
  readonly id: string
  readonly reason: string
  readonly refundAccount?: RefundAccount | undefined
}

/**
 * Cancels an order. An unpaid one ends at once; the event closes the virtual account it may have waited for. A paid one is
 * first marked, with the event that makes sure of its refund whatever happens next; then the refund is tried right away, so
 * that the buyer sees the end of it.
 */
export const canceling = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly payment: Client<typeof payment>
  readonly log: Logger
}) => {
  const { db, runtime, views, payment, log } = given

  const request = (tx: Tx, order: OrderRecord, reason: string): Promise<OrderRecord> => {
    const requested: OrderRecord = {
      ...order,
      status: 'CANCEL_REQUESTED',
      cancelReason: reason,
      cancellationId: runtime.id(),
      lines: order.lines.map((each) => ({ ...each, status: 'CANCEL_REQUESTED' })),
    }
    const told = tx.emit(orderCancelRequested, {
      ...factsOf(requested, runtime.now()),
      cancellationId: requested.cancellationId!,
      reason,
    })
    return Promise.all([told, saveOrders(tx, [requested], 'with lines')]).then(() => requested)
  }

  /** Undefined where the order has been paid since it was seen: then its refund is to be prepared first. */
  const decide = (memberId: string, seen: OrderRecord, reason: string): Promise<OrderRecord | undefined> =>
    db.tx('order.cancel', async (tx) => {
      const order = (await lockOrders(tx, [seen.id])).get(seen.id)
      if (!order || order.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })
      views.changed(tx, [order])
      if (order.status === 'CANCELED' || order.status === 'CANCEL_REQUESTED') return order
      if (order.status === 'PAYING') throw PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })
      if (after(order.status, 'canceled unpaid')) return end(tx, order, false, reason, runtime.now())
      if (order.status === 'PAID') return seen.status === order.status ? request(tx, order, reason) : undefined
      throw ORDER_STATE({ status: order.status })
    })

  /**
   * Makes sure that the money can go back, before anything is decided: a deposit needs an account, and the payment service
   * keeps it. Answers whether money of an order that is over waited for just this account.
   */
  const prepare = async (
    { id: orderId, status }: OrderRecord,
    account: RefundAccount | undefined,
  ): Promise<boolean> => {
    const paid = status === 'PAID'
    if (!paid && (account === undefined || after(status, 'canceled unpaid'))) return false
    try {
      return (await payment.prepareRefund({ orderId, refundAccount: account ?? null })).awaited
    } catch (error) {
      // While payments are away a refund is requested all the same; if it needs an account, the buyer is asked for it then.
      // An account that was given must not get lost.
      if (account !== undefined || REFUND_ACCOUNT_REQUIRED.is(error)) throw error
      log.warn({ err: error, orderId }, 'Whether a refund needs an account is not known yet')
      return false
    }
  }

  const refund = async (order: OrderRecord): Promise<OrderRecord> => {
    const { id: orderId, cancelReason, cancellationId } = order
    const refundId = cancellationId!
    try {
      const answer = await payment.refund({ refundId, orderId, reason: cancelReason! })
      if (answer.status !== 'REFUNDED') return order
    } catch (error) {
      if (PAYMENT_NOT_REFUNDABLE.is(error) || REFUND_ACCOUNT_REFUSED.is(error)) {
        await db.tx('order.refund-refused', (tx) => revertToPaid(tx, views, { orderId, refundId }))
        throw REFUND_ACCOUNT_REFUSED.is(error) ? error : refusalOf(error)
      }
      // The event in the outbox will see the refund through; the buyer is told it is under way.
      if (!(error instanceof Fault)) throw error
      log.warn({ err: error, orderId }, 'A refund could not be made at once and will be made later')
      return order
    }
    return (
      (await db.tx('order.cancel-refunded', (tx) => endRefunded(tx, views, { orderId, refundId }, runtime.now()))) ??
      order
    )
  }

  return async (input: CancelInput, context: CallContext): Promise<Order> => {
    const memberId = memberOf(context.actor)
    // The reason goes on into events and to the provider.
    const reason = masked(input.reason)
    for (;;) {
      const seen = (await findOrders(db, [input.id])).get(input.id)
      if (!seen || seen.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })
      if ((await prepare(seen, input.refundAccount)) && isEnded(seen.status)) return shown(seen)
      const order = await decide(memberId, seen, reason)
      if (order) return shown(order.status === 'CANCEL_REQUESTED' ? await refund(order) : order)
    }
  }
}
