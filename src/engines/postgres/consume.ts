import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import type { EventType } from '#kernel/contract.ts'
import { sourceOf } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Consumer, Delivered, Reaction } from '#kernel/service.ts'
import type { Database, Queryable, Tx } from '#kernel/store.ts'
import { readLog, type Logged, type Position } from './log.ts'
import {
  claimSetAside,
  failSetAside,
  findCursor,
  heldKeys,
  lockCursor,
  makeCursor,
  moveCursor,
  setAside,
  settleSetAside,
  takeIn,
} from './log-store.ts'
import { isPassing } from './passing.ts'

/** Tries of a failing event before a person must look; waits 0.2 s, doubling to a minute. */
export const MAX_ATTEMPTS = 10
export const backOff = (attempts: number): number => Math.min(60_000, 200 * 2 ** attempts)

const BATCH = 500

/** What a consumer stands on. */
export interface ConsumerTools {
  readonly service: string
  /** The consuming service's store: effect, inbox row and cursor share its transaction. */
  readonly db: Database
  /** May read every outbox and nothing else. */
  readonly log: Queryable
  readonly runtime: Runtime
  readonly logger: Logger
}

/** One consumer reading one source. `step` answers how many events it took, or `busy` when another process reads. */
export interface Reader {
  readonly source: string
  step(): Promise<number | 'busy'>
}

const reactionsOf = (consumer: Consumer): Map<string, Reaction> =>
  new Map(consumer.reactions.map((each) => [each.event.name, each]))

/** Applies the reactions to events in order, a run of one type at a time. Payloads are parsed by the consumer's own schema: unknown members are dropped. */
const react = async (reactions: ReadonlyMap<string, Reaction>, events: readonly Logged[], tx: Tx): Promise<void> => {
  let from = 0
  while (from < events.length) {
    const reaction = reactions.get(events[from]!.name)!
    let to = from + 1
    while (to < events.length && events[to]!.name === reaction.event.name) to++
    const run = events
      .slice(from, to)
      .map((each): Delivered<unknown> => ({ ...each, payload: reaction.event.payload.parse(each.payload) }))
    await reaction.react(run, tx)
    from = to
  }
}

/** Sources a consumer reads, each with the events it wants from it. */
const sourcesOf = (consumer: Consumer): Map<string, Map<string, EventType>> => {
  const sources = new Map<string, Map<string, EventType>>()
  for (const { event } of consumer.reactions) {
    const source = sourceOf(event.name)
    const events = sources.get(source) ?? new Map<string, EventType>()
    sources.set(source, events.set(event.name, event))
  }
  return sources
}

const readerOf = (tools: ConsumerTools, consumer: Consumer, source: string, wanted: Map<string, EventType>): Reader => {
  const { db, log, runtime, logger } = tools
  const reactions = reactionsOf(consumer)
  const step = `${tools.service}.consume.${consumer.name}`
  let position: Position | undefined

  /** Takes in `events` and moves the cursor past the last, in one transaction; false when the cursor is not where we thought. */
  const apply = (events: readonly Logged[], expected: Position): Promise<boolean | 'busy'> =>
    db.tx(step, async (tx) => {
      const locked = await lockCursor(tx, consumer.name, source)
      if (!locked) return 'busy'
      if (locked.xid !== expected.xid || locked.id !== expected.id) {
        position = locked
        return false
      }
      const mine = events.filter((each) => each.wanted)
      if (mine.length > 0) {
        const held = await heldKeys(tx, consumer.name, source, [...new Set(mine.map((each) => each.key))])
        const behind = mine.filter((each) => held.has(each.key))
        for (const each of behind) await tx.query(setAside(consumer.name, each, 'WAITING', 0, runtime.now(), null))
        const free = mine.filter((each) => !held.has(each.key))
        const fresh = await takeIn(
          tx,
          consumer.name,
          source,
          free.map((each) => each.position.id),
          runtime.now(),
        )
        await react(
          reactions,
          free.filter((each) => fresh.has(each.position.id)),
          tx,
        )
      }
      await tx.query(moveCursor(consumer.name, source, events.at(-1)!.position))
      return true
    })

  const advance = async (events: readonly Logged[], from: Position): Promise<boolean | 'busy'> => {
    const moved = await withContext(systemContext(tools.service, runtime), () => apply(events, from))
    if (moved === true) position = events.at(-1)!.position
    return moved
  }

  /** A batch failed: takes events one by one, so that only the one at fault, and its key, is set aside. */
  const isolate = async (events: readonly Logged[]): Promise<void> => {
    for (const each of events) {
      const from = position!
      try {
        if ((await advance([each], from)) !== true) return
      } catch (error) {
        if (isPassing(error)) throw error
        logger.error(
          { err: error, consumer: consumer.name, event: each.id, name: each.name },
          'A consumer failed; the event is set aside',
        )
        const next = runtime.now() + backOff(0)
        const moved = await db.tx(`${step}.set-aside`, async (tx) => {
          const locked = await lockCursor(tx, consumer.name, source)
          if (!locked || locked.xid !== from.xid || locked.id !== from.id) return false
          await tx.query(setAside(consumer.name, each, 'RETRYING', 1, next, String(error)))
          await tx.query(moveCursor(consumer.name, source, each.position))
          return true
        })
        if (!moved) return
        position = each.position
      }
    }
  }

  return {
    source,
    step: async () => {
      if (!position) {
        await db.query(makeCursor(consumer.name, source))
        position = (await findCursor(db, consumer.name, source))!
      }
      const from = position
      const events = await readLog(log, source, from, wanted, BATCH)
      if (events.length === 0) return 0
      try {
        const moved = await advance(events, from)
        return moved === 'busy' ? 'busy' : events.length
      } catch (error) {
        if (isPassing(error)) throw error
        await isolate(events)
        return events.length
      }
    },
  }
}

/** The readers of a consumer, one for each source of its events. */
export const readersOf = (tools: ConsumerTools, consumer: Consumer): Reader[] =>
  [...sourcesOf(consumer)].map(([source, wanted]) => readerOf(tools, consumer, source, wanted))

/** Tries one due event that was set aside. Answers how many it tried: 0 or 1. */
export const retrySetAside = async (tools: ConsumerTools, consumer: Consumer): Promise<number> => {
  const { db, runtime, logger } = tools
  const reactions = reactionsOf(consumer)
  const now = runtime.now()
  let tried: Awaited<ReturnType<typeof claimSetAside>>
  try {
    await withContext(systemContext(tools.service, runtime), () =>
      db.tx(`${tools.service}.retry.${consumer.name}`, async (tx) => {
        tried = await claimSetAside(tx, consumer.name, now)
        if (!tried) return
        const fresh = await takeIn(tx, consumer.name, tried.source, [tried.position.id], now)
        if (fresh.size > 0) await react(reactions, [tried], tx)
        await tx.query(settleSetAside(tried, now))
      }),
    )
  } catch (error) {
    if (!tried || isPassing(error)) throw error
    const dead = tried.attempts + 1 >= MAX_ATTEMPTS
    if (dead)
      logger.error({ err: error, consumer: consumer.name, event: tried.id }, 'An event is dead: it needs a person')
    await db.query(failSetAside(tried, dead, now + backOff(tried.attempts), String(error)))
  }
  return tried ? 1 : 0
}
