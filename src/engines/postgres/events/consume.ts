import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Consumer } from '#kernel/service.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import { backOff, reasonOf } from './back-off.ts'
import type { Logged, Position } from './log.ts'
import { findCursor, heldKeys, lockCursor, makeCursor, moveCursor, setAside, takeIn, takeRun } from './log-store.ts'
import type { LogTail } from './log-tail.ts'
import { isPassing } from '../connection/transient-errors.ts'
import { react, reactionsBySource, type Reactions } from './reactions.ts'
import { tracedRun } from './traced-run.ts'

/** Events of a source read at once. */
export const BATCH = 500
/** Unwanted events passed over before the cursor is moved past them on disk. */
const PASSED_OVER = 5_000

/** What a consumer stands on. */
export interface ConsumerTools {
  readonly service: string
  /** The consuming service's store: effect, inbox row and cursor share its transaction. */
  readonly db: Database
  /** Reads every outbox. */
  readonly log: LogTail
  readonly runtime: Runtime
  readonly logger: Logger
  /** Goes on with the traces of events. */
  readonly tracer?: Tracer
}

/** One consumer reading one source. `step` answers how many events it took, or `busy` when another process reads. */
export interface Reader {
  readonly source: string
  step(): Promise<number | 'busy'>
}

/** How a run ended: taken in, or not because another process holds the cursor or has moved it. */
type Outcome = 'taken' | 'busy' | 'moved'

const samePlace = (a: Position, b: Position): boolean => a.id === b.id && a.xid === b.xid

const readerOf = (tools: ConsumerTools, consumer: Consumer, source: string, reactions: Reactions): Reader => {
  const { db, log, runtime, logger, tracer = untraced } = tools
  const { name } = consumer
  const step = `${tools.service}.consume.${name}`
  log.want(source, reactions.keys())
  /** Where the cursor stands on disk, as far as we know. */
  let stored: Position | undefined
  /** Where we read from: past `stored` by events nobody wants. */
  let reached: Position
  let passedOver = 0

  const standAt = (position: Position): void => {
    stored = position
    reached = position
    passedOver = 0
  }

  /** The way with something set aside: events of a key that waits are set aside behind it. Answers those to react to. */
  const takeCarefully = async (tx: Tx, events: readonly Logged[], from: Position, to: Position) => {
    const locked = await lockCursor(tx, name, source)
    if (!locked) return 'busy'
    if (!samePlace(locked, from)) return locked
    const held = await heldKeys(tx, name, source, [...new Set(events.map((each) => each.key))])
    const behind = events.filter((each) => held.has(each.key))
    for (const each of behind) void tx.query(setAside(name, each, 'WAITING', 0, runtime.now(), null))
    const free = events.filter((each) => !held.has(each.key)).map((each) => each.position.id)
    const fresh = await takeIn(tx, name, source, free, runtime.now())
    void tx.query(moveCursor(name, source, to))
    return fresh
  }

  /** Takes in `events` and moves the cursor to `to`: effects, inbox and cursor in one transaction. */
  const take = async (events: readonly Logged[], to: Position): Promise<Outcome> => {
    const from = stored!
    let elsewhere: Position | undefined
    const ids = events.map((each) => each.position.id)
    const run = tracedRun(tracer, tools.service, name, events)
    const outcome = await run(systemContext(tools.service, runtime), (tell) =>
      db.tx(step, async (tx): Promise<Outcome> => {
        const fresh =
          (await takeRun(tx, name, source, from, to, ids, runtime.now())) ?? (await takeCarefully(tx, events, from, to))
        if (fresh === 'busy') return 'busy'
        if (!(fresh instanceof Set)) {
          elsewhere = fresh
          return 'moved'
        }
        const taken = events.filter((each) => fresh.has(each.position.id))
        await react(reactions, taken, tx)
        tell(taken)
        return 'taken'
      }),
    )
    if (outcome === 'taken') standAt(to)
    else if (elsewhere) standAt(elsewhere)
    return outcome
  }

  const setAsideFailing = async (event: Logged, error: unknown): Promise<Outcome> => {
    const from = stored!
    logger.error(
      { err: error, consumer: name, event: event.id, name: event.name },
      'A consumer failed: event set aside',
    )
    const outcome = await db.tx(`${step}.set-aside`, async (tx): Promise<Outcome> => {
      const locked = await lockCursor(tx, name, source)
      if (!locked) return 'busy'
      if (!samePlace(locked, from)) return 'moved'
      const now = runtime.now()
      void tx.query(setAside(name, event, 'RETRYING', 1, now + backOff(0), reasonOf(error)))
      void tx.query(moveCursor(name, source, event.position))
      return 'taken'
    })
    if (outcome === 'taken') standAt(event.position)
    else stored = undefined
    return outcome
  }

  /** Takes in a run; when it fails, halves of it, so that only the event at fault, and its key, is set aside. */
  const takeOrIsolate = async (events: readonly Logged[], to: Position): Promise<Outcome> => {
    try {
      return await take(events, to)
    } catch (error) {
      if (isPassing(error) || events.length === 0) throw error
      if (events.length === 1) return setAsideFailing(events[0]!, error)
      const half = events.length >> 1
      const first = events.slice(0, half)
      const outcome = await takeOrIsolate(first, first.at(-1)!.position)
      return outcome === 'taken' ? takeOrIsolate(events.slice(half), to) : outcome
    }
  }

  const findStart = async (): Promise<Position> => {
    const found = await findCursor(db, name, source)
    if (found) return found
    await db.query(makeCursor(name, source))
    return (await findCursor(db, name, source))!
  }

  return {
    source,
    step: async () => {
      if (!stored) standAt(await findStart())
      const events = await log.read(source, reached!, BATCH)
      const last = events.at(-1)
      if (!last) return 0
      const wanted = events.filter((each) => reactions.has(each.name))
      if (wanted.length === 0 && passedOver + events.length < PASSED_OVER) {
        reached = last.position
        passedOver += events.length
        return events.length
      }
      const outcome = await takeOrIsolate(wanted, last.position)
      if (outcome === 'busy') return 'busy'
      return events.length
    },
  }
}

/** The readers of a consumer, one for each source of its events. */
export const readersOf = (tools: ConsumerTools, consumer: Consumer): Reader[] =>
  [...reactionsBySource(consumer)].map(([source, reactions]) => readerOf(tools, consumer, source, reactions))
