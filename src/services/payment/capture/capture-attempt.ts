import { microBatcher } from '#kernel/batch.ts'
import { instant, type InputOf, type OutputOf } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { invalid } from '#kernel/input/invalid.ts'
import { won } from '#kernel/money.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import type { endings } from './attempt-outcomes.ts'
import { PAYMENT_REFUSED, PAYMENT_SESSION_LOST, type payment } from '../contract.ts'
import { askAboutDeposit } from '../deposit/deposit.ts'
import { paymentId, type PaymentRecord, type Verdict, verdictOnConfirm, verdictOnLook } from '../payment.ts'
import { findPaymentsById, type Start, startPayments } from '../store.ts'
import { reasonOf } from '../toss/answers.ts'
import type { TossClient } from '../toss/client.ts'

type CaptureInput = InputOf<(typeof payment)['operations']['capture']>
type CaptureAnswer = OutputOf<(typeof payment)['operations']['capture']>

const MORE_THAN_AMOUNT = {
  ko: '면세 금액은 결제 금액을 넘을 수 없습니다.',
  en: 'The tax-free part cannot exceed the amount.',
}

/** Milliseconds for which reconciliation leaves a new attempt to whoever began it. */
const HEAD_START = 20_000
/** Looks and repeated confirms within one request before its outcome is left to reconciliation. */
const TURNS_AT_PROVIDER = 3

const sessionLost = new Set(['NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT', 'EXPIRED', 'EXPIRED_PAYMENT'])

/** The fault a buyer gets for an attempt that failed. */
export const failureOf = (code: string): Fault => {
  if (sessionLost.has(code)) return PAYMENT_SESSION_LOST()
  const { ko, en } = reasonOf(code)
  return PAYMENT_REFUSED({ providerCode: code, reasonKo: ko, reasonEn: en })
}

/** What is answered of an attempt that has not failed. */
const answerOf = (attempt: PaymentRecord, status: CaptureAnswer['status']): CaptureAnswer => ({
  paymentId: attempt.id,
  status,
  returned: status === 'CAPTURED' && attempt.amount > 0 && attempt.refundRequested === attempt.amount,
  method: attempt.method,
  approvedAt: attempt.capturedAt === null ? null : instant(attempt.capturedAt),
  receiptUrl: attempt.receiptUrl,
  bank: attempt.bank,
  dueAt: attempt.dueAt === null ? null : instant(attempt.dueAt),
})

/**
 * Captures at Toss: one idempotent command, whether the order, a webhook or reconciliation asks for it. The attempt is
 * stored first, then Toss is asked, then its answer is stored with ledger entries and event. Every step can be repeated, so
 * that reconciliation finishes what a crash cut off. Of orders it knows id, owner and amount; what becomes of an attempt is
 * answered to the caller and told by events.
 */
