import { z } from 'zod'
import { bankCodeOf } from '#kernel/text/banks.ts'
import { contract, event, instantSchema } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { wonSchema } from '#kernel/money.ts'
import { personName } from '#services/member/contract.ts'

/**
 * States of an attempt to pay. CONFIRMING: the provider's answer is not known yet; reconciliation asks until it is.
 * AWAITING_DEPOSIT: a virtual account was issued and nothing is paid into it yet.
 */
export const paymentStatus = z.enum([
  'CONFIRMING',
  'AWAITING_DEPOSIT',
  'CAPTURED',
  'FAILED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
])

export const PAYMENT_REFUSED = fault(
  'PAYMENT_REFUSED',
  402,
  {
    ko: (data) => data.reasonKo,
    en: (data) => data.reasonEn,
  },
  z.object({ providerCode: z.string(), reasonKo: z.string(), reasonEn: z.string() }),
)
export const PAYMENT_SESSION_LOST = fault('PAYMENT_SESSION_LOST', 409, {
  ko: '결제 시간이 지났습니다. 결제를 다시 진행해 주세요.',
  en: 'The payment session has expired. Please pay again.',
})
export const PAYMENT_NOT_REFUNDABLE = fault(
  'PAYMENT_NOT_REFUNDABLE',
  409,
  {
    ko: '환불할 수 없는 결제이거나 환불 가능 금액을 넘었습니다.',
    en: 'The payment cannot be refunded by that amount.',
  },
  z.object({
    providerCode: z.string().nullable(),
    refundable: wonSchema.nullable(),
    /**
     * PROVIDER: Toss refused. MALFORMED: Toss did not accept what was sent, another reason may do. AMOUNT: more than is
     * left. NOT_CAPTURED: the order has no payment that money could go back from; in these two Toss was not asked.
     */
    cause: z.enum(['PROVIDER', 'MALFORMED', 'AMOUNT', 'NOT_CAPTURED']).optional(),
  }),
)

export const REFUND_ACCOUNT_REQUIRED = fault('REFUND_ACCOUNT_REQUIRED', 422, {
  ko: '입금하신 금액을 돌려받을 계좌의 은행, 계좌번호, 예금주를 입력해 주세요.',
  en: 'Please give the bank, number and holder of the account your deposit is to be returned to.',
})
export const REFUND_ACCOUNT_REFUSED = fault('REFUND_ACCOUNT_REFUSED', 422, {
  ko: '입력하신 계좌로 환불할 수 없습니다. 은행, 계좌번호, 예금주를 다시 확인해 주세요.',
  en: 'The deposit cannot be returned to this account. Please check its bank, number and holder.',
})

/** A bank by its code or its name, as its code. */
const bank = z
  .string()
  .max(40)
  .meta({ examples: ['88', '신한은행'] })
  .refine((given) => bankCodeOf(given) !== undefined, {
    message: 'unknown_bank',
    params: {
      ko: '은행 이름이나 두 자리 은행 코드를 입력해 주세요.',
      en: 'Give the name or the two-digit code of a Korean bank.',
    },
  })
  .transform((given) => bankCodeOf(given)!)

/** The digits of an account number, which people write with dashes and spaces. */
const accountNumber = z
  .string()
  .max(40)
  .meta({ pattern: '^[0-9 -]{6,40}$', examples: ['110-123-456789'] })
  .transform((given) => given.normalize('NFKC').replace(/[\s\p{Pd}]/gu, ''))
  .refine((digits) => /^\d{6,20}$/.test(digits), {
    message: 'account_number',
    params: {
      ko: '계좌번호를 숫자 6~20자리로 입력해 주세요. 줄표는 있어도 됩니다.',
      en: 'Give the account number as 6 to 20 digits; dashes may stay.',
    },
  })

/** An account that a deposit is returned to. */
export const refundAccount = z.object({ bank, accountNumber, holderName: personName })
export type RefundAccount = z.output<typeof refundAccount>

/** Where a deposit is to be paid, and until when. `bank` is its code. */
const virtualAccountOutput = z.object({
  bank: z.string(),
  bankName: z.object({ ko: z.string(), en: z.string() }),
  accountNumber: z.string(),
  holderName: z.string(),
  dueAt: instantSchema,
})
export type VirtualAccount = z.output<typeof virtualAccountOutput>

/**
 * Whether a refund of the payment needs an account. NEEDED: it was a deposit, so whoever cancels names one. AWAITED: money
 * is to go back now and waits for one.
 */
const refundAccountNeed = z.enum(['NOT_NEEDED', 'NEEDED', 'AWAITED'])

const paymentOutput = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  status: paymentStatus,
  method: z.string().nullable(),
  amount: wonSchema,
  refunded: wonSchema,
  capturedAt: instantSchema.nullable(),
  receiptUrl: z.string().nullable(),
  failureCode: z.string().nullable(),
  /** Of a payment by deposit; null for others, and once the account is closed. */
  virtualAccount: virtualAccountOutput.nullable(),
  refundAccount: refundAccountNeed,
})

const refundOutput = z.object({
  refundId: z.uuid(),
  status: z.enum(['REQUESTED', 'REFUNDED', 'REFUSED']),
  amount: wonSchema,
})

/** How the money of an order is not settled. */
const unsettledState = z.enum([
  /** What becomes of an attempt is not known yet, or a deposit may still arrive. */
  'OPEN',
  /** Money is on its way back, or waits for an account to go to. */
  'REFUNDING',
  /** A refund was refused for good, and the money is still here. */
  'REFUSED',
])

