import type { Logger } from 'pino'
import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { won, type Won } from '#kernel/money.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { truncate } from '#kernel/text.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import { REFUND_ACCOUNT_REFUSED, REFUND_ACCOUNT_REQUIRED, type RefundAccount } from '#services/order/contract.ts'
import { PAYMENT_NOT_REFUNDABLE, paymentRefunded, refundAccountNeeded, refundRefused } from './contract.ts'
import { awaitAccount, releaseRefunds, saveRefundAccount } from './deposit-store.ts'
import type { endings } from './capture.ts'
import type { PaymentRecord, RefundRecord } from './payment.ts'
import {
  endRefund,
  findAwaitingAccount,
  findRefund,
  insertRefund,
  knownCancels,
  renewKey,
  saveAmount,
} from './refund-store.ts'
import { findPaymentsById, lockCaptured, lockPayment, post, saveRefunded } from './store.ts'
import { isMalformed, type TossPayment } from './toss/answers.ts'
import type { TossAnswer, TossClient } from './toss/client.ts'
import { isAccountRefused, isByDeposit, openRefundAccount, sealRefundAccount } from './virtual-account.ts'

interface RefundInput {
  readonly refundId: string
  readonly orderId: string
  /** Won; left out: all that is left of the payment. */
  readonly amount?: number | undefined
  readonly reason: string
}

/** Toss's limit on `cancelReason`. */
const REASON_AT_MOST = 200

/** The refund of money that no order can be paid with: one for each payment, whoever finds out. */
const unwantedId = (paymentId: string): string => derivedId('unwanted', paymentId)

/** Tries of one refund at once, while what is left of its payment shrinks. */
const TURNS = 3

