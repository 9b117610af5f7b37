import type { Logger } from 'pino'
import { derivedId } from '#kernel/ids.ts'
import { won } from '#kernel/money.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Database, Tx } from '#kernel/store.ts'
import type { endings } from '../capture/attempt-outcomes.ts'
import {
  PAYMENT_NOT_REFUNDABLE,
  REFUND_ACCOUNT_REFUSED,
  REFUND_ACCOUNT_REQUIRED,
  type RefundAccount,
} from '../contract.ts'
import { awaitAccount } from '../deposit/deposit-store.ts'
import type { PaymentRecord, RefundRecord } from '../payment.ts'
import { booking } from './refund-booking.ts'
import { NOT_LEFT, type RefundInput, requesting } from './refund-request.ts'
import {
  findRefund,
  findStalledQueues,
  isAtProvider,
  knownCancels,
  renewKey,
  requeueRefund,
  saveAmount,
} from './refund-store.ts'
import { dueReview } from '../webhook/reconcile-store.ts'
import { findPaymentsById, lockCaptured, lockPayment } from '../store.ts'
import { BALANCE_DIFFERS, isMalformed, type TossPayment } from '../toss/answers.ts'
import { answeredCancel, cancelReasonOf, markedCancel, type TossCancel, unknownCancels } from '../toss/cancels.ts'
import type { TossAnswer, TossClient } from '../toss/client.ts'
import { isAccountRefused, isByDeposit, openRefundAccount } from '../deposit/virtual-account.ts'

/** The refund of money that no order can be paid with: one for each payment, whoever finds out. */
const unwantedId = (paymentId: string): string => derivedId('unwanted', paymentId)

/** Requests for one refund in a row, while what is left of its payment shrinks. */
const TURNS = 3

/** Whether the amount is left out at Toss, because it is the whole payment: Toss then cancels all there is, whatever the method. */
const isAllAskedFor = (payment: Pick<PaymentRecord, 'amount'>, refund: Pick<RefundRecord, 'amount'>): boolean =>
  refund.amount >= payment.amount

/** The sweep leaves a new refund alone for this long: whoever asked is trying it. */
const HEAD_START = 15_000

/**
 * Refunds. Each is stored, within what is left of the payment, before Toss is asked. Those of one payment are made one after
 * another, so that whatever Toss lists beside the cancels we know is either the one that is under way or was made without us. A
 * request keeps its idempotency key until it is answered: when the answer was lost, Toss repeats it and cancels nothing
 * again.
 */
