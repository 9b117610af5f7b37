import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Statement } from '#kernel/store.ts'
import type { ConnectionSettings } from './connection/connection.ts'
import { DATABASE } from '#kernel/tracing/trace.ts'
import { traced } from '#kernel/tracing/tracing.ts'
import type { Outages } from './connection/outage.ts'
import { codeOf, isLost, markUnlessOfValues } from './connection/transient-errors.ts'
import { pool, type PoolStats } from './connection/pool.ts'
import { inTransaction, run, type StepHook } from './transaction.ts'

export type { StepHook } from './transaction.ts'

/** A database with what a host needs besides: closing it, watching it. */
export interface PostgresDatabase extends Database {
  /** The same store for work nobody waits for, consumers of events above all: leaves a connection to requests. */
  readonly background: Database
  /** The server it lies on, as `host:port`. */
  readonly server: string
  close(): Promise<void>
  readonly stats: () => PoolStats
}

const DATABASE_SPAN = { [DATABASE]: 'postgresql' }

/** Statements that may wait for a lock, or whose repetition would do something twice. */
const WRITES = /\b(insert|update|delete|merge|share|lock|truncate|create|alter|drop|call|pg_\w*advisory\w*|nextval)\b/i

const kinds = new Map<string, 'read' | 'write'>()
const kindOf = ({ text }: Statement): 'read' | 'write' => {
  let kind = kinds.get(text)
  if (!kind) kinds.set(text, (kind = WRITES.test(text) ? 'write' : 'read'))
  return kind
}

/** Locking with FOR UPDATE writes nothing. */
const FIRST_WRITE = /(?<!\b(?:for|key)\s+)\b(insert|update|delete)\s+(?:into\s+|from\s+)?(\w+)/i

/**
 * A single write is a durable step too, named by what it does first: `payment.insert-payment`. One that comes with others
 * belongs into a transaction, whose name it then has.
 */
const stepOf = (service: string, { text }: Statement): string => {
  const [, verb = 'write', table = ''] = FIRST_WRITE.exec(text) ?? []
  return `${service}.${verb.toLowerCase()}-${table}`
}

/**
 * This connection is of no use any more: a migration changed a table under its prepared statements, one got lost, or its
 * server is a standby now, and the address leads to another.
 */
const STALE = new Set(['0A000', '26000', '25006'])

/** Opens a service's store. `emitted` is called after each commit that stored events. */
export const openDatabase = (
  settings: ConnectionSettings,
  given: {
    readonly name: string
    readonly runtime: Runtime
    readonly emitted?: () => void
    readonly onStep?: StepHook
    readonly sizes?: { readonly shared: number; readonly exclusive: number }
    /** Milliseconds a server that owes an answer may be silent; longer than a statement may take. */
    readonly silence?: number
    /** Told how it goes, for the log. */
    readonly outages?: Outages
  },
): PostgresDatabase => {
  const { sizes = { shared: 2, exclusive: 3 } } = given
  const connections = pool(settings, given.name, sizes, given.runtime.now, given.silence)

  const outage = given.outages?.(settings)
  const failed = (error: unknown): unknown => markUnlessOfValues(outage?.failed(error) ?? error)

  const isSpoiled = (error: unknown): boolean => isLost(error) || STALE.has(codeOf(error) ?? '')

  const once = async <R>(statement: Statement, kind: 'read' | 'write'): Promise<R[]> => {
    const client = await connections.shared(kind)
    try {
      return await run<R>(client, statement)
    } catch (error) {
      if (isSpoiled(error)) connections.discard(client)
      throw error
    }
  }

  const again = async <R>(statement: Statement, kind: 'read' | 'write'): Promise<R[]> => {
    try {
      return await once<R>(statement, kind)
    } catch (error) {
      // A read may be sent again; a connection that broke while idle, or outlived a migration, shows only at its next use.
      if (kind === 'read' && isSpoiled(error)) return once<R>(statement, kind)
      throw error
    }
  }

  const query = async <R>(statement: Statement): Promise<R[]> => {
    const kind = kindOf(statement)
    const step = given.onStep && kind === 'write' ? stepOf(given.name, statement) : undefined
    if (step !== undefined) await given.onStep?.(step, 'before')
    try {
      const rows = await again<R>(statement, kind)
      outage?.succeeded(kind)
      if (step !== undefined) await given.onStep?.(step, 'after')
      return rows
    } catch (error) {
      throw failed(error)
    }
  }

  const transactions =
    (kind: 'request' | 'background'): Database['tx'] =>
    (step, work) =>
      traced({ name: `${step} tx`, kind: 'client', attributes: DATABASE_SPAN }, () =>
        connections
          .exclusive(async (client) => {
            const discard = (): void => connections.discard(client)
            try {
              const answer = await inTransaction(client, step, work, { ...given, discard })
              outage?.succeeded('write')
              return answer
            } catch (error) {
              if (isSpoiled(error)) discard()
              throw error
            }
          }, kind)
          .catch((error: unknown) => {
            throw failed(error)
          }),
      )

  return {
    query,
    tx: transactions('request'),
    background: { query, tx: transactions('background') },
    server: `${settings.host}:${settings.port}`,
    close: connections.close,
    stats: connections.stats,
  }
}
