import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { redact } from '#kernel/text/redact.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import {
  PAYMENT_NOT_REFUNDABLE,
  type payment,
  REFUND_ACCOUNT_REFUSED,
  REFUND_ACCOUNT_REQUIRED,
  type RefundAccount,
} from '#services/payment/contract.ts'
import {
  allUnits,
  type Cancellation,
  cancellationOf,
  isAllLeft,
  refusalOfUnits,
  type Units,
  withCanceled,
  withCanceling,
} from './cancellation.ts'
import { emitCanceled, endRefunded, revertToPaid, saveUnits } from './cancellation-outcome.ts'
import {
  type CancelRequest,
  findRequest,
  insertCancellation,
  insertRequest,
  readCancellations,
} from './cancellation-store.ts'
import type { Changing } from '../changing/change-items.ts'
import {
  IDEMPOTENCY_CONFLICT,
  IDEMPOTENCY_KEY_REQUIRED,
  ORDER_STATE,
  type Order,
  orderCanceled,
  orderCancelRequested,
  PAYMENT_UNDER_WAY,
  REFUND_IMPOSSIBLE,
  REFUND_NOT_ACCEPTED,
  REFUND_REFUSED,
} from '../contract.ts'
import { factsOf, lineFactsOf, type OrderRecord, toView } from '../order.ts'
import { remainingLines } from '../changing/changed-lines.ts'
import { nextStatus, isEnded } from '../states.ts'
import { findOrders, lockOrders, saveOrders } from '../store.ts'
import type { Views } from '../views.ts'

/** Ends a locked order that was not paid, and reports what goes back. */
const endUnpaid = async (tx: Tx, order: OrderRecord, reason: string, now: number): Promise<OrderRecord> => {
  const ended: OrderRecord = {
    ...order,
    status: 'CANCELED',
    canceledAt: now,
    cancelReason: reason,
    lines: order.lines.map((each) => ({ ...each, status: 'CANCELED', canceled: each.quantity })),
  }
  await tx.emit(orderCanceled, { ...factsOf(ended, now), lines: lineFactsOf(ended), wasPaid: false, reason })
  await saveOrders(tx, [ended], 'with lines')
  return ended
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
  /** Units to be canceled; left out: all that are left. */
  readonly lines?: readonly Units[] | undefined
  readonly refundAccount?: RefundAccount | undefined
  readonly idempotencyKey?: string | undefined
}

/** What is to be canceled, under which key if any. */
interface Wanted {
  readonly memberId: string
  readonly reason: string
  readonly units: readonly Units[] | undefined
  readonly request: CancelRequest | undefined
}

const requestOf = ({ id, lines, idempotencyKey: key }: CancelInput, reason: string): CancelRequest | undefined => {
  if (key === undefined) return undefined
  const units = lines?.map(({ number, quantity }) => [number, quantity] as const).sort(([a], [b]) => a - b) ?? null
  return { orderId: id, key, fingerprint: hash('sha256', JSON.stringify([units, reason]), 'base64url') }
}

/** A request with the same key was done while this one was under way. */
class DoneMeanwhile extends Error {}

/** What was decided about an order: as it is now, and the cancellations whose refunds are to be tried. */
interface Decided {
  readonly order: OrderRecord
  readonly open: readonly Cancellation[]
}

/**
 * Cancels an order, or units of its lines. Of an unpaid one they go at once; the event closes the virtual account it may have
 * waited for. Of a paid one the cancellation is stored first, with the event that makes sure of its refund whatever happens
 * next; then the refund is tried right away, so that the buyer sees the end of it. Units that cost nothing are canceled
 * without the provider.
 */
