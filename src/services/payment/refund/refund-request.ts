import type { Fault } from '#kernel/fault.ts'
import { won } from '#kernel/money.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tx } from '#kernel/store.ts'
import type { RefundAccount } from '../contract.ts'
import { PAYMENT_NOT_REFUNDABLE } from '../contract.ts'
import { releaseRefunds, saveRefundAccount } from '../deposit/deposit-store.ts'
import type { PaymentRecord, RefundRecord } from '../payment.ts'
import type { Booking } from './refund-booking.ts'
import { findRefund, insertRefund, sumTaxFree } from './refund-store.ts'
import { lockCaptured, saveRefunded } from '../store.ts'
import { isByDeposit, sealRefundAccount } from '../deposit/virtual-account.ts'

export interface RefundInput {
  readonly refundId: string
  readonly orderId: string
  /** Won; left out: all that is left of the payment. */
  readonly amount?: number | undefined
  /** Whether less is given back where less than the amount is left. */
  readonly orLess?: boolean | undefined
  /** The part of the amount that carries no VAT, in won; left out: none or, of all that is left, all that is left of it. */
  readonly taxFreeAmount?: number | undefined
  readonly reason: string
  /** Where a deposit goes back to, unless an account is known. */
  readonly refundReceiveAccount?: RefundAccount | undefined
}

/** Why a refund was refused without asking the provider: the payment had not that much left. */
export const NOT_LEFT = 'MORE_THAN_IS_LEFT'

/** How refunds are requested: stored within what is left of their payment, in a transaction that locks it. */
export const requesting = ({
  runtime,
  secrets,
  books,
}: {
  readonly runtime: Runtime
  readonly secrets: Secrets
  readonly books: Booking
}) => {
  /**
   * Keeps the account that a deposit goes back to, and has what waited for one made. One that is under way goes to the
   * account it began with: its key at Toss stands for the whole request.
   */
  const keepAccount = async (
    tx: Tx,
    payment: PaymentRecord,
    account: RefundAccount,
  ): Promise<{ payment: PaymentRecord; released: readonly string[] }> => {
    const now = runtime.now()
    const released = await releaseRefunds(tx, payment.id)
    if (released.length === 0 && payment.refunded !== payment.refundRequested) return { payment, released }
    const refundAccount = sealRefundAccount(secrets, payment.id, account)
    await saveRefundAccount(tx, payment.id, refundAccount, now)
    const kept = { ...payment, refundAccount }
    await books.startNext(tx, kept)
    return { payment: kept, released }
  }

  /** What a refund is to give back, in won; undefined when the payment has not that much left. */
  const shareOf = async (tx: Tx, payment: PaymentRecord, { amount, orLess, taxFreeAmount }: RefundInput) => {
    const left = payment.amount - payment.refundRequested
    const taxFreeLeft = Math.min(left, Math.max(0, payment.taxFreeAmount - (await sumTaxFree(tx, payment.id))))
    const wanted = orLess ? Math.min(amount ?? left, left) : (amount ?? left)
    const asked = taxFreeAmount ?? (amount === undefined ? taxFreeLeft : 0)
    const taxFree = orLess ? Math.max(wanted - (left - taxFreeLeft), Math.min(asked, wanted, taxFreeLeft)) : asked
    if (wanted > left || wanted < 0) return { left, field: 'amount' as const }
    // What remains must be able to carry what remains of both parts.
    const fits = taxFree <= Math.min(wanted, taxFreeLeft) && wanted - taxFree <= left - taxFreeLeft
    return fits
      ? { left, amount: won(wanted), taxFreeAmount: won(taxFree) }
      : { left: taxFreeLeft, field: 'taxFreeAmount' as const }
  }

  /**
   * Stores the refund unless it is there already; a fault when the payment has not that much left, which is stored as well:
   * whoever repeats it is answered the same. Of all that is left, there may be nothing that is not about to be given back.
   */
  const request = async (
    tx: Tx,
    input: RefundInput,
    headStart: number,
  ): Promise<RefundRecord | 'nothing paid' | 'under way' | Fault> => {
    const captured = await lockCaptured(tx, input.orderId)
    const known = await findRefund(tx, input.refundId)
    if (known) return known
    if (!captured)
      return input.amount === 0
        ? 'nothing paid'
        : PAYMENT_NOT_REFUNDABLE({ providerCode: null, refundable: null, cause: 'NOT_CAPTURED' })
    const whole = input.amount === undefined || input.orLess === true
    if (whole && captured.refundRequested === captured.amount && captured.refunded < captured.amount) return 'under way'
    const now = runtime.now()
    const { refundId: id, orderId, reason } = input
    const base = { id, paymentId: captured.id, orderId, reason, whole }
    const share = await shareOf(tx, captured, input)
    if (share.field) {
      const refused = { amount: Math.max(0, input.amount ?? 0), taxFreeAmount: 0, state: 'REFUSED' as const }
      await insertRefund(tx, { ...base, ...refused, failureCode: NOT_LEFT }, now, now)
      await books.tellRefused(tx, captured, id, NOT_LEFT)
      const data = { providerCode: null, refundable: won(share.left), cause: 'AMOUNT' as const }
      return PAYMENT_NOT_REFUNDABLE(data, { field: share.field })
    }
    const account = isByDeposit(captured) ? input.refundReceiveAccount : undefined
    const { payment } = account ? await keepAccount(tx, captured, account) : { payment: captured }
    const refund = { ...base, amount: share.amount, taxFreeAmount: share.taxFreeAmount }
    await insertRefund(tx, { ...refund, state: 'QUEUED' }, now, now + headStart)
    const requested = { ...payment, refundRequested: won(payment.refundRequested + share.amount) }
    await saveRefunded(tx, payment.id, requested.refundRequested, requested.refunded)
    // Nothing to give back: there is nothing that the provider could do.
    if (share.amount === 0) await books.settle(tx, requested, (await findRefund(tx, id))!, undefined)
    else await books.startNext(tx, requested, headStart)
    return (await findRefund(tx, id))!
  }

  return { keepAccount, request }
}
