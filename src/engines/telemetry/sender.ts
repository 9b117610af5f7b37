import type { Logger } from 'pino'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Runtime } from '#kernel/runtime.ts'
import type { SpanRecord } from '#kernel/tracing/trace.ts'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** What became of spans that were to be sent. */
export interface SenderStats {
  readonly sent: number
  /** There was no room for them, or their collector did not take them. */
  readonly dropped: number
  readonly waiting: number
}

/** Sends spans to a collector in the background. */
export interface Sender {
  add(span: SpanRecord): void
  readonly stats: () => SenderStats
  /** Sends what waits, for a short while, and ends. */
  close(): Promise<void>
}

/** Spans that wait at most; while a collector is away the rest is dropped. */
const ROOM = 8_192
const BATCH = 512
/** Times a batch is offered: a collector that is slow or starts anew is met again, one that finds fault with it holds up no other. */
const TRIES = 3
/** Milliseconds spans gather. */
const LINGER = 500
/** Milliseconds a collector may take for a batch, and for the last ones when we end. */
const SEND_TIMEOUT = 5_000
const FLUSH_TIMEOUT = 1_500

/**
 * Feeds a collector by one of OpenTelemetry's exporters. Whatever becomes of it, callers notice nothing: `add` only puts
 * the span in a queue with a bound, and what does not fit, or is not taken, is counted. That a collector is away, and
 * that it is back, is logged in one line each.
 */
export const sender = (given: {
  readonly name: string
  readonly exporter: SpanExporter
  readonly readable: (span: SpanRecord) => ReadableSpan
  readonly runtime: Runtime
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly room?: number
}): Sender => {
  const { name, exporter, readable, runtime, log, room = ROOM } = given
  let queue: SpanRecord[] = []
  let sent = 0
  let dropped = 0
  let away = false
  let closed = false
  let working: Promise<void> | undefined
  const hurry = new AbortController()

  /** Hands over one batch; answers why it was not taken. */
  const hand = (spans: readonly SpanRecord[], timeoutMs: number): Promise<Error | undefined> => {
    const done = new AbortController()
    const handed = new Promise<Error | undefined>((resolve) =>
      exporter.export(spans.map(readable), ({ code, error }) =>
        resolve(code === 0 ? undefined : (error ?? new Error('No reason given'))),
      ),
    ).catch((error: Error) => error)
    const late = runtime.sleep(timeoutMs, done.signal).then(
      () => new Error(`No answer in ${timeoutMs} ms`),
      () => undefined,
    )
    return Promise.race([handed, late]).finally(() => done.abort())
  }

  /** Batches that failed since one was taken or dropped. */
  let failed = 0

  const sendSome = async (timeoutMs: number): Promise<boolean> => {
    const batch = queue.slice(0, BATCH)
    queue = queue.slice(BATCH)
    const error = await hand(batch, timeoutMs)
    failed = error ? failed + 1 : 0
    if (!error) sent += batch.length
    else if (failed < TRIES && !closed && queue.length + batch.length <= room) queue = [...batch, ...queue]
    else {
      failed = 0
      dropped += batch.length
    }
    if (error && !away)
      log.warn({ collector: name, why: error.message }, 'Trace collector unavailable: spans may be dropped')
    if (!error && away) log.info({ collector: name, dropped }, 'Trace collector available again')
    away = error !== undefined
    return !away
  }

  const work = async (): Promise<void> => {
    while (queue.length > 0 && !closed) {
      if (queue.length < BATCH || away) await runtime.sleep(LINGER, hurry.signal).catch(() => {})
      if (!closed && queue.length > 0) await sendSome(SEND_TIMEOUT)
    }
    working = undefined
  }

  return {
    add: (span) => {
      if (queue.length >= room || closed) {
        dropped++
        return
      }
      queue.push(span)
      working ??= work()
    },
    stats: () => ({ sent, dropped, waiting: queue.length }),
    close: async () => {
      closed = true
      hurry.abort()
      const until = runtime.now() + FLUSH_TIMEOUT
      const left = (): number => until - runtime.now()
      await Promise.race([working, runtime.sleep(FLUSH_TIMEOUT)])
      while (queue.length > 0 && left() > 0 && (await sendSome(left())));
      dropped += queue.length
      queue = []
      await exporter.shutdown().catch(() => {})
    },
  }
}