export const capturing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly toss: TossClient
  readonly end: ReturnType<typeof endings>
}) => {
  const { db, runtime, toss, end } = given

  /** The attempt, and whether it was stored just now. */
  const started = microBatcher<Start, { attempt: PaymentRecord; isNew: boolean }>(
    { concurrency: 2, max: 256, name: 'payment.start' },
    async (starts) => {
      const once = [...new Map(starts.map((each) => [each.id, each])).values()]
      const now = runtime.now()
      const stored = await startPayments(db, once, now, now + HEAD_START)
      return starts.map((each) => {
        const attempt = stored.get(each.id)!
        return { attempt, isNew: attempt.createdAt === now }
      })
    },
  )

  /** Finds out what became of the attempt at Toss; `wait` when that cannot be known now. */
  const ask = async (attempt: PaymentRecord, firstKey: string, isNew: boolean): Promise<Verdict> => {
    if (attempt.state === 'AWAITING_DEPOSIT') return askAboutDeposit(toss, attempt, runtime)
    const { paymentKey, orderId, amount } = attempt
    let verdict: Verdict = { kind: 'confirm' }
    let key = firstKey
    for (let turn = 0; turn < TURNS_AT_PROVIDER * 2; turn++) {
      if (verdict.kind === 'confirm') {
        const answer = await toss.confirm({ paymentKey, orderId, amount }, key)
        if (answer.kind === 'error' && answer.code === 'IDEMPOTENT_REQUEST_PROCESSING')
          await runtime.sleep(50 * (turn + 1))
        // An answered error would only be repeated under the same key; no answer at all must keep it.
        if (answer.kind === 'error' && answer.meaning === 'retry') key = runtime.id()
        verdict = verdictOnConfirm(attempt, answer)
        // Repeated under its key, Toss gives its first answer again: a deposit may have arrived since.
        if (verdict.kind === 'await deposit' && !isNew) verdict = { kind: 'look' }
      } else if (verdict.kind === 'look') {
        verdict = verdictOnLook(attempt, await toss.find(paymentKey))
      } else return verdict
    }
    return { kind: 'wait' }
  }

  const conclude = async (attempt: PaymentRecord, verdict: Verdict): Promise<CaptureAnswer> => {
    const { orderId, paymentKey } = attempt
    const memberId = attempt.memberId!
    switch (verdict.kind) {
      case 'capture': {
        const { capturedAt, method, receiptUrl } = await end.capture(attempt, memberId, verdict.payment)
        return answerOf({ ...attempt, capturedAt, method: method ?? attempt.method, receiptUrl }, 'CAPTURED')
      }
      case 'fail': {
        const { code, message, overdue } = verdict
        if (await end.fail(attempt, memberId, { code, message, ...(overdue && { overdue }) })) throw failureOf(code)
        // It had ended already: the first outcome stored counts.
        const ended = (await findPaymentsById(db, [attempt.id])).get(attempt.id)
        if (ended?.state !== 'CAPTURED') throw failureOf(ended?.failureCode ?? code)
        return answerOf(ended, 'CAPTURED')
      }
      case 'await deposit': {
        const waiting = await end.awaitDeposit(attempt, memberId, verdict.payment)
        if (waiting) return answerOf(waiting, 'AWAITING_DEPOSIT')
        break
      }
      case 'anomaly':
        await end.anomaly('the provider captured something else', paymentKey, orderId, verdict.detail)
        break
      default:
    }
    return answerOf(attempt, attempt.state === 'AWAITING_DEPOSIT' ? attempt.state : 'CONFIRMING')
  }

  /** A payment that had failed turns out to be captured: it is stored, and its event has the order take it or send it back. */
  const reopen = async (attempt: PaymentRecord): Promise<void> => {
    const verdict = verdictOnLook(attempt, await toss.find(attempt.paymentKey))
    if (verdict.kind === 'capture' && attempt.memberId) await conclude(attempt, verdict)
  }

  const underWay = new Map<string, Promise<CaptureAnswer>>()
  /** Attempts under way of which something was heard meanwhile: whoever is at it may have asked Toss before it happened. */
  const news = new Set<string>()

  /** Resumes an open attempt; whoever asks for the same one meanwhile shares its outcome. */
  const resume = (attempt: PaymentRecord, key: string, isNew = false): Promise<CaptureAnswer> => {
    const { id } = attempt
    const known = underWay.get(id)
    if (known) return known
    const driving = driveOn(attempt, key, isNew)
    underWay.set(id, driving)
    return driving
  }

  const drive = async (attempt: PaymentRecord, key: string, isNew: boolean): Promise<CaptureAnswer> =>
    conclude(attempt, await ask(attempt, key, isNew))

  /** Drives an attempt, and looks again at a deposit of which something was heard on the way. */
  const driveOn = async (attempt: PaymentRecord, key: string, isNew: boolean): Promise<CaptureAnswer> => {
    try {
      let outcome = await drive(attempt, key, isNew)
      while (news.delete(attempt.id) && outcome.status === 'AWAITING_DEPOSIT') {
        const now = (await findPaymentsById(db, [attempt.id])).get(attempt.id)
        if (now?.state !== 'AWAITING_DEPOSIT') break
        outcome = await drive(now, now.id, false)
      }
      return outcome
    } finally {
      // In the same turn as the last look at the news: what comes next finds nobody at it.
      underWay.delete(attempt.id)
      news.delete(attempt.id)
    }
  }

  return {
    resume,
    reopen,
    /** Whether someone in this process is at it, who then takes the news up: the status that is said of the payment. */
    takesUp: (id: string, said: string | undefined): boolean => {
      if (!underWay.has(id)) return false
      if (said !== 'WAITING_FOR_DEPOSIT') news.add(id)
      return true
    },
    capture: async ({
      orderId,
      paymentKey,
      memberId,
      amount,
      taxFreeAmount = won(0),
    }: CaptureInput): Promise<CaptureAnswer> => {
      const id = paymentId(paymentKey, orderId)
      if (taxFreeAmount > amount) throw invalid('taxFreeAmount', 'too_big', MORE_THAN_AMOUNT)
      const { attempt, isNew } = await started.call({ id, orderId, paymentKey, memberId, amount, taxFreeAmount })
      // What another buyer, or the wrong amount, left under this key before the order was asked is no payment of the order.
      if (attempt.memberId !== memberId || attempt.amount !== amount) throw PAYMENT_SESSION_LOST()
      if (attempt.state === 'FAILED') throw failureOf(attempt.failureCode!)
      return attempt.state === 'CAPTURED' ? answerOf(attempt, 'CAPTURED') : resume(attempt, id, isNew)
    },
  }
}
