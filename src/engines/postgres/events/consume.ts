import type { Consumer } from '#kernel/service.ts'
import { consumePipeline, type Bookkeeping, type PipelineTools } from './consume-pipeline.ts'
import type { Position } from './log.ts'
import { findCursor, lockCursor, makeCursor, moveCursor, takeRun } from './log-store.ts'
import type { LogTail } from './log-tail.ts'
import { reactionsBySource, type Reactions } from './reactions.ts'

/** Events of a source read at once. */
export const BATCH = 500
/** Unwanted events skipped in memory before the cursor is moved past them on disk. */
const MAX_SKIPPED = 5_000

/** What a consumer of PostgreSQL's logs needs. */
export interface ConsumerTools extends PipelineTools {
  /** Reads every outbox. */
  readonly log: LogTail
}

/** One consumer reading one source. `step` answers how many events it took, or `busy` when another process reads. */
export interface Reader {
  readonly source: string
  step(): Promise<number | 'busy'>
}

const samePlace = (a: Position, b: Position): boolean => a.id === b.id && a.xid === b.xid

const readerOf = (tools: ConsumerTools, consumer: Consumer, source: string, reactions: Reactions): Reader => {
  const { db, log, runtime } = tools
  const { name } = consumer
  log.want(source, reactions.keys())
  /** Where the cursor is on disk, as far as this process knows. */
  let stored: Position | undefined
  /** Where the next read begins: past `stored` by events nobody wants. */
  let reached: Position
  let skipped = 0

  const standAt = (position: Position): void => {
    stored = position
    reached = position
    skipped = 0
  }

  const bookkeeping: Bookkeeping = {
    takeRun: (tx, ids, to) => takeRun(tx, name, source, stored!, to, ids, runtime.now()),
    lock: async (tx) => {
      const locked = await lockCursor(tx, name, source)
      if (!locked) return 'busy'
      return samePlace(locked, stored!) ? undefined : 'moved'
    },
    advance: (tx, to) => void tx.query(moveCursor(name, source, to)),
    committed: standAt,
  }
  const pipeline = consumePipeline(tools, consumer, source, { reactions, bookkeeping })

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
      if (wanted.length === 0 && skipped + events.length < MAX_SKIPPED) {
        reached = last.position
        skipped += events.length
        return events.length
      }
      const outcome = await pipeline.consume(wanted, last.position)
      if (outcome === 'busy') return 'busy'
      if (outcome === 'moved') stored = undefined
      return events.length
    },
  }
}

/** The readers of a consumer, one for each source of its events. */
export const readersOf = (tools: ConsumerTools, consumer: Consumer): Reader[] =>
  [...reactionsBySource(consumer)].map(([source, reactions]) => readerOf(tools, consumer, source, reactions))