export const canceling = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly payment: Client<typeof payment>
  readonly change: Changing
  readonly log: Logger
}) => {
  const { db, runtime, views, payment, change, log } = given

  /** Stores the cancellation of units of a locked, paid order. */
  const request = async (
    tx: Tx,
    order: OrderRecord,
    earlier: readonly Cancellation[],
    units: readonly Units[],
    reason: string,
  ): Promise<{ order: OrderRecord; cancellation: Cancellation }> => {
    const now = runtime.now()
    const cancellation = cancellationOf(order, units, earlier, { id: runtime.id(), reason })
    const { id, parts, amount, taxFree, whole } = cancellation
    await tx.query(insertCancellation(cancellation, now))
    const taken = withCanceling(order, parts)
    const isFree = cancellation.state === 'DONE'
    const saved = await saveUnits(tx, isFree ? withCanceled(taken, parts) : taken, { id, reason }, now)
    if (isFree) await emitCanceled(tx, saved, cancellation, 0, now)
    else
      await tx.emit(orderCancelRequested, {
        ...factsOf(saved, now),
        cancellationId: id,
        reason,
        parts: parts.map((each) => ({ number: each.number, quantity: each.quantity, amount: each.amount })),
        ...(!whole && { refund: { amount, taxFree } }),
      })
    return { order: saved, cancellation }
  }

  /** `paid meanwhile` where its refund is to be prepared first, `unpaid part` where its items are to be changed. */
  const decide = (
    { memberId, reason, units, request: asked }: Wanted,
    seen: OrderRecord,
  ): Promise<Decided | 'paid meanwhile' | 'unpaid part'> =>
    db.tx('order.cancel', async (tx) => {
      const locked = (await lockOrders(tx, [seen.id])).get(seen.id)
      if (!locked || locked.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })
      views.changed(tx, [locked])
      const { order, cancellations } = await readCancellations(tx, locked, runtime.now())
      const { status } = order
      const openOf = (id?: string | null) =>
        cancellations.filter((each) => each.state === 'REQUESTED' && (id === undefined || each.id === id))
      const note = async (cancellationId: string | null): Promise<void> => {
        if (asked) await insertRequest(tx, asked, cancellationId)
      }

      const known = asked && (await findRequest(tx, asked))
      if (known && known.fingerprint !== asked.fingerprint)
        throw IDEMPOTENCY_CONFLICT(undefined, { field: 'idempotencyKey' })
      if (known) return { order, open: openOf(known.cancellationId) }
      if (!units && (status === 'CANCELED' || status === 'CANCEL_REQUESTED')) return { order, open: openOf() }
      if (status === 'PAYING') throw PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })
      if (status === 'PAID' || nextStatus(status, 'canceled unpaid')) {
        const refused = units && refusalOfUnits(order, units)
        if (refused) throw refused
        const isPart = units !== undefined && !isAllLeft(order, units)
        if (status === 'PENDING_PAYMENT' && isPart) return 'unpaid part'
        if (status !== 'PAID' && !isPart) {
          await note(null)
          return { order: await endUnpaid(tx, order, reason, runtime.now()), open: [] }
        }
        if (status === 'PAID') {
          if (seen.status !== status) return 'paid meanwhile'
          const requested = await request(tx, order, cancellations, units ?? allUnits(order), reason)
          await note(requested.cancellation.id)
          const isOpen = requested.cancellation.state === 'REQUESTED'
          return { order: requested.order, open: isOpen ? [requested.cancellation] : [] }
        }
      }
      throw ORDER_STATE({ status })
    })

  /** Takes units out of an unpaid order: the others keep their prices, and the deadline stays. */
  const cutUnpaid = async ({ memberId, units, request: asked }: Wanted, id: string): Promise<Order> => {
    try {
      return await change({
        id,
        memberId,
        goal: (order) => {
          const refused = refusalOfUnits(order, units!)
          if (refused) throw refused
          const lines = remainingLines(order.lines, units!)
          return { items: lines, lines }
        },
        within: async (tx) => {
          if (asked && !(await insertRequest(tx, asked, null))) throw new DoneMeanwhile()
        },
      })
    } catch (error) {
      if (!(error instanceof DoneMeanwhile)) throw error
      return toView((await findOrders(db, [id])).get(id)!)
    }
  }

  /**
   * Makes sure that the money can go back, before anything is decided: a deposit needs an account, and the payment service
   * keeps it. Answers whether money of an order that is over waited for just this account.
   */
  const prepare = async (
    { id: orderId, status, amount }: OrderRecord,
    account: RefundAccount | undefined,
  ): Promise<boolean> => {
    const paid = status === 'PAID'
    if (amount === 0 || (!paid && (account === undefined || nextStatus(status, 'canceled unpaid')))) return false
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

  /** Tries the refund of a cancellation; answers the order as it is afterwards, where that is known to have changed. */
  const refund = async ({
    id: refundId,
    orderId,
    reason,
    whole,
    amount,
    taxFree,
  }: Cancellation): Promise<OrderRecord | undefined> => {
    const share = { amount, taxFreeAmount: taxFree, orLess: true }
    let refunded: number
    try {
      const answer = await payment.refund({ refundId, orderId, reason, ...(!whole && share) })
      if (answer.status !== 'REFUNDED') return undefined
      refunded = answer.amount
    } catch (error) {
      if (PAYMENT_NOT_REFUNDABLE.is(error) || REFUND_ACCOUNT_REFUSED.is(error)) {
        const outcome = { orderId, refundId }
        await db.tx('order.refund-refused', (tx) => revertToPaid(tx, views, outcome, runtime.now()))
        throw REFUND_ACCOUNT_REFUSED.is(error) ? error : refusalOf(error)
      }
      // The event in the outbox will see the refund through; the buyer is told it is under way.
      if (!(error instanceof Fault)) throw error
      log.warn({ err: error, orderId }, 'A refund could not be made at once and will be made later')
      return undefined
    }
    const outcome = { orderId, refundId, amount: refunded }
    return db.tx('order.cancel-refunded', (tx) => endRefunded(tx, views, outcome, runtime.now()))
  }

  return async (input: CancelInput, context: CallContext): Promise<Order> => {
    const memberId = memberOf(context.actor)
    if (input.lines && input.idempotencyKey === undefined)
      throw IDEMPOTENCY_KEY_REQUIRED(undefined, { field: 'idempotencyKey' })
    // The reason goes on into events and to the provider.
    const reason = redact(input.reason)
    const wanted: Wanted = { memberId, reason, units: input.lines, request: requestOf(input, reason) }
    for (;;) {
      const seen = (await findOrders(db, [input.id])).get(input.id)
      if (!seen || seen.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })
      if ((await prepare(seen, input.refundAccount)) && isEnded(seen.status)) return toView(seen)
      const decided = await decide(wanted, seen)
      if (decided === 'paid meanwhile') continue
      if (decided === 'unpaid part') return cutUnpaid(wanted, seen.id)
      let { order } = decided
      for (const each of decided.open) order = (await refund(each)) ?? order
      return toView(order)
    }
  }
}