export const payment = contract('payment', {
  capture: {
    summary:
      'Captures the money that a buyer approved at Toss for an order, once for each order and payment key; repeating it is safe. AWAITING_DEPOSIT: a virtual account was issued. CONFIRMING: the outcome is not known yet; events tell it once it is.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 15_000,
    input: z.object({
      orderId: z.uuid(),
      paymentKey: z.string().min(1).max(200),
      /** Whose order it is. */
      memberId: z.uuid(),
      amount: wonSchema,
      /** The part of the amount that carries no VAT, as the payment window was opened with. Toss's word counts, where it says. */
      taxFreeAmount: wonSchema.optional(),
    }),
    output: z.object({
      paymentId: z.uuid(),
      status: z.enum(['CAPTURED', 'AWAITING_DEPOSIT', 'CONFIRMING']),
      /** Captured, and all of it goes back or went back already. */
      returned: z.boolean(),
      method: z.string().nullable(),
      approvedAt: instantSchema.nullable(),
      receiptUrl: z.string().nullable(),
      /** Code of the bank a deposit is awaited at, and until when. */
      bank: z.string().nullable(),
      dueAt: instantSchema.nullable(),
    }),
    faults: [PAYMENT_REFUSED, PAYMENT_SESSION_LOST],
  },
  tossWebhook: {
    summary: 'Takes a webhook of Toss as a hint: the truth is asked from Toss with our key.',
    method: 'POST',
    path: '/payments/webhooks/toss',
    access: 'public',
    repeatable: true,
    deadline: 9_000,
    input: z.looseObject({}),
    output: z.object({ received: z.literal(true) }),
  },
  ofOrder: {
    summary: "The payments of one of the member's orders, newest first.",
    method: 'GET',
    path: '/orders/{orderId}/payments',
    access: 'member',
    input: z.object({ orderId: z.uuid() }),
    output: z.object({ items: z.array(paymentOutput) }),
  },
  refund: {
    summary:
      'Gives back money once per refund id: the amount given or, without one, all that is left of the payment. Refunds of a payment are made one after another: REQUESTED while one waits for its turn or its outcome is not known yet; events tell how it ends. REFUNDED with 0 won: nothing was asked for, or nothing was left.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 15_000,
    input: z.object({
      refundId: z.uuid(),
      orderId: z.uuid(),
      amount: wonSchema.optional(),
      /** Of the amount as much as is left: some may have been given back at the provider's console. */
      orLess: z.boolean().optional(),
      /** The part of the amount that carries no VAT. Left out: none or, of all that is left, all that is left of it. */
      taxFreeAmount: wonSchema.optional(),
      reason: z.string().min(1).max(200),
      /** Where a deposit goes back to; needless where prepareRefund was given one. */
      refundReceiveAccount: refundAccount.optional(),
    }),
    output: refundOutput,
    faults: [PAYMENT_NOT_REFUNDABLE, REFUND_ACCOUNT_REFUSED],
  },
  prepareRefund: {
    summary:
      'Makes sure that the money of an order can be given back: a deposit goes to an account, which is kept until then. Answers whether a refund waited for it, which is then tried.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 15_000,
    input: z.object({ orderId: z.uuid(), refundAccount: refundAccount.nullable() }),
    output: z.object({ awaited: z.boolean() }),
    faults: [REFUND_ACCOUNT_REQUIRED, REFUND_ACCOUNT_REFUSED],
  },
  unsettled: {
    summary: 'Those of the orders whose money is not settled, each once.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ orderIds: z.array(z.uuid()).max(1_000) }),
    output: z.object({ items: z.array(z.object({ orderId: z.uuid(), state: unsettledState })) }),
  },
  deposit: {
    summary: 'Where the deposit an order awaits is to be paid; null once it awaits none.',
    method: 'GET',
    access: 'service',
    input: z.object({ orderId: z.uuid() }),
    output: virtualAccountOutput.nullable(),
  },
})

export const paymentAwaitingDeposit = event('payment.awaiting_deposit', {
  version: 1,
  key: 'orderId',
  summary: 'A virtual account was issued at Toss; nothing is paid into it yet.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    paymentKey: z.string(),
    memberId: z.uuid(),
    amount: wonSchema,
    bank: z.string(),
    dueAt: instantSchema,
    at: instantSchema,
  }),
})

export const paymentCaptured = event('payment.captured', {
  version: 1,
  key: 'orderId',
  summary: 'Money was captured at Toss.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    paymentKey: z.string(),
    memberId: z.uuid(),
    amount: wonSchema,
    method: z.string().nullable(),
    at: instantSchema,
  }),
})
export const paymentFailed = event('payment.failed', {
  version: 1,
  key: 'orderId',
  summary: 'An attempt to pay ended without money moving.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    paymentKey: z.string(),
    memberId: z.uuid(),
    code: z.string(),
    /** The deposit it waited for did not come in time. */
    overdue: z.boolean().optional(),
    at: instantSchema,
  }),
})
export const paymentRefunded = event('payment.refunded', {
  version: 1,
  key: 'orderId',
  summary: 'Money was given back at Toss.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    refundId: z.uuid(),
    memberId: z.uuid(),
    amount: wonSchema,
    remaining: wonSchema,
    at: instantSchema,
  }),
})

export const refundRefused = event('payment.refund_refused', {
  version: 1,
  key: 'orderId',
  summary: 'Toss refused to give money back; nothing moved.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    refundId: z.uuid(),
    memberId: z.uuid().optional(),
    code: z.string(),
    at: instantSchema,
  }),
})

export const refundAccountNeeded = event('payment.refund_account_needed', {
  version: 1,
  key: 'orderId',
  summary: 'A deposit is to be given back and waits for an account to give it to.',
  payload: z.object({
    paymentId: z.uuid(),
    orderId: z.uuid(),
    refundId: z.uuid(),
    memberId: z.uuid(),
    amount: wonSchema,
    at: instantSchema,
  }),
})
