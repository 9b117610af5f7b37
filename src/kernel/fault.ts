import type { z } from 'zod'

/** The languages a message is written in. */
export type Locale = 'ko' | 'en'

/** A sentence a person can act on, in each language. A function takes the fault's data. */
export type Messages<D = unknown> = { readonly [L in Locale]: string | ((data: D) => string) }

/** One wrong member of an input: where (`items.0.quantity`), which rule, and what to do about it. */
export interface FieldProblem {
  readonly field: string
  readonly code: string
  readonly message: { readonly ko: string; readonly en: string }
}

/** What a fault may carry besides its data. */
export interface FaultDetails {
  /** The input member at fault, dotted. */
  readonly field?: string
  readonly fields?: readonly FieldProblem[]
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/**
 * The one error type. A business fault is an answer, not a failure: it is declared in a contract, arrives typed on the
 * caller's side wherever the callee runs, never trips a breaker and is never retried. RFC 9457 at the edge.
 */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly status: number
  readonly messages: { readonly ko: string; readonly en: string }
  readonly data: unknown
  readonly field: string | undefined
  readonly fields: readonly FieldProblem[] | undefined
  readonly retryAfter: number | undefined

  constructor(
    code: string,
    status: number,
    messages: { readonly ko: string; readonly en: string },
    data?: unknown,
    details: FaultDetails = {},
  ) {
    super(`${code}: ${messages.en}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = status
    this.messages = messages
    this.data = data
    this.field = details.field
    this.fields = details.fields
    this.retryAfter = details.retryAfter
  }
}

/** A declared fault: call it to make one to throw or, in a batch, to answer with. */
export interface FaultDefinition<D = any> {
  (...args: undefined extends D ? [data?: D, details?: FaultDetails] : [data: D, details?: FaultDetails]): Fault
  readonly code: string
  readonly status: number
  readonly messages: Messages<D>
  readonly data: z.ZodType<D> | undefined
  /** Whether the error is this fault. */
  is(error: unknown): error is Fault & { readonly data: D }
}

/** Declares a fault: its stable code, HTTP status, sentence in Korean and English, and the shape of its data. */
export const fault = <D = undefined>(
  code: string,
  status: number,
  messages: Messages<D>,
  data?: z.ZodType<D>,
): FaultDefinition<D> => {
  const say = (message: string | ((data: D) => string), value: D): string =>
    typeof message === 'function' ? message(value) : message
  const make = (value: D, details?: FaultDetails): Fault =>
    new Fault(code, status, { ko: say(messages.ko, value), en: say(messages.en, value) }, value, details)
  return Object.assign(make, {
    code,
    status,
    messages,
    data,
    is: (error: unknown) => error instanceof Fault && error.code === code,
  }) as unknown as FaultDefinition<D>
}
