import type { z } from 'zod'
import type { EventType } from './contract.ts'

/** A parameterised SQL statement as the `` sql`…` `` tag of an engine makes it. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  /** Names the prepared statement. */
  readonly name?: string
}

/** Where statements run. Rows come back as plain objects. */
export interface Queryable {
  query<R = Record<string, unknown>>(statement: Statement): Promise<R[]>
}

/** One transaction. What is emitted is stored with the change, or not at all. Statements may be sent without awaiting each: they are pipelined in order. */
export interface Tx extends Queryable {
  emit<P extends z.ZodType>(event: EventType<P>, payload: z.input<P>): Promise<void>
  /**
   * `causes` names for each payload the input of a batch, or the event, that it comes of: where several share the
   * transaction, each is then told in the trace it belongs to.
   */
  emitAll<P extends z.ZodType>(
    event: EventType<P>,
    payloads: readonly z.input<P>[],
    causes?: readonly unknown[],
  ): Promise<void>
  /**
   * Does something once the transaction is committed, before `tx` answers; never when it is rolled back. A crash may come
   * before it: for what is put right by itself, such as letting go of cached answers. `then` must not reject.
   */
  committed(then: () => Promise<void>): void
}

/** A service's own store. */
export interface Database extends Queryable {
  /**
   * Runs `work` in a transaction and commits; any error rolls back and rises. `name` (`order.place`) is the durable
   * step's name in traces and in the crash matrix.
   */
  tx<T>(name: string, work: (tx: Tx) => Promise<T>): Promise<T>
}
