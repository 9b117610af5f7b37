import type { Logger } from 'pino'
import { lanes } from '#kernel/batch.ts'
import { instant, type Client, type OutputOf } from '#kernel/contract.ts'
import { memberOf, type CallContext } from '#kernel/context.ts'
import { Fault } from '#kernel/fault.ts'
import { INTERNAL, NOT_FOUND, UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { ORDER_STATE, type order } from '#services/order/contract.ts'
import { type endings, NO_ORDER } from './capture.ts'
import { PAYMENT_REFUSED, PAYMENT_SESSION_LOST, type payment } from './contract.ts'
import { askAboutDeposit } from './deposit.ts'
import { paymentId, type PaymentRecord, type Verdict, verdictOnConfirm, verdictOnLook } from './payment.ts'
import { findPaymentsById, type Start, startPayments } from './store.ts'
import { reasonOf } from './toss/answers.ts'
import type { TossClient } from './toss/client.ts'

export type Confirmed = OutputOf<(typeof payment)['operations']['confirm']>

/** Reconciliation leaves an attempt alone for this long: whoever began it is most likely still at it. */
const HEAD_START = 20_000
/** Looks and repeated confirms within one request before its outcome is left to reconciliation. */
const PATIENCE = 3

const sessionLost = new Set(['NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT', 'EXPIRED', 'EXPIRED_PAYMENT'])

/** The fault a buyer gets for an attempt that failed. */
export const failureOf = (code: string): Fault => {
  if (sessionLost.has(code)) return PAYMENT_SESSION_LOST()
  const { ko, en } = reasonOf(code)
  return PAYMENT_REFUSED({ providerCode: code, reasonKo: ko, reasonEn: en })
}

/** Faults after which the same attempt may be tried again as it is: they say nothing about the order. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof Fault) || error.status >= 500 || UNAVAILABLE.is(error) || INTERNAL.is(error)

/**
 * Capturing: one idempotent command, whether the return page, the webhook or reconciliation asks for it.
 * The attempt is stored first; the order is checked and locked against expiry; then Toss is asked; what it answers is
 * stored with ledger and event; then the order is told. Every step can be repeated, so a crash anywhere is finished later.
 */
export const confirming = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly toss: TossClient
  readonly order: Client<typeof order>
  readonly end: ReturnType<typeof endings>
  /** Gives the whole of a captured payment back. */
  readonly giveBack: (attempt: PaymentRecord) => Promise<void>
}) => {
  const { db, runtime, log, toss, order, end, giveBack } = given

  const started = lanes<Start, PaymentRecord>({ lanes: 2, max: 256, name: 'payment.start' }, async (starts) => {
    const once = [...new Map(starts.map((each) => [each.id, each])).values()]
    const now = runtime.now()
    const stored = await startPayments(db, once, now, now + HEAD_START)
    return starts.map((each) => stored.get(each.id)!)
  })

  /** Finds out what became of the attempt at Toss; `wait` when that cannot be known now. */
  const ask = async (attempt: PaymentRecord, firstKey: string): Promise<Verdict> => {
    if (attempt.state === 'AWAITING_DEPOSIT') return askAboutDeposit(toss, attempt, runtime)
    const { paymentKey, orderId, amount } = attempt
    let verdict: Verdict = { kind: 'confirm' }
    let key = firstKey
    for (let turn = 0; turn < PATIENCE * 2; turn++) {
      if (verdict.kind === 'confirm') {
        const answer = await toss.confirm({ paymentKey, orderId, amount }, key)
        if (answer.kind === 'error' && answer.code === 'IDEMPOTENT_REQUEST_PROCESSING')
          await runtime.sleep(50 * (turn + 1))
        // An answered error would only be repeated under the same key; no answer at all must keep it.
        if (answer.kind === 'error' && answer.meaning === 'retry') key = runtime.id()
        verdict = verdictOnConfirm(attempt, answer)
      } else if (verdict.kind === 'look') {
        verdict = verdictOnLook(attempt, await toss.find(paymentKey))
      } else return verdict
    }
    return { kind: 'wait' }
  }

  const tellOrder = async (attempt: PaymentRecord): Promise<void> => {
    const { orderId, paymentKey } = attempt
    try {
      await order.completePayment({ orderId, paymentKey })
    } catch (error) {
      // Captured, but the order will not have it: the money goes back, and a person learns why.
      if (ORDER_STATE.is(error) || NOT_FOUND.is(error)) {
        await end.anomaly(NO_ORDER, paymentKey, orderId, String(error))
        await giveBack(attempt)
        throw error
      }
      // Anything else is an outage: the event in the outbox tells the order once it is back.
      log.error({ err: error, orderId }, 'The order could not be told of its capture')
    }
  }

  const conclude = async (attempt: PaymentRecord, memberId: string, verdict: Verdict): Promise<Confirmed> => {
    const { orderId, paymentKey, amount } = attempt
    switch (verdict.kind) {
      case 'capture': {
        const { capturedAt, method, receiptUrl } = await end.capture(attempt, memberId, verdict.payment)
        await tellOrder(attempt)
        return { orderId, status: 'PAID', amount, method, approvedAt: instant(capturedAt), receiptUrl }
      }
      case 'fail': {
        const { code, message, overdue } = verdict
        await end.fail(attempt, memberId, { code, message, ...(overdue && { overdue }) })
        // At once, so that the buyer can pay in another way; the event makes sure of it.
        await order
          .failPayment({ orderId, paymentKey, overdue })
          .catch((error: unknown) =>
            log.warn({ err: error, orderId }, 'The order could not be told of a refused payment'),
          )
        throw failureOf(code)
      }
      case 'await deposit': {
        const waiting = await end.awaitDeposit(attempt, memberId, verdict.payment)
        if (!waiting) break
        // Only the first time: afterwards the event has made sure of it.
        if (attempt.dueAt === null)
          await order
            .awaitDeposit({ orderId, paymentKey, bank: waiting.bank!, dueAt: instant(waiting.dueAt!) })
            .catch((error: unknown) =>
              log.warn({ err: error, orderId }, 'The order is told of its virtual account by the event'),
            )
        const { method } = waiting
        return { orderId, status: 'AWAITING_DEPOSIT', amount, method, approvedAt: null, receiptUrl: null }
      }
      case 'anomaly':
        await end.anomaly('the provider captured something else', paymentKey, orderId, verdict.detail)
        break
      default:
    }
    const status = attempt.state === 'AWAITING_DEPOSIT' ? attempt.state : 'CONFIRMING'
    return { orderId, status, amount, method: attempt.method, approvedAt: null, receiptUrl: null }
  }

  /** A payment we had given up turns out to be captured all the same: it is written down, and given back unless the order has it. */
  const reopen = async (attempt: PaymentRecord): Promise<void> => {
    const verdict = verdictOnLook(attempt, await toss.find(attempt.paymentKey))
    if (verdict.kind === 'capture' && attempt.memberId) await conclude(attempt, attempt.memberId, verdict)
  }

  const underWay = new Map<string, Promise<Confirmed>>()
  /** Attempts under way of which something was heard meanwhile: whoever is at it may have asked Toss before it happened. */
  const news = new Set<string>()

  /** Carries an open attempt on; whoever asks for the same one meanwhile shares its outcome. */
  const carryOn = (attempt: PaymentRecord, key: string): Promise<Confirmed> => {
    const { id } = attempt
    const known = underWay.get(id)
    if (known) return known
    const driving = driveOn(attempt, key)
    underWay.set(id, driving)
    return driving
  }

  /** Drives an attempt, and looks again at a deposit of which something was heard on the way. */
  const driveOn = async (attempt: PaymentRecord, key: string): Promise<Confirmed> => {
    try {
      let outcome = await drive(attempt, key)
      while (news.delete(attempt.id) && outcome.status === 'AWAITING_DEPOSIT') {
        const now = (await findPaymentsById(db, [attempt.id])).get(attempt.id)
        if (now?.state !== 'AWAITING_DEPOSIT') break
        outcome = await drive(now, now.id)
      }
      return outcome
    } finally {
      // In the same turn as the last look at the news: what comes next finds nobody at it.
      underWay.delete(attempt.id)
      news.delete(attempt.id)
    }
  }

  /** Carries an open attempt on from wherever it stands. `memberId` null: on nobody's behalf, the owner was checked before. */
  const drive = async (attempt: PaymentRecord, key: string): Promise<Confirmed> => {
    const { id, orderId, paymentKey, amount, memberId } = attempt
    // One that awaits its deposit began long ago, and its order may be over: then the account is closed.
    if (attempt.state === 'AWAITING_DEPOSIT' && memberId !== null)
      return conclude(attempt, memberId, await ask(attempt, key))
    let owner: string
    try {
      const begun = await order.beginPayment({ orderId, paymentKey, amount, memberId })
      owner = begun.memberId
    } catch (error) {
      if (!isOutage(error)) await end.refuse({ ...attempt, id }, (error as Fault).code, (error as Fault).messages.en)
      throw error
    }
    return conclude(attempt, owner, await ask(attempt, key))
  }

  return {
    carryOn,
    reopen,
    /** Whether someone in this process is at it, who then takes the news up: the status that is said of the payment. */
    takesUp: (id: string, said: string | undefined): boolean => {
      if (!underWay.has(id)) return false
      if (said !== 'WAITING_FOR_DEPOSIT') news.add(id)
      return true
    },
    confirm: async (
      input: { paymentKey: string; orderId: string; amount: number },
      context: CallContext,
    ): Promise<Confirmed> => {
      const memberId = memberOf(context.actor)
      const { paymentKey, orderId, amount } = input
      const attempt = await started.call({ id: paymentId(paymentKey, orderId), orderId, paymentKey, memberId, amount })
      if (attempt.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'orderId' })
      if (attempt.state === 'FAILED') throw failureOf(attempt.failureCode!)
      if (attempt.state !== 'CAPTURED') {
        // An open attempt keeps its amount: another one now is a tampered return address.
        if (attempt.amount !== amount) await order.beginPayment({ orderId, paymentKey, amount, memberId })
        return carryOn(attempt, attempt.id)
      }
      await tellOrder(attempt)
      return {
        orderId,
        status: 'PAID',
        amount: attempt.amount,
        method: attempt.method,
        approvedAt: instant(attempt.capturedAt!),
        receiptUrl: attempt.receiptUrl,
      }
    },
  }
}
