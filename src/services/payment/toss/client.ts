import { Pool } from 'undici'
import type { Logger } from 'pino'
import { storable } from '#kernel/text/storable-text.ts'
import { traced } from '#kernel/tracing/tracing.ts'
import { meaningOf, type Meaning, tossError, tossPayment, type TossPayment } from './answers.ts'

/** How a call to Toss ended. */
export type TossAnswer =
  | { readonly kind: 'payment'; readonly payment: TossPayment }
  | {
      readonly kind: 'error'
      readonly meaning: Meaning
      readonly status: number
      readonly code: string
      readonly message: string
    }

/** Toss's core API, version 1: the calls we make. None of them throws: an answer that never came is `unknown`. */
export interface TossClient {
  confirm(input: { paymentKey: string; orderId: string; amount: number }, idempotencyKey: string): Promise<TossAnswer>
  find(paymentKey: string): Promise<TossAnswer>
  cancel(
    paymentKey: string,
    input: {
      cancelReason: string
      cancelAmount?: number
      /** Won of the canceled amount that carry no VAT; left out: none. */
      taxFreeAmount?: number
      /** Won that we believe to be left of the payment: where Toss has another balance it cancels nothing. */
      refundableAmount?: number
      refundReceiveAccount?: { bank: string; accountNumber: string; holderName: string }
    },
    idempotencyKey: string,
  ): Promise<TossAnswer>
  close(): Promise<void>
}

/** Milliseconds without an answer after which the outcome counts as unknown. */
const ANSWER_TIMEOUT = 10_000

const unknown = (code: string, message: string): TossAnswer => ({
  kind: 'error',
  meaning: 'unknown',
  status: 0,
  code,
  message,
})

const read = (status: number, text: string): TossAnswer => {
  let body: unknown
  try {
    // What a provider says cannot be refused: text that cannot be stored is replaced before it goes anywhere.
    body = JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    return unknown('MALFORMED_ANSWER', `Toss answered ${status} with something that is not JSON`)
  }
  if (status === 200) {
    const payment = tossPayment.safeParse(body)
    return payment.success
      ? { kind: 'payment', payment: payment.data }
      : unknown('UNEXPECTED_ANSWER', 'Toss answered with an object we cannot read')
  }
  const error = tossError.safeParse(body)
  if (!error.success) return unknown('UNEXPECTED_ANSWER', `Toss answered ${status} without a code`)
  const { code, message } = error.data
  return { kind: 'error', meaning: meaningOf(status, code), status, code, message }
}

/** A path without the payment it names. */
const generic = (path: string): string => path.replace(/[^/]{20,}/, '…')

/** Opens a client. `baseUrl` may have a path (the simulator's has). */
export const tossClient = (given: {
  readonly baseUrl: string
  /** Asked for with each call: keys are changed while the shop runs. */
  readonly secretKey: () => string
  readonly log: Logger
}): TossClient => {
  const base = new URL(given.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const pool = new Pool(base.origin, {
    connections: 64,
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT,
    bodyTimeout: ANSWER_TIMEOUT,
    connectTimeout: 3_000,
  })
  const authorization = (): string => `Basic ${Buffer.from(`${given.secretKey()}:`).toString('base64')}`

  /** Named by what is asked for, never by whose payment it is. */
  const send = (method: 'GET' | 'POST', path: string, body?: object, idempotencyKey?: string): Promise<TossAnswer> =>
    traced(
      { name: `toss ${method} ${generic(path)}`, kind: 'client', attributes: { 'server.address': base.host } },
      async (span) => {
        const answer = await ask(method, path, body, idempotencyKey)
        if (answer.kind === 'error') {
          span?.set('jangteo.toss.code', answer.code)
          if (answer.meaning === 'unknown') span?.end('UNKNOWN')
        }
        return answer
      },
    )

  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    idempotencyKey?: string,
  ): Promise<TossAnswer> => {
    try {
      const answer = await pool.request({
        method,
        path: `${prefix}${path}`,
        headers: {
          authorization: authorization(),
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      const answered = read(answer.statusCode, await answer.body.text())
      if (answered.kind === 'error')
        given.log.info(
          { code: answered.code, status: answered.status, trace: answer.headers['x-tosspayments-trace-id'] },
          'Toss refused',
        )
      return answered
    } catch (error) {
      given.log.warn({ err: error, path: generic(path) }, 'No answer from Toss')
      return unknown('NO_ANSWER', String(error))
    }
  }

  return {
    confirm: (input, key) => send('POST', '/v1/payments/confirm', input, key),
    find: (paymentKey) => send('GET', `/v1/payments/${encodeURIComponent(paymentKey)}`),
    cancel: (paymentKey, input, key) =>
      send('POST', `/v1/payments/${encodeURIComponent(paymentKey)}/cancel`, input, key),
    close: () => pool.close(),
  }
}
