import { instant } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import { won } from '#kernel/money.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tx } from '#kernel/store.ts'
import type { endings } from '../capture/attempt-outcomes.ts'
import { paymentRefunded, refundAccountNeeded, refundRefused } from '../contract.ts'
import { saveRefundAccount } from '../deposit/deposit-store.ts'
import type { PaymentRecord, RefundRecord } from '../payment.ts'
import {
  endRefund,
  findOpenRefunds,
  insertRefund,
  knownCancels,
  parkQueue,
  saveAmount,
  startNextRefund,
} from './refund-store.ts'
import { post, saveRefunded } from '../store.ts'
import type { TossPayment } from '../toss/answers.ts'
import { type TossCancel, unknownCancels } from '../toss/cancels.ts'
import { isByDeposit } from '../deposit/virtual-account.ts'

/** Why a refund ends that is more than what is left of its payment, in the word the provider would use. */
const MORE_THAN_IS_LEFT = 'NOT_CANCELABLE_AMOUNT'

const sumOf = (refunds: readonly Pick<RefundRecord, 'amount'>[]): number =>
  refunds.reduce((sum, each) => sum + each.amount, 0)

/**
 * How refunds are written into the books: each by the cancel transaction of the provider that made it. All of it happens
 * in transactions that have locked the payment, and answers the payment as it is then.
 */
