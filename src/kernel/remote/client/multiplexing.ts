import type { Dispatcher } from 'undici'
import type { Answer } from './transport.ts'
import { ANSWERS_TYPE, LEAVING } from '../wire.ts'

// Several calls in one request: `[[operation, [header, value, …], input], …]`. Each is answered by a line of its own, in
// whatever order they are done: its number, status, `v` for a value or `f` for a fault, and the answer as JSON.

/** A call that waits for its answer. */
export interface Sent {
  readonly operation: string
  readonly headers: readonly string[]
  readonly body: string | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
  /** Answered, or given up. */
  done: boolean
}

/** Set on an answer of a host that takes several calls in one request. */
export const MULTIPLEXED = 'x-together'
/** Calls in one request at most, and characters of an input that may go with others. */
export const MOST = 64
export const SMALL = 16_384

export const bodyOf = (calls: readonly Sent[]): string =>
  `[${calls
    .map(({ operation, headers, body }) => {
      const start = `["${operation}",${JSON.stringify(headers)}`
      return body === undefined ? `${start}]` : `${start},${body}]`
    })
    .join(',')}]`

/** A call as it arrives. */
export interface Arrived {
  readonly operation: string
  readonly headers: Readonly<Record<string, string>>
  readonly input: unknown
}

const isTexts = (given: unknown): given is string[] =>
  Array.isArray(given) && given.length % 2 === 0 && given.every((each) => typeof each === 'string')

/** The calls of a request; nothing when it is not made of calls. */
export const arrivedFrom = (text: unknown): Arrived[] | undefined => {
  let given: unknown
  try {
    given = JSON.parse(text as string)
  } catch {
    return undefined
  }
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST) return undefined
  const calls: Arrived[] = []
  for (const each of given) {
    if (!Array.isArray(each) || each.length > 3) return undefined
    const [operation, flat, input] = each as unknown[]
    if (typeof operation !== 'string' || !isTexts(flat)) return undefined
    const headers: Record<string, string> = {}
    for (let n = 0; n < flat.length; n += 2) headers[flat[n]!] = flat[n + 1]!
    calls.push({ operation, headers, input })
  }
  return calls
}

export const lineOf = (n: number, status: number, kind: 'v' | 'f', text: string): string =>
  `${n} ${status} ${kind} ${text}\n`

const LINE = /^(\d+) (\d{3}) ([vf]) (.*)$/s
const NEWLINE = 10
const GIVEN_UP = new Error('Nobody waits for the answers any more')

/** One failure of a connection is one, however many calls it carried. */
const shared = (error: Error): Error =>
  Object.assign(new Error(error.message, { cause: error }), error, { shared: true })

/** Gives each call its answer as soon as it is there. */
export class Answers implements Dispatcher.DispatchHandler {
  readonly #calls: readonly Sent[]
  readonly #types: { readonly v: string; readonly f: string }
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #type = ''
  #leaving = false
  #rest: Buffer = Buffer.alloc(0)

  constructor(calls: readonly Sent[], types: { readonly v: string; readonly f: string }) {
    this.#calls = calls
    this.#types = types
  }

  /** Gives up the request once nobody waits for any of its answers. */
  giveUp(): void {
    if (this.#calls.every((each) => each.done)) this.#controller?.abort(GIVEN_UP)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.giveUp()
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.#status = status
    this.#type = String(headers['content-type'] ?? '')
    this.#leaving = headers[LEAVING] !== undefined
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let from = 0
    if (this.#type === ANSWERS_TYPE)
      for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, from)) {
        this.#answer(all.toString('utf8', from, end))
        from = end + 1
      }
    this.#rest = all.subarray(from)
  }

  onResponseEnd(): void {
    const waiting = this.#waiting()
    if (waiting.length === 0) return
    if (this.#type === ANSWERS_TYPE) return this.#fail(new Error('The answers ended before all were there'))
    // Refused as a whole, or by something in between: that is the answer to each.
    const text = this.#rest.toString()
    for (const each of waiting) {
      each.done = true
      each.resolve({ status: this.#status, type: this.#type, text, leaving: this.#leaving })
    }
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #answer(line: string): void {
    const [, n, status, kind, text] = LINE.exec(line) ?? []
    const call = n === undefined ? undefined : this.#calls[Number(n)]
    if (!call || call.done) return
    call.done = true
    call.resolve({
      status: Number(status),
      type: this.#types[kind as 'v' | 'f'],
      text: text!,
      leaving: this.#leaving,
    })
  }

  #waiting(): Sent[] {
    return this.#calls.filter((each) => !each.done)
  }

  #fail(error: Error): void {
    const [first, ...others] = this.#waiting()
    if (!first) return
    for (const each of [first, ...others]) each.done = true
    first.reject(error)
    for (const each of others) each.reject(shared(error))
  }
}
