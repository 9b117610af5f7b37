import { HOUR, MINUTE, koreanDigits } from '../clock.ts'
import type { Method, Payment } from '../payments/payment.ts'
import { randomDigits, randomText, type Chance, type Decision } from '../payments/rules.ts'

/** How long a window may stay unused, and how long an authenticated payment waits for its confirm (domain.md §1.1). */
const READY_FOR = 30 * MINUTE
const IN_PROGRESS_FOR = 10 * MINUTE
export const DEPOSIT_FOR = 168 * HOUR

/** What a payment window is opened with. */
export interface Opening {
  readonly mid: string
  readonly orderId: string
  readonly orderName: string
  /** Won. */
  readonly amount: number
  readonly method: Method | null
  readonly customerName?: string | null | undefined
  readonly taxFreeAmount?: number | undefined
  readonly taxExemptionAmount?: number | undefined
  readonly useEscrow?: boolean | undefined
  readonly cultureExpense?: boolean | undefined
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly validHours?: number | null | undefined
  readonly window?: Payment['window'] | undefined
}

/** A payment as it begins: READY, until the buyer authenticates or 30 minutes pass. */
export const opened = (opening: Opening, { now, runtime }: Chance): Payment => ({
  paymentKey: `${opening.mid}${koreanDigits(now)}${randomText(runtime, 5)}`,
  mid: opening.mid,
  orderId: opening.orderId,
  orderName: opening.orderName,
  status: 'READY',
  method: opening.method,
  totalAmount: opening.amount,
  taxFreeAmount: opening.taxFreeAmount ?? 0,
  taxExemptionAmount: opening.taxExemptionAmount ?? 0,
  captured: 0,
  refunded: 0,
  requestedAt: now,
  authenticatedAt: null,
  approvedAt: null,
  lapsesAt: now + READY_FOR,
  lastTransactionKey: null,
  customerName: opening.customerName ?? null,
  useEscrow: opening.useEscrow ?? false,
  cultureExpense: opening.cultureExpense ?? false,
  metadata: opening.metadata ?? null,
  secret: null,
  validHours: opening.validHours ?? null,
  cancels: [],
  card: null,
  easyPay: null,
  virtualAccount: null,
  bankCode: null,
  failure: null,
  refusal: null,
  window: opening.window ?? null,
})

const ISSUERS = ['51', '41', '61', '11', '71', '21', '91', '33', '31', '15'] as const

/** The card companies of the payment window, by issuer code. */
export const CARD_COMPANIES: Readonly<Record<string, string>> = {
  51: '삼성',
  41: '신한',
  61: '현대',
  11: 'KB국민',
  71: '롯데',
  21: '하나',
  91: 'NH농협',
  33: '우리',
  31: 'BC',
  15: '카카오뱅크',
}

/** Wallets of the payment window, and whether they pay from their own balance. */
export const WALLETS: Readonly<Record<string, { readonly balance: boolean }>> = {
  토스페이: { balance: true },
  네이버페이: { balance: false },
  카카오페이: { balance: false },
  삼성페이: { balance: false },
  페이코: { balance: true },
}

const card = ({ runtime }: Chance, issuer?: string) => {
  const issuerCode = issuer ?? ISSUERS[runtime.random(1)[0]! % ISSUERS.length]!
  return {
    issuerCode,
    number: `${randomDigits(runtime, 8)}****${randomDigits(runtime, 3)}*`,
    approveNo: randomDigits(runtime, 8),
  }
}

/** What the buyer chose in the window. */
export interface Choice {
  readonly method: Method
  /** Wallet name, of an easy payment. */
  readonly provider?: string | undefined
  readonly issuerCode?: string | undefined
  readonly bankCode?: string | undefined
  /** The code the issuer will refuse the confirm with. */
  readonly refusal?: string | undefined
}

const means = (choice: Choice, chance: Chance): Pick<Payment, 'card' | 'easyPay' | 'bankCode'> => {
  if (choice.method === 'EASY_PAY') {
    const provider = choice.provider ?? '토스페이'
    return { easyPay: { provider }, card: WALLETS[provider]?.balance ? null : card(chance), bankCode: null }
  }
  return {
    easyPay: null,
    card: choice.method === 'CARD' ? card(chance, choice.issuerCode) : null,
    bankCode: choice.method === 'TRANSFER' || choice.method === 'VIRTUAL_ACCOUNT' ? (choice.bankCode ?? '88') : null,
  }
}

/** The buyer authenticates: READY → IN_PROGRESS, for 10 minutes. */
export const authenticate = (payment: Payment | undefined, choice: Choice, chance: Chance): Decision => {
  if (!payment || payment.status !== 'READY' || (payment.lapsesAt ?? 0) <= chance.now)
    return { refused: 'NOT_FOUND_PAYMENT_SESSION' }
  return {
    payment: {
      ...payment,
      ...means(choice, chance),
      status: 'IN_PROGRESS',
      method: choice.method,
      authenticatedAt: chance.now,
      lapsesAt: chance.now + IN_PROGRESS_FOR,
      refusal: choice.refusal ?? null,
    },
  }
}

/** Ends a payment whose window the buyer closed or whose card was turned away before any approval. */
export const abort = (payment: Payment | undefined, code: string, message: string, chance: Chance): Decision => {
  if (!payment || payment.status !== 'READY' || (payment.lapsesAt ?? 0) <= chance.now)
    return { refused: 'NOT_FOUND_PAYMENT_SESSION' }
  return { payment: { ...payment, status: 'ABORTED', lapsesAt: null, failure: { code, message } }, notices: ['status'] }
}

/** A number as the test environment issues them: it starts with X and no bank knows it. */
export const accountNumber = ({ runtime }: Chance): string => `X${randomDigits(runtime, 13)}`

/** Secret that later proves a deposit callback. */
export const depositSecret = ({ runtime }: Chance): string => `ps_${randomText(runtime, 20)}`
