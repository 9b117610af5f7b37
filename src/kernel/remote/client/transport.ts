import { Pool, type Dispatcher } from 'undici'
import type { HostTls } from '../security/tls.ts'
import { Answers, bodyOf, MOST, type Sent, SMALL, MULTIPLEXED } from './multiplexing.ts'
import { CALLS_TYPE, FAULT_TYPE, JSON_TYPE, LEAVING, tokenHeader } from '../wire.ts'

/** What a host answered. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  /** The host is about to end and takes no new calls gladly. */
  readonly leaving?: boolean
}

/** A connection to one host of the shop. */
export interface Transport {
  /**
   * Sends a call. `late` gets a function that gives it up. Rejects with the socket's error. Calls of one turn of the event
   * loop share a request, with a host that takes them so: no call waits for another, before or after.
   */
  send(
    operation: string,
    headers: string[],
    body: string | undefined,
    late: (giveUp: () => void) => void,
  ): Promise<Answer>
  close(): Promise<void>
}

const GIVEN_UP = new Error('Nobody waits for the answer any more')

/** Collects an answer without the streams of undici's usual interfaces: internal answers are small and wanted whole. */
class Collecting implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #givenUp = false
  #status = 0
  #type = ''
  #leaving = false
  #chunks: Buffer[] = []
  readonly #takesMultiplexed: () => void

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void, takesTogether: () => void) {
    this.#resolve = resolve
    this.#reject = reject
    this.#takesMultiplexed = takesTogether
  }

  giveUp(): void {
    this.#givenUp = true
    this.#controller?.abort(GIVEN_UP)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#givenUp) controller.abort(GIVEN_UP)
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.#status = status
    this.#type = String(headers['content-type'] ?? '')
    this.#leaving = headers[LEAVING] !== undefined
    if (headers[MULTIPLEXED] !== undefined) this.#takesMultiplexed()
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first] = this.#chunks
    const text = this.#chunks.length > 1 ? Buffer.concat(this.#chunks).toString() : (first?.toString() ?? '')
    this.#resolve({ status: this.#status, type: this.#type, text, leaving: this.#leaving })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error)
  }
}

/** A call that is about to be sent, or on its way. */
interface Queued extends Sent {
  givenUp: () => void
}

/** Opens connections to `origin` (`http://host:port`, with `tls` https) as they are needed, at most `connections`. */
export const transport = (
  origin: string,
  given: { readonly path: string; readonly connections: number; readonly tls?: HostTls | undefined },
): Transport => {
  const { path, connections, tls } = given
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    // Shorter than the callee keeps them: a connection it is about to close is not used.
    keepAliveTimeout: 20_000,
    // Deadlines are watched by the caller, to the millisecond and for all calls at once.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 2_000, ...tls },
  })
  // A host of a version before this does not take calls together: each that does says so when it answers.
  let together = false
  const takesTogether = (): void => void (together = true)
  let queue: Queued[] = []

  const sendAlone = (call: Queued): void => {
    const { operation, body, resolve, reject } = call
    const headers = [...call.headers]
    const handler = new Collecting(resolve, reject, takesTogether)
    call.givenUp = () => handler.giveUp()
    if (body !== undefined) headers.push('content-type', JSON_TYPE)
    pool.dispatch(
      { path: `${path}/${operation}`, method: 'POST', headers, ...(body !== undefined && { body }) },
      handler,
    )
  }
  const sendTogether = (calls: readonly Queued[]): void => {
    const handler = new Answers(calls, { v: JSON_TYPE, f: FAULT_TYPE })
    for (const each of calls) each.givenUp = () => handler.giveUp()
    const headers = [...tokenHeader(calls[0]!.headers), 'content-type', CALLS_TYPE]
    pool.dispatch({ path, method: 'POST', headers, body: bodyOf(calls) }, handler)
  }
  const flush = (): void => {
    const calls = queue.filter((each) => !each.done)
    queue = []
    for (let n = 0; n < calls.length; n += MOST) {
      const some = calls.slice(n, n + MOST)
      if (some.length === 1) sendAlone(some[0]!)
      else sendTogether(some)
    }
  }

  return {
    send: (operation, headers, body, late) =>
      new Promise<Answer>((resolve, reject) => {
        const call: Queued = { operation, headers, body, resolve, reject, done: false, givenUp: () => {} }
        late(() => {
          call.done = true
          call.givenUp()
        })
        if (!together || (body !== undefined && body.length > SMALL)) return sendAlone(call)
        if (queue.push(call) === 1) setImmediate(flush)
      }),
    close: () => pool.close(),
  }
}