export const booking = ({
  runtime,
  end,
}: {
  readonly runtime: Runtime
  readonly end: Pick<ReturnType<typeof endings>, 'anomalyIn'>
}) => {
  /** Asks the buyer, by event, for an account that a deposit can go back to. */
  const askForAccount = (tx: Tx, payment: PaymentRecord, refund: Pick<RefundRecord, 'id' | 'amount'>): Promise<void> =>
    tx.emit(refundAccountNeeded, {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId: refund.id,
      memberId: payment.memberId!,
      amount: refund.amount,
      at: instant(runtime.now()),
    })

  /**
   * Sends the next refund of the queue to the provider; a deposit without an account to go to waits for one first. The sweep
   * leaves it alone for `headStart` milliseconds.
   */
  const startNext = async (tx: Tx, payment: PaymentRecord, headStart = 0): Promise<void> => {
    if (isByDeposit(payment) && payment.refundAccount === null)
      for (const each of await parkQueue(tx, payment.id)) await askForAccount(tx, payment, each)
    else await startNextRefund(tx, payment.id, runtime.now() + headStart)
  }

  const tellRefunded = (tx: Tx, payment: PaymentRecord, refundId: string, amount: number): Promise<void> =>
    tx.emit(paymentRefunded, {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId,
      memberId: payment.memberId!,
      amount: won(amount),
      remaining: won(payment.amount - payment.refunded),
      at: instant(runtime.now()),
    })

  const forgetAccount = async (tx: Tx, payment: PaymentRecord): Promise<PaymentRecord> => {
    if (!payment.refundAccount) return payment
    await saveRefundAccount(tx, payment.id, null, runtime.now())
    return { ...payment, refundAccount: null }
  }

  /**
   * Ends an open refund that was made by a cancel of the provider or, where nothing was left to give back, without one.
   * Undefined when it had ended.
   */
  const settle = async (
    tx: Tx,
    payment: PaymentRecord,
    refund: RefundRecord,
    made: Pick<TossCancel, 'transactionKey' | 'cancelAmount'> | undefined,
  ): Promise<PaymentRecord | undefined> => {
    const { id } = refund
    const now = runtime.now()
    const amount = made?.cancelAmount ?? 0
    if (!(await endRefund(tx, id, 'REFUNDED', { transactionKey: made?.transactionKey ?? null, amount }, now)))
      return undefined
    const after: PaymentRecord = {
      ...payment,
      refunded: won(payment.refunded + amount),
      refundRequested: won(payment.refundRequested - refund.amount + amount),
    }
    await saveRefunded(tx, payment.id, after.refundRequested, after.refunded)
    await post(tx, [{ entryId: id, paymentId: payment.id, orderId: payment.orderId, amount: -amount, at: now }])
    await tellRefunded(tx, after, id, amount)
    return after.refunded === after.refundRequested ? forgetAccount(tx, after) : after
  }

  /** Ends an open refund that will not be made. Undefined when it had ended. */
  const refuse = async (
    tx: Tx,
    payment: PaymentRecord,
    refund: RefundRecord,
    code: string,
  ): Promise<PaymentRecord | undefined> => {
    const now = runtime.now()
    if (!(await endRefund(tx, refund.id, 'REFUSED', { failureCode: code }, now))) return undefined
    await tellRefused(tx, payment, refund.id, code)
    const refundRequested = won(payment.refundRequested - refund.amount)
    await saveRefunded(tx, payment.id, refundRequested, payment.refunded)
    return { ...payment, refundRequested }
  }

  const tellRefused = (tx: Tx, payment: PaymentRecord, refundId: string, code: string): Promise<void> =>
    tx.emit(refundRefused, {
      paymentId: payment.id,
      orderId: payment.orderId,
      refundId,
      ...(payment.memberId !== null && { memberId: payment.memberId }),
      code,
      at: instant(runtime.now()),
    })

  /**
   * Makes room for money that went back without us: refunds of as much as is left shrink first, those asked for last before
   * others, then the others end refused. Those that shrink to nothing are answered, to be ended once the money is booked.
   */
  const makeRoom = async (
    tx: Tx,
    payment: PaymentRecord,
    missing: number,
    missingTaxFree: number,
  ): Promise<{ payment: PaymentRecord; nothingLeft: RefundRecord[] }> => {
    const open = await findOpenRefunds(tx, payment.id)
    let excess = payment.refunded + sumOf(open) + missing - payment.amount
    let now = payment
    const nothingLeft: RefundRecord[] = []
    for (const each of open.filter(({ whole }) => whole).toReversed()) {
      const less = Math.min(Math.max(0, excess), each.amount)
      if (less === 0) continue
      const amount = won(each.amount - less)
      await saveAmount(tx, each, amount, Math.min(Math.max(0, each.taxFreeAmount - missingTaxFree), amount))
      now = { ...now, refundRequested: won(now.refundRequested - less) }
      if (amount === 0) nothingLeft.push({ ...each, amount })
      excess -= less
    }
    for (const each of open.filter(({ whole }) => !whole).toReversed()) {
      if (excess <= 0) break
      await end.anomalyIn(
        tx,
        'a refund no longer fits',
        payment.paymentKey,
        payment.orderId,
        `${each.id}: ${each.amount} won were asked for, and money went back at the provider meanwhile`,
      )
      now = (await refuse(tx, now, each, MORE_THAN_IS_LEFT))!
      excess -= each.amount
    }
    return { payment: now, nothingLeft }
  }

  /**
   * Books the cancels that the provider lists and that are in none of our books: somebody made them at its console. No
   * other refund of ours may be there, whose they could be. Undefined when they do not add up to what is missing: then
   * nothing is booked.
   */
  const adopt = async (tx: Tx, payment: PaymentRecord, seen: TossPayment): Promise<PaymentRecord | undefined> => {
    const missing = seen.totalAmount - seen.balanceAmount - payment.refunded
    const cancels = unknownCancels(seen, await knownCancels(tx, payment.id))
    const listed = cancels.reduce((sum, each) => sum + each.cancelAmount, 0)
    if (listed !== missing || payment.refunded + missing > payment.amount) return undefined
    if (missing === 0) return payment
    const now = runtime.now()
    const taxFree = cancels.reduce((sum, each) => sum + (each.taxFreeAmount ?? 0), 0)
    const room = await makeRoom(tx, payment, missing, taxFree)
    let current = room.payment
    for (const cancel of cancels) {
      const { cancelAmount: amount, cancelReason: reason } = cancel
      const refund = {
        id: derivedId('adopted', payment.id, cancel.transactionKey),
        paymentId: payment.id,
        orderId: payment.orderId,
        amount: won(amount),
        taxFreeAmount: won(Math.min(cancel.taxFreeAmount ?? 0, amount)),
        reason: reason ?? '결제사에서 취소',
        whole: false,
        // Not REQUESTED: one of ours may be, and it is not at the provider any more.
        state: 'QUEUED' as const,
      }
      await insertRefund(tx, refund, now, now)
      current = { ...current, refundRequested: won(current.refundRequested + amount) }
      const settled = await settle(tx, current, { ...refund, attempt: 0, tries: 0, failureCode: null }, cancel)
      if (!settled) throw new Error(`The cancel ${cancel.transactionKey} was booked before`)
      current = settled
    }
    for (const each of room.nothingLeft) current = (await settle(tx, current, each, undefined)) ?? current
    await startNext(tx, current)
    return current
  }

  return { askForAccount, startNext, settle, refuse, tellRefused, forgetAccount, adopt }
}

export type Booking = ReturnType<typeof booking>
