import { DAY, koreanMonth } from '../clock.ts'
import { balanceOf, isPartialCancelable, taxFreeLeft, type Payment } from './payment.ts'
import { transactionKey, type Chance, type Decision } from './rules.ts'

/** What a cancel asks for; `cancelAmount` absent means everything left. */
export interface CancelRequest {
  readonly mid: string
  readonly cancelReason: string
  readonly cancelAmount: number | undefined
  readonly taxFreeAmount: number
  readonly refundableAmount: number | undefined
  readonly currency: string | undefined
  readonly refundReceiveAccount:
    | { readonly bank?: unknown; readonly accountNumber?: unknown; readonly holderName?: unknown }
    | undefined
}

/** Banks an account may be at, by code (domain.md §1.5). */
export const BANKS: Readonly<Record<string, string>> = {
  '02': 'KDB산업은행',
  '03': 'IBK기업은행',
  '04': 'KB국민은행',
  '06': 'KB국민은행',
  '07': '수협은행',
  '11': 'NH농협은행',
  '12': '단위농협',
  '20': '우리은행',
  '23': 'SC제일은행',
  '27': '씨티은행',
  '31': 'iM뱅크',
  '32': '부산은행',
  '34': '광주은행',
  '35': '제주은행',
  '37': '전북은행',
  '39': '경남은행',
  '45': '새마을금고',
  '48': '신협',
  '50': '저축은행',
  '54': '홍콩상하이은행',
  '64': '산림조합',
  '71': '우체국',
  '81': '하나은행',
  '88': '신한은행',
  '89': '케이뱅크',
  '90': '카카오뱅크',
  '92': '토스뱅크',
}

/** Ends the number of an account that no bank knows. */
const UNKNOWN_ACCOUNT = '000000'

const accountProblem = (account: CancelRequest['refundReceiveAccount']): string | undefined => {
  if (!account) return 'INVALID_REFUND_ACCOUNT_INFO'
  if (typeof account.bank !== 'string' || !Object.hasOwn(BANKS, account.bank)) return 'INVALID_BANK'
  if (typeof account.accountNumber !== 'string' || !/^\d{1,20}$/.test(account.accountNumber))
    return 'INVALID_REFUND_ACCOUNT_NUMBER'
  if (account.accountNumber.endsWith(UNKNOWN_ACCOUNT)) return 'INVALID_REFUND_ACCOUNT_NUMBER'
  if (typeof account.holderName !== 'string' || account.holderName === '' || account.holderName.length > 60)
    return 'INVALID_REFUND_ACCOUNT_INFO'
  return undefined
}

/** Whether the time for a refund has passed: transfers 180 days, virtual accounts 365, phone bills the calendar month. */
const tooLate = (payment: Payment, now: number): boolean => {
  const since = payment.approvedAt
  if (since === null) return false
  if (payment.method === 'TRANSFER') return now - since > 180 * DAY
  if (payment.method === 'VIRTUAL_ACCOUNT') return now - since > 365 * DAY
  return payment.method === 'MOBILE_PHONE' && koreanMonth(now) !== koreanMonth(since)
}

const obstacle = (payment: Payment, request: CancelRequest, amount: number, now: number): string | undefined => {
  const balance = balanceOf(payment)
  const partial = amount !== payment.totalAmount
  if (payment.status === 'CANCELED') return 'ALREADY_CANCELED_PAYMENT'
  // An unpaid account past its due time is as good as expired, whether or not the sweep has been there.
  if (payment.lapsesAt !== null && payment.lapsesAt <= now) return 'NOT_CANCELABLE_PAYMENT'
  if (payment.status !== 'DONE' && payment.status !== 'PARTIAL_CANCELED' && payment.status !== 'WAITING_FOR_DEPOSIT')
    return 'NOT_CANCELABLE_PAYMENT'
  if (request.currency !== undefined && request.currency !== 'KRW') return 'INVALID_REQUEST'
  if (request.refundableAmount !== undefined && request.refundableAmount !== balance)
    return 'NOT_MATCHES_REFUNDABLE_AMOUNT'
  if (balance === 0 || amount > balance) return 'NOT_CANCELABLE_AMOUNT'
  if (payment.status === 'WAITING_FOR_DEPOSIT')
    return partial ? 'NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT' : undefined
  if (partial && !isPartialCancelable(payment)) return 'NOT_ALLOWED_PARTIAL_REFUND'
  if (request.taxFreeAmount > Math.min(amount, taxFreeLeft(payment))) return 'INVALID_REQUEST'
  if (tooLate(payment, now)) return 'EXCEED_MAX_REFUND_DUE'
  return payment.method === 'VIRTUAL_ACCOUNT' ? accountProblem(request.refundReceiveAccount) : undefined
}

const withRefundAccount = (payment: Payment, request: CancelRequest): Payment['virtualAccount'] => {
  const given = request.refundReceiveAccount
  if (!payment.virtualAccount || payment.captured === 0 || !given) return payment.virtualAccount
  return {
    ...payment.virtualAccount,
    refundReceiveAccount: {
      bankCode: given.bank as string,
      accountNumber: given.accountNumber as string,
      holderName: given.holderName as string,
    },
  }
}

/**
 * Cancels a payment wholly or in part (domain.md §1.4.4). One full cancel ends in CANCELED; after a partial one the
 * status stays PARTIAL_CANCELED for good, also at balance 0.
 */
export const cancel = (payment: Payment | undefined, request: CancelRequest, chance: Chance): Decision => {
  if (!payment || payment.mid !== request.mid) return { refused: 'NOT_FOUND_PAYMENT' }
  const balance = balanceOf(payment)
  const amount = request.cancelAmount ?? balance
  const refused = obstacle(payment, request, amount, chance.now)
  if (refused) return { refused }
  const key = transactionKey(chance.runtime)
  const money = payment.captured > 0 ? amount : 0
  const full = amount === balance
  const status = full && payment.cancels.length === 0 ? 'CANCELED' : 'PARTIAL_CANCELED'
  return {
    payment: {
      ...payment,
      status,
      lapsesAt: null,
      refunded: payment.refunded + money,
      lastTransactionKey: key,
      virtualAccount: withRefundAccount(payment, request),
      cancels: [
        ...payment.cancels,
        {
          transactionKey: key,
          cancelAmount: amount,
          cancelReason: request.cancelReason,
          canceledAt: chance.now,
          taxFreeAmount: full ? taxFreeLeft(payment) : request.taxFreeAmount,
          refundableAmount: balance - amount,
        },
      ],
    },
    transactions: money > 0 ? [{ transactionKey: key, status, amount: -money }] : [],
    notices: payment.method === 'VIRTUAL_ACCOUNT' ? ['status', 'deposit'] : ['status'],
  }
}
