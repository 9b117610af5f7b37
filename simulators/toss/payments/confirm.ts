import { HOUR } from '../clock.ts'
import { accountNumber, DEPOSIT_FOR, depositSecret } from '../window/open.ts'
import type { Payment } from './payment.ts'
import { approved, type Chance, type Decision, transactionKey } from './rules.ts'

/** What a confirm asks for. */
export interface ConfirmRequest {
  readonly mid: string
  readonly orderId: string
  /** Won. */
  readonly amount: number
}

/** How a simulator that is told to misbehave decides a confirm. */
export interface ConfirmTwist {
  /** The issuer refuses with this code. */
  readonly refuse?: string | undefined
  /** A refused payment stays IN_PROGRESS and may be confirmed again. */
  readonly keepOpen?: boolean | undefined
  readonly amountMismatch?: string | undefined
  readonly orderMismatch?: string | undefined
}

const processed = new Set(['DONE', 'WAITING_FOR_DEPOSIT', 'CANCELED', 'PARTIAL_CANCELED'])

const minimum = (payment: Payment): number => (payment.method === 'CARD' || payment.method === 'EASY_PAY' ? 100 : 200)

const waitingForDeposit = (payment: Payment, dueAt: number, chance: Chance): Payment => ({
  ...payment,
  status: 'WAITING_FOR_DEPOSIT',
  lastTransactionKey: transactionKey(chance.runtime),
  secret: depositSecret(chance),
  lapsesAt: dueAt,
  virtualAccount: {
    accountNumber: accountNumber(chance),
    bankCode: payment.bankCode ?? '88',
    customerName: payment.customerName ?? '홍길동',
    depositorName: null,
    dueAt,
    expired: false,
    refundReceiveAccount: null,
  },
})

/** Issues the account a buyer is to pay into by `dueAt`. */
export const issueAccount = (payment: Payment, dueAt: number, chance: Chance): Decision & { payment: Payment } => ({
  payment: waitingForDeposit(payment, dueAt, chance),
  notices: ['status', 'deposit'],
})

/**
 * Approves an authenticated payment (domain.md §1.4). `approvedKey` is the payment the order was already approved with,
 * if any. Checked in this order: known and ours, already processed, clock, order, amount, repeated order, minimum, issuer.
 */
export const confirm = (
  payment: Payment | undefined,
  request: ConfirmRequest,
  approvedKey: string | undefined,
  twist: ConfirmTwist,
  chance: Chance,
): Decision => {
  if (!payment) return { refused: 'NOT_FOUND_PAYMENT_SESSION' }
  if (payment.mid !== request.mid) return { refused: 'FORBIDDEN_REQUEST' }
  if (processed.has(payment.status)) return { refused: 'ALREADY_PROCESSED_PAYMENT' }
  if (payment.status !== 'IN_PROGRESS' || (payment.lapsesAt ?? 0) <= chance.now)
    return { refused: 'NOT_FOUND_PAYMENT_SESSION' }
  if (payment.orderId !== request.orderId) return { refused: twist.orderMismatch ?? 'FORBIDDEN_REQUEST' }
  if (payment.totalAmount !== request.amount) return { refused: twist.amountMismatch ?? 'INVALID_REQUEST' }
  if (approvedKey !== undefined && approvedKey !== payment.paymentKey) return { refused: 'DUPLICATED_ORDER_ID' }
  if (payment.totalAmount < minimum(payment)) return { refused: 'BELOW_MINIMUM_AMOUNT' }
  const refused = twist.refuse ?? payment.refusal
  if (refused) {
    if (twist.keepOpen) return { refused }
    return {
      refused,
      payment: {
        ...payment,
        status: 'ABORTED',
        lapsesAt: null,
        failure: { code: refused, message: '결제 승인이 거절되었습니다.' },
      },
      notices: ['status'],
    }
  }
  if (payment.method === 'VIRTUAL_ACCOUNT') {
    const openFor = payment.validHours ? payment.validHours * HOUR : DEPOSIT_FOR
    return issueAccount(payment, chance.now + openFor, chance)
  }
  const done = approved(payment, chance)
  return { ...done, payment: { ...done.payment, secret: depositSecret(chance) }, notices: ['status'] }
}