export const refunding = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly toss: TossClient
  readonly secrets: Secrets
  readonly end: ReturnType<typeof endings>
}) => {
  const { db, runtime, log, toss, secrets, end } = given
  const books = booking({ runtime, end })
  const { keepAccount, request } = requesting({ runtime, secrets, books })

  /** Books a refund by the cancel that made it and, where nothing else of ours can be at Toss, whatever was canceled without us. */
  const book = async (
    tx: Tx,
    payment: PaymentRecord,
    refund: RefundRecord,
    made: TossCancel,
    seen: TossPayment,
  ): Promise<void> => {
    const settled = (await books.settle(tx, payment, refund, made))!
    const adopted = !(await isAtProvider(tx, payment.id)) && (await books.adopt(tx, settled, seen))
    if (!adopted) await dueReview(tx, payment.id, runtime.now())
    await books.startNext(tx, settled)
  }

  /** Toss has canceled at our request: the refund is booked by the transaction of that cancel. */
  const succeed = (asked: RefundRecord, seen: TossPayment): Promise<void> =>
    db.tx('payment.refund', async (tx) => {
      const payment = (await lockPayment(tx, asked.paymentId))!
      const refund = (await findRefund(tx, asked.id))!
      if (refund.state !== 'REQUESTED') return
      const anomaly = (kind: string, detail: string): Promise<void> =>
        end.anomalyIn(tx, kind, payment.paymentKey, payment.orderId, `${refund.id}: ${detail}`)
      const made = answeredCancel(seen, refund.id, await knownCancels(tx, payment.id))
      if (!made || made.cancelAmount > refund.amount)
        return anomaly('a refund cannot be told from others', 'Toss made it, and does not say by which transaction')
      if (made.cancelAmount < refund.amount && !refund.whole)
        await anomaly('less was refunded than requested', `${made.cancelAmount} won instead of ${refund.amount}`)
      await book(tx, payment, refund, made, seen)
    })

  const refuse = async (tx: Tx, payment: PaymentRecord, refund: RefundRecord, code: string): Promise<void> => {
    // Money without an order has to go back: the buyer is asked for another account.
    const askAgain = isAccountRefused(code) && refund.id === unwantedId(payment.id)
    let after = payment
    if (askAgain) await awaitAccount(tx, refund.id)
    else after = (await books.refuse(tx, payment, refund, code))!
    if (isAccountRefused(code) || after.refunded === after.refundRequested) after = await books.forgetAccount(tx, after)
    if (askAgain) await books.askForAccount(tx, payment, refund)
    else if (!isAccountRefused(code))
      await end.anomalyIn(tx, 'a refund was refused', payment.paymentKey, payment.orderId, `${refund.id}: ${code}`)
    await books.startNext(tx, after)
  }

  /**
   * Decides about a refund whose request Toss turned down: `ended` when it was made by an earlier request all the same, or is
   * refused for good; `again` when money went back without us, so that what is left is to be asked for; `unknown` when Toss
   * cannot be asked now.
   */
  const resolve = async (
    asked: RefundRecord,
    paymentKey: string,
    code: string,
  ): Promise<'ended' | 'again' | 'unknown'> => {
    const answer = await toss.find(paymentKey)
    if (answer.kind !== 'payment') return 'unknown'
    const seen = answer.payment
    return db.tx('payment.resolve-refund', async (tx) => {
      const payment = (await lockPayment(tx, asked.paymentId))!
      const refund = (await findRefund(tx, asked.id))!
      // Somebody else heard the same answer, and has asked anew.
      if (refund.state !== 'REQUESTED' || refund.attempt !== asked.attempt) return 'ended'
      const made = markedCancel(unknownCancels(seen, await knownCancels(tx, payment.id)), refund.id)
      if (made) {
        await book(tx, payment, refund, made, seen)
        return 'ended'
      }
      if (await isAtProvider(tx, payment.id, refund.id)) {
        // What went back may be another refund of ours, which a version without a queue has sent: that one is heard first.
        await requeueRefund(tx, refund.id)
        await books.startNext(tx, payment)
        return 'ended'
      }
      const adopted = await books.adopt(tx, payment, seen)
      if (!adopted) {
        await noteUnclear(tx, payment, seen)
        await refuse(tx, payment, refund, code)
        return 'ended'
      }
      const now = (await findRefund(tx, refund.id))!
      if (now.state !== 'REQUESTED') return 'ended'
      if (adopted.refunded === payment.refunded && code !== BALANCE_DIFFERS) {
        await refuse(tx, adopted, now, code)
        return 'ended'
      }
      if (now.attempt === refund.attempt) await saveAmount(tx, now, now.amount, now.taxFreeAmount)
      return 'again'
    })
  }

  const noteUnclear = (tx: Tx, payment: PaymentRecord, seen: TossPayment): Promise<void> =>
    end.anomalyIn(
      tx,
      'money given back that we cannot account for',
      payment.paymentKey,
      payment.orderId,
      `${seen.totalAmount - seen.balanceAmount} won at Toss`,
    )

  /**
   * Books what was given back at Toss without us. `known` when there is nothing new; `later` when a refund of ours may be
   * there, whose money it may be: then it is looked at again once that has ended; `unclear` when what Toss lists does not
   * add up to what is missing, which is noted.
   */
  const adopt = (id: string, seen: TossPayment): Promise<'adopted' | 'known' | 'later' | 'unclear'> =>
    db.tx('payment.adopt-cancels', async (tx) => {
      const payment = (await lockPayment(tx, id))!
      if (await isAtProvider(tx, id)) {
        await dueReview(tx, id, runtime.now())
        return 'later'
      }
      // Asked before a refund was made that is booked by now: there is nothing new in it.
      if (seen.totalAmount - seen.balanceAmount <= payment.refunded) return 'known'
      if (await books.adopt(tx, payment, seen)) return 'adopted'
      await noteUnclear(tx, payment, seen)
      return 'unclear'
    })

  const ask = (payment: PaymentRecord, refund: RefundRecord): Promise<TossAnswer> =>
    toss.cancel(
      payment.paymentKey,
      {
        cancelReason: cancelReasonOf(refund),
        ...(!isAllAskedFor(payment, refund) && { cancelAmount: refund.amount }),
        ...(refund.taxFreeAmount > 0 && { taxFreeAmount: refund.taxFreeAmount }),
        // Should an earlier request have been made though its answer said otherwise, or money have gone back without us.
        refundableAmount: payment.amount - payment.refunded,
        ...(payment.refundAccount && {
          refundReceiveAccount: openRefundAccount(secrets, payment.id, payment.refundAccount),
        }),
      },
      `${refund.id}-${refund.attempt}`,
    )

  /** Tries a refund that is REQUESTED. It stays so while its outcome is not known, and those behind it wait. */
  const attempt = async (id: string): Promise<void> => {
    for (let turn = 1; turn <= TURNS; turn++) {
      const refund = (await findRefund(db, id))!
      if (refund.state !== 'REQUESTED') return
      const payment = (await findPaymentsById(db, [refund.paymentId])).get(refund.paymentId)!
      const answer = await ask(payment, refund)
      if (answer.kind === 'payment') return succeed(refund, answer.payment)
      if (answer.meaning === 'unknown') return
      if (answer.meaning === 'retry' || answer.meaning === 'our fault') {
        log.error({ code: answer.code, refundId: refund.id }, 'A refund was not made and will be tried again')
        return renewKey(db, refund, answer.code)
      }
      // What is left now is asked for at once; should more be given back just then, by the next try.
      if ((await resolve(refund, payment.paymentKey, answer.code)) !== 'again') return
    }
  }

  const answerOf = (refund: RefundRecord) => {
    if (refund.state === 'REFUSED') {
      if (refund.failureCode === NOT_LEFT)
        throw PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: null, cause: 'AMOUNT' }, { field: 'amount' })
      if (isAccountRefused(refund.failureCode)) throw REFUND_ACCOUNT_REFUSED(undefined, { field: 'refundAccount' })
      const cause = isMalformed(refund.failureCode) ? ('MALFORMED' as const) : ('PROVIDER' as const)
      throw PAYMENT_NOT_REFUNDABLE({ providerCode: refund.failureCode, refundable: null, cause })
    }
    const status = refund.state === 'REFUNDED' ? refund.state : ('REQUESTED' as const)
    return { refundId: refund.id, status, amount: refund.amount }
  }

  return {
    adopt,
    attempt,
    /** For consumers: stores the refund in their transaction; the sweep makes it. */
    request: (tx: Tx, input: RefundInput) => request(tx, input, HEAD_START),
    /** Stores, in the caller's transaction, that all that is left of a captured payment goes back: its order cannot be paid. */
    giveBack: async (tx: Tx, { id, orderId }: Pick<PaymentRecord, 'id' | 'orderId'>): Promise<void> => {
      const payment = await lockPayment(tx, id)
      if (payment?.state !== 'CAPTURED') return
      const reason = '주문을 완료할 수 없어 결제를 취소합니다.'
      await request(tx, { refundId: unwantedId(id), orderId, reason }, HEAD_START)
    },
    refund: async (input: RefundInput) => {
      const stored = await db.tx('payment.refund-request', (tx) => request(tx, input, HEAD_START))
      if (stored instanceof Error) throw stored
      if (typeof stored === 'string') {
        const status = stored === 'nothing paid' ? ('REFUNDED' as const) : ('REQUESTED' as const)
        return { refundId: input.refundId, status, amount: won(0) }
      }
      if (stored.state === 'REQUESTED') await attempt(stored.id)
      return answerOf((await findRefund(db, stored.id))!)
    },
    /** Keeps the account a deposit goes back to, and tries at once what waited for it. Other payments need none. */
    prepare: async (input: { readonly orderId: string; readonly refundAccount: RefundAccount | null }) => {
      const account = input.refundAccount
      const released = await db.tx('payment.keep-refund-account', async (tx) => {
        const payment = await lockCaptured(tx, input.orderId)
        if (!payment || !isByDeposit(payment)) return []
        if (account !== null) return (await keepAccount(tx, payment, account)).released
        if (payment.refundAccount === null) throw REFUND_ACCOUNT_REQUIRED(undefined, { field: 'refundAccount' })
        return []
      })
      for (const id of released) {
        await attempt(id)
        const now = (await findRefund(db, id))!
        if (now.state === 'AWAITING_ACCOUNT') throw REFUND_ACCOUNT_REFUSED(undefined, { field: 'refundAccount' })
        answerOf(now)
      }
      return { awaited: released.length > 0 }
    },
    /** Goes on with queues that stand still; answers how many. */
    resumeQueues: async (limit: number): Promise<number> => {
      const stalled = await findStalledQueues(db, limit)
      for (const id of stalled)
        await db.tx('payment.resume-refunds', async (tx) => books.startNext(tx, (await lockPayment(tx, id))!))
      return stalled.length
    },
  }
}
