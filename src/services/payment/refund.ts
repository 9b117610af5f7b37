import type { Logger } from 'pino'
import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { won } from '#kernel/money.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { truncate } from '#kernel/text.ts'
import type { Secrets } from '#kernel/secrets.ts'
import { REFUND_ACCOUNT_REFUSED, REFUND_ACCOUNT_REQUIRED, type RefundAccount } from '#services/order/contract.ts'
import { PAYMENT_NOT_REFUNDABLE, paymentRefunded, refundAccountNeeded, refundRefused } from './contract.ts'
import { awaitAccount, releaseRefunds, saveRefundAccount } from './deposit-store.ts'
import type { PaymentRecord, RefundRecord } from './payment.ts'
import { endRefund, findAwaitingAccount, findRefund, insertRefund, knownCancels, renewKey } from './refund-store.ts'
import { findPaymentsById, lockCaptured, lockPayment, post, saveRefunded } from './store.ts'
import type { TossPayment } from './toss/answers.ts'
import type { TossAnswer, TossClient } from './toss/client.ts'
import { isAccountRefused, isByDeposit, openRefundAccount, sealRefundAccount } from './virtual-account.ts'

interface RefundInput {
  readonly refundId: string
  readonly orderId: string
  readonly amount: number
  readonly reason: string
}

/** Toss's limit on `cancelReason`. */
const REASON_AT_MOST = 200

