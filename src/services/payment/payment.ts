import type { Won } from '#kernel/money.ts'
import { derivedId } from '#kernel/ids.ts'
import type { TossAnswer } from './toss/client.ts'
import type { TossPayment } from './toss/answers.ts'

export type PaymentState = 'CONFIRMING' | 'AWAITING_DEPOSIT' | 'CAPTURED' | 'FAILED' | 'REFUSED'

/** An attempt to pay an order with a payment the buyer approved. Instants are epoch milliseconds. */
export interface PaymentRecord {
  readonly id: string
  readonly orderId: string
  readonly paymentKey: string
  readonly memberId: string | null
  readonly amount: Won
  readonly state: PaymentState
  readonly method: string | null
  readonly receiptUrl: string | null
  readonly depositSecret: string | null
  /** Code of the bank a deposit is awaited at. */
  readonly bank: string | null
  /** Number and holder of the account it is awaited in, sealed; null once it is closed. */
  readonly account: Uint8Array | null
  readonly dueAt: number | null
  /** The order is over: the account is to be closed. */
  readonly closing: boolean
  /** The account the money goes back to, sealed, while a refund needs it. */
  readonly refundAccount: Uint8Array | null
  /** A refund waits for an account to go to. */
  readonly awaitsAccount: boolean
  readonly failureCode: string | null
  readonly failureMessage: string | null
  readonly capturedAt: number | null
  /** The part of the amount that carries no VAT. */
  readonly taxFreeAmount: Won
  readonly refundRequested: Won
  readonly refunded: Won
  readonly createdAt: number
  readonly checks: number
}

/** Money to be given back. */
export interface RefundRecord {
  readonly id: string
  readonly paymentId: string
  readonly orderId: string
  readonly amount: Won
  /** The part of the amount that carries no VAT. */
  readonly taxFreeAmount: Won
  /** All that was left of the payment was asked for, or as much as is left: its amount follows what is left. */
  readonly whole: boolean
  readonly reason: string
  /**
   * AWAITING_ACCOUNT: a deposit is to be given back, and nobody has said to which account. QUEUED: waits until the refund of
   * the same payment that is REQUESTED has ended, the only one that can be at the provider.
   */
  readonly state: 'AWAITING_ACCOUNT' | 'QUEUED' | 'REQUESTED' | 'REFUNDED' | 'REFUSED'
  /** Requests to the provider that were answered: each new one has a key of its own. */
  readonly attempt: number
  readonly tries: number
  readonly failureCode: string | null
}

/** One attempt for each pair of payment and order, however often it is asked for. Also the idempotency key at Toss. */
export const paymentId = (paymentKey: string, orderId: string): string => derivedId('payment', paymentKey, orderId)

/** What to do about an attempt, given what Toss says of it. */
export type Verdict =
  | { readonly kind: 'capture'; readonly payment: TossPayment }
  | { readonly kind: 'await deposit'; readonly payment: TossPayment }
  /** No money moved and none will. `overdue`: a deposit did not come in time. */
  | { readonly kind: 'fail'; readonly code: string; readonly message: string; readonly overdue?: boolean }
  /** Approved by the buyer, not yet captured: asking to capture is safe. */
  | { readonly kind: 'confirm' }
  /** Look at the payment before anything else. */
  | { readonly kind: 'look' }
  | { readonly kind: 'wait' }
  /** Toss has captured something else than we asked for. */
  | { readonly kind: 'anomaly'; readonly detail: string }

const captured = new Set(['DONE', 'PARTIAL_CANCELED', 'CANCELED'])
const dead = new Set(['ABORTED', 'EXPIRED'])

/** What a Payment object means for an attempt. A status we do not know is waited out: it is not ours to guess about money. */
export const verdictOnPayment = (
  attempt: Pick<PaymentRecord, 'orderId' | 'amount' | 'paymentKey'>,
  payment: TossPayment,
): Verdict => {
  const { status } = payment
  if (dead.has(status))
    return {
      kind: 'fail',
      code: payment.failure?.code ?? status,
      message: payment.failure?.message ?? status,
      ...(status === 'EXPIRED' && payment.virtualAccount && { overdue: true }),
    }
  if (payment.orderId !== attempt.orderId || payment.paymentKey !== attempt.paymentKey)
    return { kind: 'anomaly', detail: `The payment belongs to order ${payment.orderId}` }
  if (captured.has(status)) {
    if (payment.approvedAt == null) return { kind: 'fail', code: status, message: 'Canceled before it was paid' }
    if (payment.totalAmount !== attempt.amount)
      return { kind: 'anomaly', detail: `Captured ${payment.totalAmount} won instead of ${attempt.amount}` }
    return { kind: 'capture', payment }
  }
  if (status === 'WAITING_FOR_DEPOSIT') return { kind: 'await deposit', payment }
  if (status === 'READY' || status === 'IN_PROGRESS') return { kind: 'confirm' }
  return { kind: 'wait' }
}

/** What the answer to a confirm means for the attempt. */
export const verdictOnConfirm = (attempt: PaymentRecord, answer: TossAnswer): Verdict => {
  if (answer.kind === 'payment') {
    const verdict = verdictOnPayment(attempt, answer.payment)
    // A 200 that speaks of a payment not captured is no answer to go by.
    return verdict.kind === 'confirm' ? { kind: 'wait' } : verdict
  }
  switch (answer.meaning) {
    case 'unknown':
    case 'already':
    case 'retry':
      return { kind: 'look' }
    default:
      return { kind: 'fail', code: answer.code, message: answer.message }
  }
}

/** What the answer to a look-up means for the attempt. Nothing found: nothing was approved. */
export const verdictOnLook = (attempt: PaymentRecord, answer: TossAnswer): Verdict => {
  if (answer.kind === 'payment') return verdictOnPayment(attempt, answer.payment)
  return answer.meaning === 'session lost'
    ? { kind: 'fail', code: answer.code, message: answer.message }
    : { kind: 'wait' }
}
