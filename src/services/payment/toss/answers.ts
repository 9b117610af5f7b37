import { z } from 'zod'
import { MAX_WON } from '#kernel/money.ts'

/** Won, as much as an order of ours can cost: anything else would break what is derived from it. */
const amount = z.number().int().min(0).max(MAX_WON)

/** A Payment object of Toss, version 2022-11-16: the members we rely on. Unknown members, statuses and methods are expected. */
export const tossPayment = z.looseObject({
  paymentKey: z.string(),
  orderId: z.string(),
  status: z.string(),
  totalAmount: amount,
  balanceAmount: amount,
  /** Of what is left: it shrinks with cancels. */
  taxFreeAmount: amount.nullish(),
  method: z.string().nullish(),
  approvedAt: z.string().nullish(),
  lastTransactionKey: z.string().nullish(),
  secret: z.string().nullish(),
  receipt: z.looseObject({ url: z.string() }).nullish(),
  failure: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  virtualAccount: z
    .looseObject({
      bankCode: z.string().nullish(),
      accountNumber: z.string().nullish(),
      customerName: z.string().nullish(),
      dueDate: z.string().nullish(),
      expired: z.boolean().nullish(),
    })
    .nullish(),
  cancels: z
    .array(
      z.looseObject({
        transactionKey: z.string(),
        cancelAmount: amount,
        cancelReason: z.string().nullish(),
        taxFreeAmount: amount.nullish(),
      }),
    )
    .nullish(),
})
export type TossPayment = z.output<typeof tossPayment>

/** The part of a payment that carries no VAT, before anything was canceled; null where Toss does not say. In won. */
export const taxFreeOf = ({ taxFreeAmount, cancels }: TossPayment): number | null =>
  taxFreeAmount == null
    ? null
    : (cancels ?? []).reduce((sum, each) => sum + (each.taxFreeAmount ?? 0), taxFreeAmount as number)

/** An error body of Toss. */
export const tossError = z.looseObject({ code: z.string(), message: z.string() })

/**
 * What an answer means for us. HTTP status alone does not tell.
 * `unknown`: nobody knows whether money moved; ask again. `already`: it was done before; ask how it stands.
 * `retry`: nothing moved now, another try with a new key may succeed. `our fault`: our keys or contract with Toss are not
 * right; it succeeds once an operator has put that right. `malformed`: what was sent in this request is not accepted, and
 * will not be when it is sent again.
 */
export type Meaning = 'unknown' | 'already' | 'retry' | 'session lost' | 'refused' | 'malformed' | 'our fault'

/** Toss's code for a cancel that believed another balance to be left than there is. Nothing was canceled. */
export const BALANCE_DIFFERS = 'NOT_MATCHES_REFUNDABLE_AMOUNT'

const meanings: { readonly [code: string]: Meaning } = {
  IDEMPOTENT_REQUEST_PROCESSING: 'unknown',
  PROVIDER_ERROR: 'retry',
  CARD_PROCESSING_ERROR: 'retry',
  FAILED_INTERNAL_SYSTEM_PROCESSING: 'retry',
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: 'retry',
  UNKNOWN_PAYMENT_ERROR: 'retry',
  COMMON_ERROR: 'retry',
  FAILED_REFUND_PROCESS: 'retry',
  FAILED_METHOD_HANDLING_CANCEL: 'retry',
  FAILED_PARTIAL_REFUND: 'retry',
  FORBIDDEN_CONSECUTIVE_REQUEST: 'retry',
  NOT_AVAILABLE_BANK: 'retry',
  ALREADY_PROCESSED_PAYMENT: 'already',
  ALREADY_CANCELED_PAYMENT: 'already',
  ALREADY_REFUND_PAYMENT: 'already',
  NOT_FOUND_PAYMENT_SESSION: 'session lost',
  NOT_FOUND_PAYMENT: 'session lost',
  INVALID_API_KEY: 'our fault',
  UNAUTHORIZED_KEY: 'our fault',
  INCORRECT_BASIC_AUTH_FORMAT: 'our fault',
  FORBIDDEN_REQUEST: 'our fault',
  INVALID_REQUEST: 'malformed',
  INVALID_AUTHORIZE_AUTH: 'our fault',
  UNAPPROVED_ORDER_ID: 'our fault',
  NOT_FOUND_TERMINAL_ID: 'our fault',
  INVALID_UNREGISTERED_SUBMALL: 'our fault',
  NOT_REGISTERED_BUSINESS: 'our fault',
}

/** What an error answer means. Codes we do not know: 5xx and 429 may pass, the rest refuse. */
export const meaningOf = (status: number, code: string): Meaning =>
  meanings[code] ?? (status >= 500 || status === 429 ? 'retry' : 'refused')

/** Whether a code says that Toss did not accept what was sent. */
export const isMalformed = (code: string | null): boolean => code !== null && meanings[code] === 'malformed'

/** Why a payment was refused, in words for the buyer; families of codes share a sentence. */
export const reasonOf = (code: string): { ko: string; en: string } => {
  if (/^(REJECT_ACCOUNT|EXCEED_)/.test(code))
    return {
      ko: '한도를 넘었거나 잔액이 부족합니다. 다른 결제수단을 이용해 주세요.',
      en: 'The limit is exceeded or the balance is too low. Please use another means of payment.',
    }
  if (/^(REJECT_CARD|INVALID_CARD|INVALID_REJECT|INVALID_STOPPED)/.test(code))
    return {
      ko: '카드사에서 결제를 거절했습니다. 카드 정보를 확인하거나 다른 카드를 이용해 주세요.',
      en: 'The card company refused the payment. Please check the card or use another one.',
    }
  if (/^(PAY_PROCESS_CANCELED|USER_CANCEL)$/.test(code))
    return { ko: '결제를 취소하셨습니다.', en: 'You canceled the payment.' }
  return {
    ko: '결제가 거절되었습니다. 다른 결제수단을 이용해 주세요.',
    en: 'The payment was refused. Please use another means of payment.',
  }
}
