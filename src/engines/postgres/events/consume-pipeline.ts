import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Consumer } from '#kernel/service.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import { isTransientError } from '../connection/transient-errors.ts'
import { backOff, reasonOf } from './back-off.ts'
import type { Logged, Position } from './log.ts'
import { heldKeys, setAside, takeIn } from './log-store.ts'
import { react, type Reactions } from './reactions.ts'
import { tracedRun } from './traced-run.ts'

/** What a consumer's transactions need, whichever log delivers its events. */
export interface PipelineTools {
  readonly service: string
  /** The consuming service's store: effects and inbox rows share its transactions. */
  readonly db: Database
  readonly runtime: Runtime
  readonly logger: Logger
  /** Continues the traces of events. */
  readonly tracer?: Tracer
}

/** Why a run was not consumed: another process holds the cursor, or has moved it. */
export type Refused = 'busy' | 'moved'

/**
 * How a log notes what a consumer has consumed, inside the transaction of the effects. PostgreSQL's log moves the cursor
 * there; a Kafka group commits offsets afterwards and only shares the cursor with rebuilds of read models.
 */
export interface Bookkeeping {
  /**
   * All bookkeeping of a run in one statement, for a consumer that has nothing parked: inserts inbox rows and moves the
   * cursor to `to`. Answers the ids that were not in the inbox; undefined when it did nothing, because something is parked
   * or the cursor is locked or elsewhere.
   */
  takeRun(tx: Tx, ids: readonly number[], to: Position): Promise<Set<number> | undefined>
  /** Locks the cursor until the commit; answers why the run must not be consumed, if so. */
  lock(tx: Tx): Promise<Refused | undefined>
  /** Moves the cursor; sent with the transaction's other statements. */
  advance(tx: Tx, to: Position): void
  /** Everything up to `to` is committed. */
  committed(to: Position): void
}

/** Consumes runs of one source's events for one consumer. */
export interface ConsumePipeline {
  /**
   * Applies the events and marks everything up to `to` as consumed: effects, inbox and cursor in one transaction. An event
   * whose reaction fails is parked for a retry, and later ones of its key behind it. Rejects with transient errors only,
   * and then the whole run may be consumed again.
   */
  consume(events: readonly Logged[], to: Position): Promise<'taken' | Refused>
}

/** Ids in the order in which every process asks for them: two that have the same events wait in one direction only. */
const ascending = (events: readonly Logged[]): number[] => events.map((each) => each.position.id).sort((a, b) => a - b)

/** The events that are new, each once: a Kafka topic may hold the same one twice, also next to itself. */
const firstOnly = (events: readonly Logged[], fresh: Set<number>): readonly Logged[] =>
  events.filter((each) => fresh.delete(each.position.id))

/**
 * The pipeline of one consumer and one source. `bookkeeping` is what differs between logs: how a run is marked as consumed,
 * and what is locked meanwhile.
 */
export const consumePipeline = (
  tools: PipelineTools,
  consumer: Pick<Consumer, 'name'>,
  source: string,
  given: { readonly reactions: Reactions; readonly bookkeeping: Bookkeeping },
): ConsumePipeline => {
  const { service, db, runtime, logger, tracer = untraced } = tools
  const { reactions, bookkeeping } = given
  const { name } = consumer
  const step = `${service}.consume.${name}`

  /** With something parked: events whose key has a parked one are parked behind it. Answers the ids to react to. */
  const takeCarefully = async (tx: Tx, events: readonly Logged[], to: Position): Promise<Set<number> | Refused> => {
    const refused = await bookkeeping.lock(tx)
    if (refused) return refused
    const held = await heldKeys(tx, name, source, [...new Set(events.map((each) => each.key))])
    const behind = events.filter((each) => held.has(each.key))
    for (const each of behind) void tx.query(setAside(name, each, 'WAITING', 0, runtime.now(), null))
    const free = events.filter((each) => !held.has(each.key))
    const fresh = await takeIn(tx, name, source, ascending(free), runtime.now())
    bookkeeping.advance(tx, to)
    return fresh
  }

  const take = (events: readonly Logged[], to: Position): Promise<'taken' | Refused> => {
    const run = tracedRun(tracer, service, name, events)
    return run(systemContext(service, runtime), (report) =>
      db.tx(step, async (tx) => {
        const fresh = (await bookkeeping.takeRun(tx, ascending(events), to)) ?? (await takeCarefully(tx, events, to))
        if (!(fresh instanceof Set)) return fresh
        const taken = firstOnly(events, fresh)
        await react(reactions, taken, tx)
        report(taken)
        return 'taken'
      }),
    )
  }

  const park = (event: Logged, error: unknown): Promise<'taken' | Refused> => {
    logger.error(
      { err: error, consumer: name, event: event.id, name: event.name },
      'Event handler failed: event parked for retry',
    )
    return db.tx(`${step}.set-aside`, async (tx) => {
      const refused = await bookkeeping.lock(tx)
      if (refused) return refused
      void tx.query(setAside(name, event, 'RETRYING', 1, runtime.now() + backOff(0), reasonOf(error)))
      bookkeeping.advance(tx, event.position)
      return 'taken'
    })
  }

  const committed = async (work: Promise<'taken' | Refused>, to: Position): Promise<'taken' | Refused> => {
    const outcome = await work
    if (outcome === 'taken') bookkeeping.committed(to)
    return outcome
  }

  /** Consumes a run; when it fails, bisects it, so that only the event at fault is parked, and what its key brings later. */
  const consume = async (events: readonly Logged[], to: Position): Promise<'taken' | Refused> => {
    try {
      return await committed(take(events, to), to)
    } catch (error) {
      if (isTransientError(error) || events.length === 0) throw error
      if (events.length === 1) return committed(park(events[0]!, error), events[0]!.position)
      const half = events.length >> 1
      const first = events.slice(0, half)
      const outcome = await consume(first, first.at(-1)!.position)
      return outcome === 'taken' ? consume(events.slice(half), to) : outcome
    }
  }

  return { consume }
}
