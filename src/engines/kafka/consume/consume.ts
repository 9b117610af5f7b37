import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Consumer } from '#kernel/service.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import { backOff, reasonOf } from '#engines/postgres/events/back-off.ts'
import type { Logged, Position } from '#engines/postgres/events/log.ts'
import { findCursor, heldKeys, makeCursor, setAside, takeIn } from '#engines/postgres/events/log-store.ts'
import { isPassing } from '#engines/postgres/connection/transient-errors.ts'
import { react, reactionsBySource, type Reactions } from '#engines/postgres/events/reactions.ts'
import { tracedRun } from '#engines/postgres/events/traced-run.ts'
import type { Kafka } from '../connect.ts'
import { setStrangersAside, shareCursor, type Stranger, takeFree } from './consume-store.ts'
import { memberOf, type Member, type Placed } from './group.ts'
import { receive } from '../message.ts'

/** Messages taken in at once: a commit on a busy disk takes its time, whatever it carries. */
export const KAFKA_BATCH = 2_000

export interface KafkaConsumerTools {
  readonly service: string
  /** The consuming service's store: effect and inbox row share its transaction. */
  readonly db: Database
  readonly kafka: Kafka
  readonly runtime: Runtime
  readonly logger: Logger
  /** Goes on with the traces of events. */
  readonly tracer?: Tracer
}

/** A consumer that reads the topics of its sources as a member of its group. */
export interface KafkaReader {
  readonly consumer: string
  readonly sources: readonly string[]
  /** Takes in what has come; answers how many messages. Waits a second for some. */
  step(): Promise<number>
  readonly member: Member
  close(): Promise<void>
}

const isPast = (place: Position, cursor: Position): boolean => {
  const xid = BigInt(place.xid) - BigInt(cursor.xid)
  return xid === 0n ? place.id <= cursor.id : xid < 0n
}

/**
 * Takes in events as the readers of PostgreSQL's log do: effect and inbox row in one transaction, what fails set aside
 * with the later ones of its key. How far it has come is noted at Kafka after the effect (decision 0079).
 */
export const kafkaReaderOf = (tools: KafkaConsumerTools, consumer: Consumer): KafkaReader => {
  const { service, db, kafka, runtime, logger, tracer = untraced } = tools
  const { name } = consumer
  const step = `${service}.consume.${name}`
  const bySource = reactionsBySource(consumer)
  const sources = [...bySource.keys()]
  const sourceOfTopic = new Map(sources.map((source) => [kafka.topicOf(source), source]))
  const member = memberOf(kafka, {
    group: kafka.groupOf(service, name),
    topics: [...sourceOfTopic.keys()],
    runtime,
    logger,
  })
  /** Up to here everything of a source was taken in before we began, whether or not the inbox still knows. */
  let known: ReadonlyMap<string, Position> | undefined

  /** What was taken in last is being noted at Kafka. */
  let noting: Promise<void> = Promise.resolve()

  const findKnown = async (): Promise<ReadonlyMap<string, Position>> => {
    const found = new Map<string, Position>()
    for (const source of sources) {
      await db.query(makeCursor(name, source))
      found.set(source, (await findCursor(db, name, source))!)
    }
    return found
  }

  /** The way with something set aside: events of a key that waits are set aside behind it. Answers the ids to react to. */
  const takeCarefully = async (tx: Tx, source: string, events: readonly Logged[]): Promise<Set<number>> => {
    await tx.query(shareCursor(name, source))
    const held = await heldKeys(tx, name, source, [...new Set(events.map((each) => each.key))])
    for (const each of events)
      if (held.has(each.key)) void tx.query(setAside(name, each, 'WAITING', 0, runtime.now(), null))
    return takeIn(tx, name, source, ascending(events.filter((each) => !held.has(each.key))), runtime.now())
  }

  const take = (source: string, reactions: Reactions, events: readonly Logged[]): Promise<void> =>
    tracedRun(
      tracer,
      service,
      name,
      events,
    )(systemContext(service, runtime), (tell) =>
      db.tx(step, async (tx) => {
        const fresh =
          (await takeFree(tx, name, source, ascending(events), runtime.now())) ??
          (await takeCarefully(tx, source, events))
        const taken = firstOnly(events, fresh)
        await react(reactions, taken, tx)
        tell(taken)
      }),
    )

  const setAsideFailing = async (event: Logged, error: unknown): Promise<void> => {
    logger.error(
      { err: error, consumer: name, event: event.id, name: event.name },
      'A consumer failed: event set aside',
    )
    const now = runtime.now()
    await db.query(setAside(name, event, 'RETRYING', 1, now + backOff(0), reasonOf(error)))
  }

  /** Takes in a run; when it fails, halves of it, so that only the event at fault, and its key, is set aside. */
  const takeOrIsolate = async (source: string, reactions: Reactions, events: readonly Logged[]): Promise<void> => {
    if (events.length === 0) return
    try {
      await take(source, reactions, events)
    } catch (error) {
      if (isPassing(error)) throw error
      if (events.length === 1) return setAsideFailing(events[0]!, error)
      const half = events.length >> 1
      await takeOrIsolate(source, reactions, events.slice(0, half))
      await takeOrIsolate(source, reactions, events.slice(half))
    }
  }

  const setAsideStrangers = async (strangers: readonly Stranger[]): Promise<void> => {
    if (strangers.length === 0) return
    for (const { topic, partition, offset, cause } of strangers)
      logger.error({ consumer: name, topic, partition, offset: String(offset), cause }, 'A message that is not ours')
    await db.query(setStrangersAside(name, strangers, runtime.now()))
  }

  const takeAll = async (messages: readonly Placed[]): Promise<void> => {
    const past = (known ??= await findKnown())
    const strangers: Stranger[] = []
    const events = new Map<string, Logged[]>()
    for (const { topic, partition, offset, record } of messages) {
      const source = sourceOfTopic.get(topic)!
      const received = receive(source, bySource.get(source)!, record)
      if (received === 'unwanted') continue
      if ('notOurs' in received) strangers.push({ topic, partition, offset, ...received.notOurs })
      else if (!isPast(received.event.position, past.get(source)!)) add(events, source, received.event)
    }
    await setAsideStrangers(strangers)
    for (const [source, some] of events) await takeOrIsolate(source, bySource.get(source)!, some)
  }

  return {
    consumer: name,
    sources,
    member,
    step: async () => {
      const messages = await member.take(KAFKA_BATCH)
      try {
        if (messages.length > 0) await takeAll(messages)
        await noting
        // Noted while the next are taken in; after the effect, which is what matters.
        noting = member.done(messages)
        noting.catch(() => {})
      } catch (error) {
        noting = Promise.resolve()
        member.again()
        known = undefined
        throw error
      }
      return messages.length
    },
    close: async () => {
      await noting.catch(() => {})
      await member.close()
    },
  }
}

/** Ids in the order in which every member asks for them. */
const ascending = (events: readonly Logged[]): number[] => events.map((each) => each.position.id).sort((a, b) => a - b)

/** Of events that are new, each once: the same may lie in a topic twice, also next to itself. */
const firstOnly = (events: readonly Logged[], fresh: Set<number>): readonly Logged[] =>
  events.filter((each) => fresh.delete(each.position.id))

const add = (events: Map<string, Logged[]>, source: string, event: Logged): void => {
  const some = events.get(source)
  if (some) some.push(event)
  else events.set(source, [event])
}
