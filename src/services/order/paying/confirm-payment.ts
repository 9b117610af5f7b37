import type { Logger } from 'pino'
import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client, InputOf, OutputOf } from '#kernel/contract.ts'
import { won } from '#kernel/money.ts'
import type { Database } from '#kernel/store.ts'
import { isTransient } from '#kernel/failures/transient.ts'
import { PAYMENT_REFUSED, PAYMENT_SESSION_LOST, type payment } from '#services/payment/contract.ts'
import { RESERVATION_ENDED } from '#services/product/contract.ts'
import { ORDER_EXPIRED, type order } from '../contract.ts'
import { isRefusal } from '../placing/give-back.ts'
import type { Holders } from '../holders/holders.ts'
import type { OrderRecord } from '../order.ts'
import { claimCutOff, type Paying } from './payment-store.ts'
import type { paymentTransitions } from './payment-transitions.ts'
import { findOrders } from '../store.ts'

type Confirmed = OutputOf<(typeof order)['operations']['confirmPayment']>
type Capture = OutputOf<(typeof payment)['operations']['capture']>

/**
 * Conducts the payment of an order: PAYING is stored with the time at which the sweep takes the order up, then the holds are
 * secured, then `payment` captures, then the outcome is stored. Each step may be repeated under the same key, so a crash
 * anywhere leaves an order in PAYING that the sweep resumes; what `payment` learns later comes by its events.
 */
export const conducting = (given: {
  readonly db: Database
  readonly log: Logger
  readonly holders: Holders
  readonly payment: Client<typeof payment>
  readonly transitions: ReturnType<typeof paymentTransitions>
}) => {
  const { db, log, holders, payment, transitions } = given

  /** The order is in PAYING by now, so that nothing ends its holds; one that ended all the same cannot be paid for. */
  const secure = async (paying: Paying): Promise<void> => {
    try {
      await holders.secure(paying.reservationId)
    } catch (error) {
      if (!RESERVATION_ENDED.is(error)) throw error
      await transitions.fail(paying)
      throw ORDER_EXPIRED()
    }
  }

  /** Captures; where no money moved, the order becomes payable again. After any other error it stays in PAYING. */
  const capture = async (paying: Paying, paymentKey: string): Promise<Capture> => {
    const { orderId, memberId, amount, taxFreeAmount, status } = paying
    try {
      const captured = await payment.capture({ orderId, paymentKey, memberId, amount, taxFreeAmount })
      if (captured.returned && status === 'PAYING') throw PAYMENT_SESSION_LOST()
      return captured
    } catch (error) {
      // An order that awaits a deposit ends by the event, which says whether the deposit was overdue.
      if (status === 'PAYING' && (PAYMENT_REFUSED.is(error) || PAYMENT_SESSION_LOST.is(error)))
        await transitions.fail(paying)
      throw error
    }
  }

  const answerOf = (
    { orderId, amount }: Pick<Paying, 'orderId' | 'amount'>,
    status: Confirmed['status'],
    captured?: Capture,
  ): Confirmed => ({
    orderId,
    status,
    amount: won(amount),
    method: captured?.method ?? null,
    approvedAt: captured?.approvedAt ?? null,
    receiptUrl: captured?.receiptUrl ?? null,
  })

  /** Takes a payment that has begun as far as it can be taken now. */
  const conduct = async (paying: Paying): Promise<Confirmed> => {
    const { orderId, paymentKey, status } = paying
    if (status === 'PAYING') await secure(paying)
    if (paymentKey === null) {
      await transitions.complete({ orderId, paymentKey, paymentId: null })
      return answerOf(paying, 'PAID')
    }
    const captured = await capture(paying, paymentKey)
    switch (captured.status) {
      case 'CAPTURED':
        await transitions.complete({ orderId, paymentKey, paymentId: captured.paymentId })
        return answerOf(paying, 'PAID', captured)
      case 'AWAITING_DEPOSIT': {
        const { bank, dueAt } = captured
        if (status === 'PAYING') await transitions.awaitDeposit({ orderId, paymentKey, bank: bank!, dueAt: dueAt! })
        return answerOf(paying, 'AWAITING_DEPOSIT', captured)
      }
      default:
        return answerOf(paying, status === 'PAYING' ? 'CONFIRMING' : status, captured)
    }
  }

  return {
    /** Pays an order of 0 won that is in PAYING, at once; answers the order as it is then. The sweep does what failed. */
    payFree: async (orderId: string): Promise<OrderRecord> => {
      const found = async (): Promise<OrderRecord> => (await findOrders(db, [orderId])).get(orderId)!
      const { memberId, reservationId, amount, status } = await found()
      if (status === 'PAYING' && amount === 0)
        await conduct({ orderId, paymentKey: null, memberId, reservationId, amount, taxFreeAmount: 0, status }).catch(
          (error: unknown) => log.warn({ err: error, orderId }, 'An order of 0 won is left to the sweep to pay'),
        )
      return found()
    },
    confirm: async (
      { orderId, paymentKey, amount }: InputOf<(typeof order)['operations']['confirmPayment']>,
      context: CallContext,
    ): Promise<Confirmed> => {
      const memberId = memberOf(context.actor)
      const begun = await transitions.begin({ orderId, paymentKey, amount, memberId })
      if (begun.kind === 'under way') return conduct(begun)
      if (amount === 0) return answerOf({ orderId, amount }, 'PAID')
      // Asked again only for how and when it was paid.
      const captured = await payment.capture({ orderId, paymentKey, memberId, amount })
      return answerOf({ orderId, amount }, 'PAID', captured)
    },
    /** Resumes those of the orders whose payment was cut off; answers how many. An outage rises once all were tried. */
    resume: async (ids: readonly string[], now: number): Promise<number> => {
      const claimed = await claimCutOff(db, ids, now)
      const outcomes = await Promise.allSettled(claimed.map(conduct))
      let outage: unknown
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') continue
        const { reason: error } = outcome
        if (isTransient(error)) outage = error
        // A refusal is an outcome: it is stored.
        else if (!isRefusal(error))
          log.error({ err: error, orderId: claimed[i]!.orderId }, 'Could not resume the payment of an order')
      }
      if (outage !== undefined) throw outage
      return claimed.length
    },
  }
}
