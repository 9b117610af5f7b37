import { bankNameOf } from '#kernel/text/banks.ts'
import { instant } from '#kernel/contract.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { RefundAccount } from '../contract.ts'
import type { VirtualAccount } from '../contract.ts'
import type { PaymentRecord } from '../payment.ts'
import type { TossPayment } from '../toss/answers.ts'

/** What Toss calls a payment by deposit. */
const METHOD = '가상계좌'

/** Whether a payment is by deposit into a virtual account: its refund is a transfer, and needs an account to go to. */
export const isByDeposit = ({ method }: Pick<PaymentRecord, 'method'>): boolean => method === METHOD

const HOUR = 3_600_000
const HAS_OFFSET = /(Z|[+-]\d{2}:?\d{2})$/

/** Epoch milliseconds of a date and time of Toss: Korean time unless it carries an offset. Undefined when it is none. */
export const tossInstant = (text: string | null | undefined): number | undefined => {
  const at = text ? Date.parse(HAS_OFFSET.test(text) ? text : `${text}+09:00`) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** An account as Toss issued it. */
export interface IssuedAccount {
  readonly bank: string
  readonly accountNumber: string
  readonly holderName: string
  /** Epoch milliseconds. */
  readonly dueAt: number
}

/**
 * The account of a payment that waits for its deposit. It is due when Toss says, but no later than `hours` from `now`: how
 * long Toss keeps an account open is a parameter of the payment window, which anybody can open with another value, and a
 * deposit that is awaited holds stock.
 */
export const issuedAccount = (payment: TossPayment, now: number, hours: number): IssuedAccount => {
  const { bankCode, accountNumber, customerName, dueDate } = payment.virtualAccount ?? {}
  return {
    bank: bankCode ?? '',
    accountNumber: accountNumber ?? '',
    holderName: customerName ?? '',
    dueAt: Math.min(tossInstant(dueDate) ?? Number.POSITIVE_INFINITY, now + hours * HOUR),
  }
}

/** What accounts are sealed for in the store. */
export const VIRTUAL_ACCOUNT = 'virtual-account'
export const REFUND_ACCOUNT = 'refund-account'

/** Seals what belongs to a payment. The sealed value names the payment, so that it opens for no other. */
const sealFor = (secrets: Secrets, purpose: string, paymentId: string, values: readonly string[]): Buffer =>
  secrets.seal(purpose, JSON.stringify([paymentId, ...values]))

/** Opens what `sealFor` made for the same payment; throws for another. */
const openFor = (secrets: Secrets, purpose: string, paymentId: string, sealed: Uint8Array): readonly string[] => {
  const [of, ...values] = JSON.parse(secrets.open(purpose, sealed)) as string[]
  if (of !== paymentId) throw new Error('Sealed for another payment')
  return values
}

export const sealIssued = (secrets: Secrets, paymentId: string, account: IssuedAccount): Buffer =>
  sealFor(secrets, VIRTUAL_ACCOUNT, paymentId, [account.accountNumber, account.holderName])

/** Where the deposit of a payment is to be paid; null for other payments and where the account is closed. */
export const shownAccount = (
  secrets: Secrets,
  { id, bank, account, dueAt }: Pick<PaymentRecord, 'id' | 'bank' | 'account' | 'dueAt'>,
): VirtualAccount | null => {
  if (account === null || bank === null || dueAt === null) return null
  const [accountNumber = '', holderName = ''] = openFor(secrets, VIRTUAL_ACCOUNT, id, account)
  return { bank, bankName: bankNameOf(bank), accountNumber, holderName, dueAt: instant(dueAt) }
}

export const sealRefundAccount = (secrets: Secrets, paymentId: string, account: RefundAccount): Buffer =>
  sealFor(secrets, REFUND_ACCOUNT, paymentId, [account.bank, account.accountNumber, account.holderName])

/** The account a deposit is returned to, as Toss takes it (`refundReceiveAccount`). */
export const openRefundAccount = (secrets: Secrets, paymentId: string, sealed: Uint8Array): RefundAccount => {
  const [bank = '', accountNumber = '', holderName = ''] = openFor(secrets, REFUND_ACCOUNT, paymentId, sealed)
  return { bank, accountNumber, holderName }
}

const accountCodes = new Set([
  'INVALID_BANK',
  'INVALID_REFUND_ACCOUNT_INFO',
  'INVALID_REFUND_ACCOUNT_NUMBER',
  'FORBIDDEN_BANK_REFUND_REQUEST',
])

/** Whether a refund was refused because of the account it was to go to. */
export const isAccountRefused = (code: string | null): boolean => code !== null && accountCodes.has(code)