/** The refund of money that no order can be paid with: one for each payment, whoever finds out. */
const unwantedId = (paymentId: string): string => derivedId('unwanted', paymentId)

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
  readonly secrets: Secrets
}) => {
  const { db, runtime, log, toss, secrets } = given

  /** Asks the buyer, by event, for an account that a deposit can go back to. */
  const askForAccount = (tx: Tx, payment: PaymentRecord, refund: { readonly id: string; readonly amount: number }) =>
    tx.emit(refundAccountNeeded, {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId: refund.id,
      memberId: payment.memberId!,
      amount: won(refund.amount),
      at: instant(runtime.now()),
    })

  /** Stores the refund unless it is there already; a fault when the payment has not that much left. */
  const request = async (tx: Tx, input: RefundInput, headStart: number): Promise<RefundRecord | Fault> => {
    const payment = await lockCaptured(tx, input.orderId)
    const known = await findRefund(tx, input.refundId)
    if (known) return known
    const left = payment ? payment.amount - payment.refundRequested : 0
    if (!payment || input.amount > left || input.amount <= 0)
      return PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: payment ? won(left) : null }, { field: 'amount' })
    const now = runtime.now()
    const state = isByDeposit(payment) && payment.refundAccount === null ? 'AWAITING_ACCOUNT' : 'REQUESTED'
    const refund = { id: input.refundId, paymentId: payment.id, orderId: input.orderId, amount: input.amount }
    await saveRefunded(tx, payment.id, payment.refundRequested + input.amount, payment.refunded)
    await insertRefund(tx, { ...refund, reason: input.reason, state }, now, now + headStart)
    if (state === 'AWAITING_ACCOUNT') await askForAccount(tx, payment, refund)
    return (await findRefund(tx, input.refundId))!
  }

  /** Ends a refund of a locked payment that was made; answers the payment as it is then, or nothing when it had ended. */
  const settle = async (
    tx: Tx,
    payment: PaymentRecord,
    refund: RefundRecord,
    transactionKey: string | null,
  ): Promise<PaymentRecord | undefined> => {
    const now = runtime.now()
    if (!(await endRefund(tx, refund.id, 'REFUNDED', { transactionKey }, now))) return undefined
    const refunded = won(payment.refunded + refund.amount)
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
    if (payment.refundAccount && refunded === payment.refundRequested)
      await saveRefundAccount(tx, payment.id, null, now)
    return { ...payment, refunded }
  }

  const succeed = (refund: RefundRecord, transactionKey: string | null): Promise<void> =>
    db.tx('payment.refund', async (tx) => {
      await settle(tx, (await lockPayment(tx, refund.paymentId))!, refund, transactionKey)
    })

  const refuse = (refund: RefundRecord, code: string): Promise<void> =>
    db.tx('payment.refund-refused', async (tx) => {
      const payment = (await lockPayment(tx, refund.paymentId))!
      const now = runtime.now()
      // Money without an order has to go back: the buyer is asked for another account.
      const askAgain = isAccountRefused(code) && refund.id === unwantedId(payment.id)
      const ended = askAgain
        ? await awaitAccount(tx, refund.id)
        : await endRefund(tx, refund.id, 'REFUSED', { failureCode: code }, now)
      if (!ended) return
      if (payment.refundAccount) await saveRefundAccount(tx, payment.id, null, now)
      if (askAgain) return askForAccount(tx, payment, refund)
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
   * which may be the same money; what waited for an account to go to is not, and is done with it. `unclear` when what Toss lists does not add up to what is missing.
   */
  const adopt = (id: string, seen: TossPayment): Promise<'adopted' | 'known' | 'unclear'> =>
    db.tx('payment.adopt-cancels', async (tx) => {
      const payment = (await lockPayment(tx, id))!
      const missing = seen.totalAmount - seen.balanceAmount - payment.refunded
      const waiting = await findAwaitingAccount(tx, id)
      const waited = waiting.reduce((sum, each) => sum + each.amount, 0)
      if (missing <= 0 || payment.refundRequested - waited !== payment.refunded) return 'known'
      if (waiting.length > 0) {
        if (missing !== waited) return 'unclear'
        let now: PaymentRecord | undefined = payment
        for (const each of waiting) now = now && (await settle(tx, now, each, seen.lastTransactionKey ?? null))
        return 'adopted'
      }
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
        ...(payment.refundAccount && {
          refundReceiveAccount: openRefundAccount(secrets, payment.id, payment.refundAccount),
        }),
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
    if (refund.state === 'REFUSED') {
      if (isAccountRefused(refund.failureCode)) throw REFUND_ACCOUNT_REFUSED(undefined, { field: 'refundAccount' })
      throw PAYMENT_NOT_REFUNDABLE({ providerCode: refund.failureCode, refundable: null })
    }
    const status = refund.state === 'REFUNDED' ? refund.state : ('REQUESTED' as const)
    return { refundId: refund.id, status, amount: refund.amount }
  }

  /** Keeps the account a deposit goes back to; answers the refunds that waited for it. Other payments need none. */
  const keepAccount = (orderId: string, account: RefundAccount | null): Promise<readonly string[]> =>
    db.tx('payment.keep-refund-account', async (tx) => {
      const payment = await lockCaptured(tx, orderId)
      if (!payment || !isByDeposit(payment)) return []
      if (account === null) {
        if (payment.refundAccount === null) throw REFUND_ACCOUNT_REQUIRED(undefined, { field: 'refundAccount' })
        return []
      }
      const now = runtime.now()
      const released = await releaseRefunds(tx, payment.id, now + HEAD_START)
      // A refund that is under way goes to the account it began with: its key at Toss stands for the whole request.
      if (released.length > 0 || payment.refunded === payment.refundRequested)
        await saveRefundAccount(tx, payment.id, sealRefundAccount(secrets, payment.id, account), now)
      return released
    })

  return {
    adopt,
    attempt,
    /** For consumers: stores the refund in their transaction; the sweep makes it. */
    request: (tx: Tx, input: RefundInput) => request(tx, input, HEAD_START),
    /** Stores, in the caller's transaction, that all that is left of a captured payment goes back: its order cannot be paid. */
    giveBack: async (tx: Tx, { id, orderId }: Pick<PaymentRecord, 'id' | 'orderId'>): Promise<void> => {
      const payment = await lockPayment(tx, id)
      if (payment?.state !== 'CAPTURED') return
      const amount = payment.amount - payment.refundRequested
      const reason = '주문을 완료할 수 없어 결제를 취소합니다.'
      if (amount > 0) await request(tx, { refundId: unwantedId(id), orderId, amount, reason }, HEAD_START)
    },
    refund: async (input: RefundInput) => {
      const stored = await db.tx('payment.refund-request', (tx) => request(tx, input, HEAD_START))
      if (stored instanceof Error) throw stored
      if (stored.state === 'REQUESTED') await attempt(stored)
      return answerOf((await findRefund(db, stored.id))!)
    },
    /** Keeps the account a deposit goes back to, and tries at once what waited for it. */
    prepare: async (input: { readonly orderId: string; readonly refundAccount: RefundAccount | null }) => {
      const released = await keepAccount(input.orderId, input.refundAccount)
      for (const id of released) {
        await attempt((await findRefund(db, id))!)
        const now = (await findRefund(db, id))!
        if (now.state === 'AWAITING_ACCOUNT') throw REFUND_ACCOUNT_REFUSED(undefined, { field: 'refundAccount' })
        answerOf(now)
      }
      return { awaited: released.length > 0 }
    },
  }
}
