import type { Runtime } from '#kernel/runtime.ts'
import type { Payment } from './payment.ts'

/** The clock and chance a rule may use. */
export interface Chance {
  readonly now: number
  readonly runtime: Runtime
}

/** A movement of money to be written down. */
export interface Transaction {
  readonly transactionKey: string
  readonly status: string
  /** Won; negative when money goes back. */
  readonly amount: number
}

/** Which webhooks a change sends: the payment's status, the flat notice of a virtual account, or both. */
export type Notice = 'status' | 'deposit'

/** What a rule decides: a refusal by code, or the payment as it is from now on. */
export type Decision =
  | { readonly refused: string; readonly payment?: Payment; readonly notices?: readonly Notice[] }
  | {
      readonly refused?: undefined
      readonly payment: Payment
      readonly created?: true
      readonly transactions?: readonly Transaction[]
      readonly notices?: readonly Notice[]
    }

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Random characters out of `alphabet`. */
export const randomText = (runtime: Runtime, size: number, alphabet = LETTERS): string => {
  let text = ''
  for (const byte of runtime.random(size)) text += alphabet[byte % alphabet.length]
  return text
}

/** Random decimal digits. */
export const randomDigits = (runtime: Runtime, size: number): string => randomText(runtime, size, '0123456789')

/** Names one movement of money: 32 hexadecimal digits that grow with time. */
export const transactionKey = (runtime: Runtime): string => runtime.id().replaceAll('-', '').toUpperCase()

/** A payment of which all that was asked for has come in, and the movement of money. */
export const approved = (
  payment: Payment,
  { now, runtime }: Chance,
): { payment: Payment; transactions: Transaction[] } => {
  const key = transactionKey(runtime)
  const { totalAmount } = payment
  return {
    payment: {
      ...payment,
      status: 'DONE',
      approvedAt: now,
      lapsesAt: null,
      captured: totalAmount,
      lastTransactionKey: key,
    },
    transactions: [{ transactionKey: key, status: 'DONE', amount: totalAmount }],
  }
}
