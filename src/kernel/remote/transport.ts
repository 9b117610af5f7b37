import { Pool, type Dispatcher } from 'undici'
import type { HostTls } from './tls.ts'
import { JSON_TYPE, LEAVING } from './wire.ts'

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
  /** Sends a request. `late` gets a function that gives it up. Rejects with the socket's error. */
  send(path: string, headers: string[], body: string | undefined, late: (giveUp: () => void) => void): Promise<Answer>
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

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
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

/** Opens connections to `origin` (`http://host:port`, with `tls` https) as they are needed, at most `connections`. */
export const transport = (origin: string, connections: number, tls?: HostTls): Transport => {
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
  return {
    send: (path, headers, body, late) =>
      new Promise<Answer>((resolve, reject) => {
        const handler = new Collecting(resolve, reject)
        late(() => handler.giveUp())
        if (body !== undefined) headers.push('content-type', JSON_TYPE)
        pool.dispatch({ path, method: 'POST', headers, ...(body !== undefined && { body }) }, handler)
      }),
    close: () => pool.close(),
  }
}
