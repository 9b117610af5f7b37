import type pg from 'pg'
import type { EventType } from '#kernel/contract.ts'
import { currentContext } from '#kernel/context.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Statement, Tx } from '#kernel/store.ts'
import type { ConnectionSettings } from './connection.ts'
import { appendStatement } from './outbox.ts'
import { pool } from './pool.ts'

/** Called before the commit and after it, with the durable step's name: the crash matrix kills the process here. */
export type StepHook = (step: string, moment: 'before' | 'after') => Promise<void> | void

/** A database with what a host needs besides: closing it, watching it. */
export interface PostgresDatabase extends Database {
  close(): Promise<void>
  readonly stats: () => { open: number; waiting: number }
}

const run = async <R>(client: pg.Client, statement: Statement): Promise<R[]> => {
  const result = await client.query({ ...statement, values: statement.values as unknown[] })
  return result.rows as R[]
}

/** Opens a service's store. `emitted` is called after each commit that stored events. */
export const openDatabase = (
  settings: ConnectionSettings,
  given: {
    readonly name: string
    readonly runtime: Runtime
    readonly emitted?: () => void
    readonly onStep?: StepHook
    readonly sizes?: { shared: number; exclusive: number }
  },
): PostgresDatabase => {
  const connections = pool(settings, given.name, given.sizes ?? { shared: 2, exclusive: 3 })

  const inTransaction = async <T>(client: pg.Client, step: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    let emitted = false
    // Not awaited: BEGIN travels in the same packet as the first statement.
    const begun = client.query('BEGIN')
    begun.catch(() => {})
    const emitAll = async (event: EventType, payloads: readonly unknown[]): Promise<void> => {
      if (payloads.length === 0) return
      emitted = true
      await run(client, appendStatement(event, payloads, given.runtime.now(), currentContext()?.traceparent))
    }
    let answer: T
    try {
      answer = await work({
        query: (statement) => run(client, statement),
        emit: (event, payload) => emitAll(event, [payload]),
        emitAll,
      })
      await begun
      await given.onStep?.(step, 'before')
      const committed = await client.query('COMMIT')
      // A transaction that failed inside answers COMMIT with ROLLBACK: nothing was stored.
      if (committed.command !== 'COMMIT') throw new Error(`The transaction ${step} was rolled back at its commit`)
    } catch (error) {
      await client.query('ROLLBACK').catch(() => client.end().catch(() => {}))
      throw error
    }
    await given.onStep?.(step, 'after')
    if (emitted) given.emitted?.()
    return answer
  }

  return {
    query: async (statement) => run(await connections.shared(), statement),
    tx: (step, work) => connections.exclusive((client) => inTransaction(client, step, work)),
    close: connections.close,
    stats: connections.stats,
  }
}
