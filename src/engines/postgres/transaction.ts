import type pg from 'pg'
import type { EventType } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Statement, Tx } from '#kernel/store.ts'
import type { Span } from '#kernel/tracing/trace.ts'
import { currentSpan, tellingSpan } from '#kernel/tracing/tracing.ts'
import { appendStatement } from './events/outbox.ts'

/** Called before the commit and after it, with the durable step's name: the crash matrix kills the process here. */
export type StepHook = (step: string, moment: 'before' | 'after') => Promise<void> | void

/** Sends one statement and answers its rows. */
export const run = async <R>(client: pg.Client, statement: Statement): Promise<R[]> => {
  const result = await client.query({ ...statement, values: statement.values as unknown[] })
  return result.rows as R[]
}

/** A span for each event that is told in a trace; nothing where none is. */
const emitting = (
  event: EventType,
  payloads: readonly unknown[],
  causes: readonly unknown[] | undefined,
): readonly (Span | undefined)[] | undefined => {
  if (currentSpan() === undefined) return undefined
  const parents = payloads.map((_, i) => tellingSpan(causes?.[i]))
  if (parents.every((each) => each === undefined)) return undefined
  return parents.map((each) => each?.child({ name: `${event.name} emit`, kind: 'producer' }))
}

/** What a transaction tells its surroundings. */
interface Surroundings {
  readonly runtime: Runtime
  /** Nobody may use the connection any more. */
  readonly discard: () => void
  readonly emitted?: () => void
  readonly onStep?: StepHook
}

/**
 * Runs `work` between BEGIN and COMMIT on a connection nobody else uses. Statements are pipelined: what `work` sent
 * without awaiting is still part of the transaction, and the first of them to fail is the error that rises.
 */
export const inTransaction = async <T>(
  client: pg.Client,
  step: string,
  work: (tx: Tx) => Promise<T>,
  { runtime, discard, emitted, onStep }: Surroundings,
): Promise<T> => {
  let open = true
  let emits = false
  let failed: { readonly error: unknown } | undefined
  let unsent: { readonly error: unknown } | undefined

  /** Remembers the failure and marks it handled: `work` may never look at it, the commit will. */
  const watched = <R>(promise: Promise<R>): Promise<R> => {
    promise.catch((error: unknown) => (failed ??= { error }))
    return promise
  }

  const send = <R>(statement: Statement): Promise<R[]> => {
    // After the end it would run outside of any transaction, or inside somebody else's.
    if (!open) return Promise.reject(new Error(`The transaction ${step} has ended; nothing can be sent in it`))
    return watched(run<R>(client, statement))
  }

  const emitAll = (event: EventType, payloads: readonly unknown[], causes?: readonly unknown[]): Promise<void> => {
    if (payloads.length === 0) return Promise.resolve()
    try {
      const spans = emitting(event, payloads, causes)
      const statement = appendStatement(
        event,
        payloads,
        runtime.now(),
        spans?.map((each) => each?.traceparent ?? null),
      )
      emits = true
      return watched(
        send(statement).then(() => {
          for (const each of spans ?? []) each?.end()
        }),
      )
    } catch (error) {
      // Nothing was sent, so the server would commit: the change without its event.
      unsent ??= { error }
      return watched(Promise.reject(error))
    }
  }

  const afterwards: (() => Promise<void>)[] = []
  const tx: Tx = {
    query: send,
    emit: (event, payload) => emitAll(event, [payload]),
    emitAll,
    committed: (then) => void afterwards.push(then),
  }

  // Not awaited: BEGIN travels in the same packet as the first statement.
  const begun = watched(client.query('BEGIN'))
  let answer: T
  try {
    answer = await work(tx)
    await begun
    if (unsent) throw unsent.error
    await onStep?.(step, 'before')
    open = false
    const committed = await client.query('COMMIT')
    // A transaction that failed inside answers COMMIT with ROLLBACK: nothing was stored.
    if (committed.command !== 'COMMIT')
      throw failed?.error ?? new Error(`The transaction ${step} was rolled back at its commit`)
  } catch (error) {
    open = false
    await client.query('ROLLBACK').catch(discard)
    throw error
  }
  await onStep?.(step, 'after')
  if (emits) emitted?.()
  if (afterwards.length > 0) await Promise.all(afterwards.map((then) => then()))
  return answer
}
