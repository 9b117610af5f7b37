import { koreanTime } from '../clock.ts'

export type Status =
  | 'READY'
  | 'IN_PROGRESS'
  | 'WAITING_FOR_DEPOSIT'
  | 'DONE'
  | 'CANCELED'
  | 'PARTIAL_CANCELED'
  | 'ABORTED'
  | 'EXPIRED'

export type Method = 'CARD' | 'TRANSFER' | 'VIRTUAL_ACCOUNT' | 'EASY_PAY' | 'MOBILE_PHONE'

/** Methods as the API spells them. */
export const METHOD_NAMES: Readonly<Record<Method, string>> = {
  CARD: '카드',
  TRANSFER: '계좌이체',
  VIRTUAL_ACCOUNT: '가상계좌',
  EASY_PAY: '간편결제',
  MOBILE_PHONE: '휴대폰',
}

export interface RefundAccount {
  readonly bankCode: string
  readonly accountNumber: string
  readonly holderName: string
}

export interface Cancel {
  readonly transactionKey: string
  readonly cancelAmount: number
  readonly cancelReason: string
  readonly canceledAt: number
  readonly taxFreeAmount: number
  /** Balance after this cancel. */
  readonly refundableAmount: number
}

export interface VirtualAccount {
  readonly accountNumber: string
  readonly bankCode: string
  readonly customerName: string
  readonly depositorName: string | null
  readonly dueAt: number
  readonly expired: boolean
  readonly refundReceiveAccount: RefundAccount | null
}

/** A payment as the rules see it: amounts in won, times in epoch milliseconds. What Toss shows of it is `shown`. */
export interface Payment {
  readonly paymentKey: string
  readonly mid: string
  readonly orderId: string
  readonly orderName: string
  readonly status: Status
  readonly method: Method | null
  readonly totalAmount: number
  readonly taxFreeAmount: number
  readonly taxExemptionAmount: number
  /** Money that came: all of the total, or nothing yet. */
  readonly captured: number
  /** Money that went back. */
  readonly refunded: number
  readonly requestedAt: number
  readonly authenticatedAt: number | null
  readonly approvedAt: number | null
  /** When the present state ends by itself. */
  readonly lapsesAt: number | null
  readonly lastTransactionKey: string | null
  readonly customerName: string | null
  readonly useEscrow: boolean
  readonly cultureExpense: boolean
  readonly metadata: Readonly<Record<string, string>> | null
  readonly secret: string | null
  /** Hours for which a virtual account is open; Toss's own number where none was asked for. */
  readonly validHours?: number | null
  readonly cancels: readonly Cancel[]
  readonly card: { readonly issuerCode: string; readonly number: string; readonly approveNo: string } | null
  readonly easyPay: { readonly provider: string } | null
  readonly virtualAccount: VirtualAccount | null
  readonly bankCode: string | null
  readonly failure: { readonly code: string; readonly message: string } | null
  /** The issuer's answer when confirmed: what the buyer chose to have go wrong, null for an approval. */
  readonly refusal: string | null
  /** Where the payment window sends the buyer back to. */
  readonly window: { readonly successUrl: string; readonly failUrl: string } | null
}

const voidedBeforeDeposit = (payment: Payment): boolean => payment.captured === 0 && payment.cancels.length > 0

/** What can still be canceled, in won. */
export const balanceOf = (payment: Payment): number =>
  voidedBeforeDeposit(payment) ? 0 : payment.totalAmount - payment.refunded

const sumOf = (cancels: readonly Cancel[], member: 'taxFreeAmount'): number =>
  cancels.reduce((sum, each) => sum + each[member], 0)

/** Tax free part of what is left, in won. */
export const taxFreeLeft = (payment: Payment): number => payment.taxFreeAmount - sumOf(payment.cancels, 'taxFreeAmount')

/** Whether a part may be canceled: not of a card payment with an exempted part. */
export const isPartialCancelable = (payment: Payment): boolean =>
  !(payment.method === 'CARD' && payment.taxExemptionAmount > 0)

/** Supplied amount and VAT of what is left: a tenth on top of the supplied amount, rounded (domain.md §1.5). */
const taxSplit = (payment: Payment): { suppliedAmount: number; vat: number; taxFree: number; exemption: number } => {
  const left = balanceOf(payment)
  const taxFree = Math.min(taxFreeLeft(payment), left)
  const exemption = Math.min(payment.taxExemptionAmount, left - taxFree)
  const taxed = left - taxFree - exemption
  const vat = Math.round(taxed / 11)
  return { suppliedAmount: taxed - vat, vat, taxFree, exemption }
}