/** Whether the amount is left out at Toss, because it is the whole payment: Toss then cancels all there is, whatever the method. */
const isAllAskedFor = (payment: Pick<PaymentRecord, 'amount'>, refund: Pick<RefundRecord, 'amount'>): boolean =>
  refund.amount >= payment.amount

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
  readonly end: ReturnType<typeof endings>
}) => {
  const { db, runtime, log, toss, secrets, end } = given

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

  /**
   * Stores the refund unless it is there already; a fault when the payment has not that much left. Of all that is left,
   * there may be nothing: it was given back, or is about to be.
   */
  const request = async (
    tx: Tx,
    input: RefundInput,
    headStart: number,
  ): Promise<RefundRecord | 'nothing left' | 'under way' | Fault> => {
    const payment = await lockCaptured(tx, input.orderId)
    const known = await findRefund(tx, input.refundId)
    if (known) return known
    if (!payment) return PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: null, cause: 'NOT_CAPTURED' })
    const left = payment.amount - payment.refundRequested
    const whole = input.amount === undefined
    if (whole && left === 0) return payment.refunded === payment.amount ? 'nothing left' : 'under way'
    const amount = input.amount ?? left
    if (amount > left || amount <= 0)
      return PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: won(left), cause: 'AMOUNT' }, { field: 'amount' })
    const now = runtime.now()
    const state = isByDeposit(payment) && payment.refundAccount === null ? 'AWAITING_ACCOUNT' : 'REQUESTED'
    const refund = { id: input.refundId, paymentId: payment.id, orderId: input.orderId, amount, whole }
    await saveRefunded(tx, payment.id, payment.refundRequested + amount, payment.refunded)
    await insertRefund(tx, { ...refund, reason: input.reason, state }, now, now + headStart)
    if (state === 'AWAITING_ACCOUNT') await askForAccount(tx, payment, refund)
    return (await findRefund(tx, input.refundId))!
  }

  /**
   * Ends a refund of a locked payment that was made, of `amount` won; answers the payment as it is then, or nothing when it
   * had ended.
   */
  const settle = async (
    tx: Tx,
    payment: PaymentRecord,
    refund: RefundRecord,
    transactionKey: string | null,
    amount: Won = refund.amount,
  ): Promise<PaymentRecord | undefined> => {
    const now = runtime.now()
    if (!(await endRefund(tx, refund.id, 'REFUNDED', { transactionKey, amount }, now))) return undefined
    const refunded = won(payment.refunded + amount)
    const refundRequested = won(payment.refundRequested - refund.amount + amount)
    await post(tx, [{ entryId: refund.id, paymentId: payment.id, orderId: payment.orderId, amount: -amount, at: now }])
    await tx.emit(paymentRefunded, {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId: refund.id,
      memberId: payment.memberId!,
      amount,
      remaining: won(payment.amount - refunded),
      at: instant(now),
    })
    await saveRefunded(tx, payment.id, refundRequested, refunded)
    if (payment.refundAccount && refunded === refundRequested) await saveRefundAccount(tx, payment.id, null, now)
    return { ...payment, refunded, refundRequested }
  }

  /**
   * Writes down the cancels at Toss that no refund of a locked payment knows, none being under way but `open`, which asks
   * for all that is left and shrinks by as much. Answers whether they add up to what is missing.
   */
  const adoptFresh = async (
    tx: Tx,
    payment: PaymentRecord,
    seen: TossPayment,
    open?: RefundRecord,
  ): Promise<boolean> => {
    const { id, orderId } = payment
    const missing = seen.totalAmount - seen.balanceAmount - payment.refunded
    const known = await knownCancels(tx, id)
    const fresh = (seen.cancels ?? []).filter((each) => each.cancelAmount > 0 && !known.has(each.transactionKey))
    if (fresh.reduce((sum, each) => sum + each.cancelAmount, 0) !== missing) return false
    if (payment.refunded + missing > payment.amount) return false
    const now = runtime.now()
    let refunded = payment.refunded as number
    for (const { transactionKey, cancelAmount, cancelReason } of fresh) {
      const refund = { id: derivedId('adopted', id, transactionKey), paymentId: id, orderId }
      refunded += cancelAmount
      await insertRefund(tx, { ...refund, amount: cancelAmount, reason: cancelReason ?? '결제사에서 취소' }, now, now)
      await endRefund(tx, refund.id, 'REFUNDED', { transactionKey }, now)
      await post(tx, [{ entryId: refund.id, paymentId: id, orderId, amount: -cancelAmount, at: now }])
      await tx.emit(paymentRefunded, {
        paymentId: id,
        orderId,
        refundId: refund.id,
        memberId: payment.memberId!,
        amount: won(cancelAmount),
        remaining: won(payment.amount - refunded),
        at: instant(now),
      })
    }
    if (open) await saveAmount(tx, open, open.amount - missing)
    await saveRefunded(tx, id, open ? payment.refundRequested : refunded, refunded)
    return true
  }

  /** Toss has canceled: as much as was asked for or, where the amount was left out, all that was there. */
  const succeed = (refund: RefundRecord, seen: TossPayment): Promise<void> =>
    db.tx('payment.refund', async (tx) => {
      const payment = (await lockPayment(tx, refund.paymentId))!
      const made = seen.cancels?.find((each) => each.transactionKey === seen.lastTransactionKey)?.cancelAmount
      const less = isAllAskedFor(payment, refund) && made !== undefined && made > 0 && made < refund.amount
      const amount = less ? won(made) : refund.amount
      const settled = await settle(tx, payment, refund, seen.lastTransactionKey ?? null, amount)
      // The rest had been given back at Toss without us.
      if (settled && less) await adoptFresh(tx, settled, seen)
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
      if (!isAccountRefused(code))
        await end.anomalyIn(tx, 'a refund was refused', payment.paymentKey, payment.orderId, `${refund.id}: ${code}`)
      await tx.emit(refundRefused, {
        paymentId: payment.id,
        orderId: payment.orderId,
        refundId: refund.id,
        ...(payment.memberId !== null && { memberId: payment.memberId }),
        code,
        at: instant(now),
      })
      await saveRefunded(tx, payment.id, payment.refundRequested - refund.amount, payment.refunded)
    })

  /**
   * Writes down what was given back at Toss without us. `known` when there is nothing new, or one of ours is under way,
   * which may be the same money; what waited for an account to go to is not, and is done with it. `unclear` when what Toss
   * lists does not add up to what is missing.
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
      return (await adoptFresh(tx, payment, seen)) ? 'adopted' : 'unclear'
    })

  /**
   * What became of a refund that Toss turned down: `made` though we never heard; `smaller` because some of what is left was
   * given back without us; else it is refused. Undefined when that cannot be known now.
   */
  const lookAt = async (id: string, paymentKey: string): Promise<'made' | 'smaller' | 'refused' | undefined> => {
    const answer = await toss.find(paymentKey)
    if (answer.kind !== 'payment') return undefined
    const seen = answer.payment
    return db.tx('payment.refund-looked-at', async (tx) => {
      const payment = (await lockPayment(tx, (await findRefund(tx, id))!.paymentId))!
      const refund = (await findRefund(tx, id))!
      if (refund.state !== 'REQUESTED') return 'made'
      const missing = seen.totalAmount - seen.balanceAmount - payment.refunded
      const known = await knownCancels(tx, payment.id)
      const its = seen.cancels?.find((each) => each.cancelAmount === refund.amount && !known.has(each.transactionKey))
      // A part was made by us only if it is listed; of all that was left it makes no difference who gave it back.
      if (missing >= refund.amount && (refund.whole || its || !seen.cancels)) {
        await settle(tx, payment, refund, its?.transactionKey ?? null)
        return 'made'
      }
      const alone = payment.refundRequested - payment.refunded === refund.amount
      const isSmaller = refund.whole && alone && missing > 0 && (await adoptFresh(tx, payment, seen, refund))
      return isSmaller ? 'smaller' : 'refused'
    })
  }

  const ask = async (payment: PaymentRecord, refund: RefundRecord): Promise<TossAnswer> =>
    toss.cancel(
      payment.paymentKey,
      {
        cancelReason: truncate(refund.reason, REASON_AT_MOST),
        ...(!isAllAskedFor(payment, refund) && { cancelAmount: refund.amount }),
        ...(payment.refundAccount && {
          refundReceiveAccount: openRefundAccount(secrets, payment.id, payment.refundAccount),
        }),
      },
      `${refund.id}-${refund.attempt}`,
    )

  /** Tries a stored refund. It stays REQUESTED while its outcome is not known. */
  const attempt = async (stored: RefundRecord): Promise<void> => {
    let refund = stored
    for (let turn = 1; ; turn++) {
      const payment = (await findPaymentsById(db, [refund.paymentId])).get(refund.paymentId)!
      const answer = await ask(payment, refund)
      if (answer.kind === 'payment') return succeed(refund, answer.payment)
      switch (answer.meaning) {
        case 'unknown':
          return
        case 'retry':
        case 'our fault':
          log.error({ code: answer.code, refundId: refund.id }, 'A refund was not made and will be tried again')
          return renewKey(db, refund, answer.code)
        default: {
          const found = await lookAt(refund.id, payment.paymentKey)
          if (found === 'refused') return refuse(refund, answer.code)
          // What is left now is asked for at once; should more be given back just then, by the next try.
          if (found !== 'smaller' || turn === TURNS) return
          refund = (await findRefund(db, refund.id))!
        }
      }
    }
  }

  const answerOf = (refund: RefundRecord) => {
    if (refund.state === 'REFUSED') {
      if (isAccountRefused(refund.failureCode)) throw REFUND_ACCOUNT_REFUSED(undefined, { field: 'refundAccount' })
      const cause = isMalformed(refund.failureCode) ? ('MALFORMED' as const) : ('PROVIDER' as const)
      throw PAYMENT_NOT_REFUNDABLE({ providerCode: refund.failureCode, refundable: null, cause })
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
      const reason = '주문을 완료할 수 없어 결제를 취소합니다.'
      await request(tx, { refundId: unwantedId(id), orderId, reason }, HEAD_START)
    },
    refund: async (input: RefundInput) => {
      const stored = await db.tx('payment.refund-request', (tx) => request(tx, input, HEAD_START))
      if (stored instanceof Error) throw stored
      if (typeof stored === 'string') {
        const status = stored === 'nothing left' ? ('REFUNDED' as const) : ('REQUESTED' as const)
        return { refundId: input.refundId, status, amount: won(0) }
      }
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
