import type { Payment } from './payment.ts'
import { approved, transactionKey, type Chance, type Decision } from './rules.ts'

const both = ['status', 'deposit'] as const

/**
 * Money arrives at a virtual account. A bank turns away any other amount than the one the account was issued for, and
 * then nothing changes. An account past its due time still takes it: banks are sometimes late.
 */
export const deposit = (payment: Payment | undefined, amount: number | undefined, chance: Chance): Decision => {
  const account = payment?.virtualAccount
  if (!payment || !account) return { refused: 'NOT_FOUND_PAYMENT' }
  const open = payment.status === 'WAITING_FOR_DEPOSIT' || (payment.status === 'EXPIRED' && account.expired)
  if (!open || payment.captured > 0) return { refused: 'ALREADY_PROCESSED_PAYMENT' }
  if (amount !== undefined && amount !== payment.totalAmount) return { refused: 'INVALID_REQUEST' }
  const done = approved(payment, chance)
  const virtualAccount = { ...account, depositorName: account.customerName }
  return { ...done, payment: { ...done.payment, failure: null, virtualAccount }, notices: both }
}

/** The bank takes a deposit back: DONE → WAITING_FOR_DEPOSIT, rare and real. */
export const reverseDeposit = (payment: Payment | undefined, chance: Chance): Decision => {
  const account = payment?.virtualAccount
  if (!payment || !account) return { refused: 'NOT_FOUND_PAYMENT' }
  if (payment.status !== 'DONE') return { refused: 'NOT_CANCELABLE_PAYMENT' }
  const key = transactionKey(chance.runtime)
  return {
    payment: {
      ...payment,
      status: 'WAITING_FOR_DEPOSIT',
      approvedAt: null,
      captured: 0,
      lapsesAt: account.dueAt,
      lastTransactionKey: key,
      virtualAccount: { ...account, depositorName: null },
    },
    transactions: [{ transactionKey: key, status: 'WAITING_FOR_DEPOSIT', amount: -payment.totalAmount }],
    notices: both,
  }
}

/** The due time of an unpaid account passes now. */
export const passDue = (payment: Payment | undefined, keepWaiting: boolean, chance: Chance): Decision => {
  if (payment?.status !== 'WAITING_FOR_DEPOSIT') return { refused: 'NOT_FOUND_PAYMENT' }
  return {
    payment: lapse({ ...payment, lapsesAt: chance.now }, chance.now, keepWaiting),
    notices: keepWaiting ? [] : ['status'],
  }
}

/**
 * A clock ran out: an unused window, an approval nobody confirmed, an account nobody paid into. `keepWaiting` leaves an
 * unpaid account WAITING_FOR_DEPOSIT with `expired` set; which of the two Toss does is not known (domain.md §1.6).
 */
export const lapse = (payment: Payment, now: number, keepWaiting = false): Payment => {
  if (payment.lapsesAt === null || payment.lapsesAt > now) return payment
  return {
    ...payment,
    lapsesAt: null,
    status: payment.virtualAccount && keepWaiting ? payment.status : 'EXPIRED',
    failure: { code: 'EXPIRED_PAYMENT', message: '결제 가능 시간이 지났습니다.' },
    virtualAccount: payment.virtualAccount && { ...payment.virtualAccount, expired: true },
    // An expired payment has been seen without a method (domain.md §1.5).
    method: payment.virtualAccount ? payment.method : null,
  }
}
