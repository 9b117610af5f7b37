import type { Logger } from 'pino'
import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { won } from '#kernel/money.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { truncate } from '#kernel/text.ts'
import { PAYMENT_NOT_REFUNDABLE, paymentRefunded, refundRefused } from './contract.ts'
import type { PaymentRecord, RefundRecord } from './payment.ts'
import { endRefund, findRefund, insertRefund, knownCancels, renewKey } from './refund-store.ts'
import { findPaymentsById, lockCaptured, lockPayment, post, saveRefunded } from './store.ts'
import type { TossPayment } from './toss/answers.ts'
import type { TossAnswer, TossClient } from './toss/client.ts'

interface RefundInput {
  readonly refundId: string
  readonly orderId: string
  readonly amount: number
  readonly reason: string
}

/** Toss's limit on `cancelReason`. */
const REASON_AT_MOST = 200
/** The sweep leaves a new refund alone for this long: whoever asked is trying it. */
const HEAD_START = 15_000

/**
 * Giving money back: the refund is stored, within what is left of the payment, before Toss is asked; its key at Toss stays
 * the same until an answer comes, so that a lost answer never gives the money back twice.
 */
export const refunding = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly toss: TossClient
}) => {
  const { db, runtime, log, toss } = given

  /** Stores the refund unless it is there already; a fault when the payment has not that much left. */
  const request = async (tx: Tx, input: RefundInput, headStart: number): Promise<RefundRecord | Fault> => {
    const payment = await lockCaptured(tx, input.orderId)
    const known = await findRefund(tx, input.refundId)
    if (known) return known
    const left = payment ? payment.amount - payment.refundRequested : 0
    if (!payment || input.amount > left || input.amount <= 0)
      return PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: payment ? won(left) : null }, { field: 'amount' })
    const now = runtime.now()
    await saveRefunded(tx, payment.id, payment.refundRequested + input.amount, payment.refunded)
    await insertRefund(
      tx,
      { id: input.refundId, paymentId: payment.id, orderId: input.orderId, amount: input.amount, reason: input.reason },
      now,
      now + headStart,
    )
    return (await findRefund(tx, input.refundId))!
  }

  const succeed = (refund: RefundRecord, transactionKey: string | null): Promise<void> =>
    db.tx('payment.refund', async (tx) => {
      const payment = (await lockPayment(tx, refund.paymentId))!
      const now = runtime.now()
      if (!(await endRefund(tx, refund.id, 'REFUNDED', { transactionKey }, now))) return
      const refunded = payment.refunded + refund.amount
      await post(tx, [
        { entryId: refund.id, paymentId: payment.id, orderId: payment.orderId, amount: -refund.amount, at: now },
      ])
      await tx.emit(paymentRefunded, {
        paymentId: payment.id,
        orderId: payment.orderId,
        refundId: refund.id,
        memberId: payment.memberId!,
        amount: refund.amount,
        remaining: won(payment.amount - refunded),
        at: instant(now),
      })
      await saveRefunded(tx, payment.id, payment.refundRequested, refunded)
    })

  const refuse = (refund: RefundRecord, code: string): Promise<void> =>
    db.tx('payment.refund-refused', async (tx) => {
      const payment = (await lockPayment(tx, refund.paymentId))!
      const now = runtime.now()
      if (!(await endRefund(tx, refund.id, 'REFUSED', { failureCode: code }, now))) return
      await tx.emit(refundRefused, {
        paymentId: payment.id,
        orderId: payment.orderId,
        refundId: refund.id,
        code,
        at: instant(now),
      })
      await saveRefunded(tx, payment.id, payment.refundRequested - refund.amount, payment.refunded)
    })

  /**
   * Writes down what was given back at Toss without us. `known` when there is nothing new, or one of ours is under way,
   * which may be the same money; `unclear` when what Toss lists does not add up to what is missing.
   */
  const adopt = (id: string, seen: TossPayment): Promise<'adopted' | 'known' | 'unclear'> =>
    db.tx('payment.adopt-cancels', async (tx) => {
      const payment = (await lockPayment(tx, id))!
      const missing = seen.totalAmount - seen.balanceAmount - payment.refunded
      if (missing <= 0 || payment.refundRequested !== payment.refunded) return 'known'
      const known = await knownCancels(tx, id)
      const fresh = (seen.cancels ?? []).filter((each) => !known.has(each.transactionKey))
      if (fresh.reduce((sum, each) => sum + each.cancelAmount, 0) !== missing) return 'unclear'
      const now = runtime.now()
      let refunded = payment.refunded as number
      for (const { transactionKey, cancelAmount, cancelReason } of fresh) {
        const refund = { id: derivedId('adopted', id, transactionKey), paymentId: id, orderId: payment.orderId }
        refunded += cancelAmount
        await insertRefund(tx, { ...refund, amount: cancelAmount, reason: cancelReason ?? '결제사에서 취소' }, now, now)
        await endRefund(tx, refund.id, 'REFUNDED', { transactionKey }, now)
        await post(tx, [
          { entryId: refund.id, paymentId: id, orderId: payment.orderId, amount: -cancelAmount, at: now },
        ])
        await tx.emit(paymentRefunded, {
          paymentId: id,
          orderId: payment.orderId,
          refundId: refund.id,
          memberId: payment.memberId!,
          amount: won(cancelAmount),
          remaining: won(payment.amount - refunded),
          at: instant(now),
        })
      }
      await saveRefunded(tx, id, refunded, refunded)
      return 'adopted'
    })

  /** Whether Toss has already given this refund's money back, though we never heard: it has canceled more than we know of. */
  const alreadyDone = async (payment: PaymentRecord, refund: RefundRecord): Promise<boolean | undefined> => {
    const answer = await toss.find(payment.paymentKey)
    if (answer.kind !== 'payment') return undefined
    return answer.payment.totalAmount - answer.payment.balanceAmount >= payment.refunded + refund.amount
  }

  const ask = async (payment: PaymentRecord, refund: RefundRecord): Promise<TossAnswer> =>
    toss.cancel(
      payment.paymentKey,
      {
        cancelReason: truncate(refund.reason, REASON_AT_MOST),
        // Left out for the whole payment: Toss then cancels all there is, whatever the method.
        ...(refund.amount < payment.amount && { cancelAmount: refund.amount }),
      },
      `${refund.id}-${refund.attempt}`,
    )

  /** Tries a stored refund once. It stays REQUESTED while its outcome is not known. */
  const attempt = async (refund: RefundRecord): Promise<void> => {
    const payment = (await findPaymentsById(db, [refund.paymentId])).get(refund.paymentId)!
    const answer = await ask(payment, refund)
    if (answer.kind === 'payment') return succeed(refund, answer.payment.lastTransactionKey ?? null)
    switch (answer.meaning) {
      case 'unknown':
        return
      case 'retry':
      case 'our fault':
        log.error({ code: answer.code, refundId: refund.id }, 'A refund was not made and will be tried again')
        return renewKey(db, refund.id, refund.attempt)
      default: {
        const done = await alreadyDone(payment, refund)
        if (done) return succeed(refund, null)
        if (done === false) return refuse(refund, answer.code)
      }
    }
  }

  const answerOf = (refund: RefundRecord) => {
    if (refund.state === 'REFUSED') throw PAYMENT_NOT_REFUNDABLE({ providerCode: refund.failureCode, refundable: null })
    return { refundId: refund.id, status: refund.state, amount: refund.amount }
  }

  return {
    adopt,
    attempt,
    /** For consumers: stores the refund in their transaction; the sweep makes it. */
    request: (tx: Tx, input: RefundInput) => request(tx, input, HEAD_START),
    refund: async (input: RefundInput) => {
      const stored = await db.tx('payment.refund-request', (tx) => request(tx, input, HEAD_START))
      if (stored instanceof Error) throw stored
      if (stored.state === 'REQUESTED') await attempt(stored)
      return answerOf((await findRefund(db, stored.id))!)
    },
  }
}