const cardOf = (payment: Payment) =>
  payment.card && {
    amount: payment.totalAmount,
    issuerCode: payment.card.issuerCode,
    acquirerCode: payment.card.issuerCode,
    number: payment.card.number,
    installmentPlanMonths: 0,
    approveNo: payment.card.approveNo,
    useCardPoint: false,
    cardType: '신용',
    ownerType: '개인',
    acquireStatus: payment.status === 'CANCELED' ? 'CANCELED' : 'READY',
    isInterestFree: false,
    interestPayer: null,
  }

const virtualAccountOf = (payment: Payment) =>
  payment.virtualAccount && {
    accountType: '일반',
    accountNumber: payment.virtualAccount.accountNumber,
    bankCode: payment.virtualAccount.bankCode,
    customerName: payment.virtualAccount.customerName,
    depositorName: payment.virtualAccount.depositorName ?? '',
    dueDate: koreanTime(payment.virtualAccount.dueAt),
    expired: payment.virtualAccount.expired,
    refundStatus: payment.refunded > 0 ? 'COMPLETED' : 'NONE',
    settlementStatus: payment.captured > 0 ? 'COMPLETED' : 'INCOMPLETED',
    refundReceiveAccount: payment.virtualAccount.refundReceiveAccount,
  }

const cancelShown = (cancel: Cancel) => ({
  transactionKey: cancel.transactionKey,
  cancelReason: cancel.cancelReason,
  taxExemptionAmount: 0,
  canceledAt: koreanTime(cancel.canceledAt),
  cardDiscountAmount: 0,
  transferDiscountAmount: 0,
  easyPayDiscountAmount: 0,
  receiptKey: null,
  cancelAmount: cancel.cancelAmount,
  taxFreeAmount: cancel.taxFreeAmount,
  refundableAmount: cancel.refundableAmount,
  cancelStatus: 'DONE',
  cancelRequestId: null,
})

/** The Payment object of API version 2022-11-16, every field present. `origin` is where receipts are looked at. */
export const shown = (payment: Payment, origin: string) => {
  const { suppliedAmount, vat, taxFree, exemption } = taxSplit(payment)
  const settlementStatus = 'INCOMPLETED'
  const page = `${origin}/simulators/toss/receipts/${payment.paymentKey}`
  return {
    mId: payment.mid,
    lastTransactionKey: payment.lastTransactionKey,
    paymentKey: payment.paymentKey,
    orderId: payment.orderId,
    orderName: payment.orderName,
    taxExemptionAmount: exemption,
    status: payment.status,
    requestedAt: koreanTime(payment.requestedAt),
    approvedAt: payment.approvedAt === null ? null : koreanTime(payment.approvedAt),
    useEscrow: payment.useEscrow,
    cultureExpense: payment.cultureExpense,
    card: cardOf(payment),
    virtualAccount: virtualAccountOf(payment),
    transfer: payment.method === 'TRANSFER' ? { bankCode: payment.bankCode, settlementStatus } : null,
    mobilePhone:
      payment.method === 'MOBILE_PHONE'
        ? { customerMobilePhone: '01000000000', settlementStatus, receiptUrl: page }
        : null,
    giftCertificate: null,
    cashReceipt: null,
    cashReceipts: null,
    discount: null,
    cancels: payment.cancels.length === 0 ? null : payment.cancels.map(cancelShown),
    secret: payment.secret,
    type: 'NORMAL',
    easyPay: payment.easyPay && {
      provider: payment.easyPay.provider,
      amount: payment.card ? 0 : payment.totalAmount,
      discountAmount: 0,
    },
    country: 'KR',
    failure: payment.failure,
    isPartialCancelable: isPartialCancelable(payment),
    receipt: payment.approvedAt === null ? null : { url: page },
    checkout: { url: `${origin}/simulators/toss/window/${payment.paymentKey}` },
    currency: 'KRW',
    totalAmount: payment.totalAmount,
    balanceAmount: balanceOf(payment),
    suppliedAmount,
    vat,
    taxFreeAmount: taxFree,
    metadata: payment.metadata,
    method: payment.method && METHOD_NAMES[payment.method],
    version: '2022-11-16',
  }
}
