import type { Consumer } from '#kernel/service.ts'
import { consumePipeline, type PipelineTools } from '#engines/postgres/events/consume-pipeline.ts'
import type { Logged, Position } from '#engines/postgres/events/log.ts'
import { findCursor, makeCursor } from '#engines/postgres/events/log-store.ts'
import { reactionsBySource } from '#engines/postgres/events/reactions.ts'
import type { Kafka } from '../connect.ts'
import { receive } from '../message.ts'
import { setStrangersAside, shareCursor, takeFree, type Stranger } from './consume-store.ts'
import { memberOf, type Member, type Placed } from './group.ts'

/** Messages taken in at once: a commit on a busy disk takes its time, whatever it carries. */
export const KAFKA_BATCH = 2_000

/** What a consumer of Kafka's topics needs. */
export interface KafkaConsumerTools extends PipelineTools {
  readonly kafka: Kafka
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
  const { service, db, kafka, runtime, logger } = tools
  const { name } = consumer
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

  /** The group's offsets say how far it has come; the cursor is only shared, so that no rebuild begins meanwhile. */
  const pipelineOf = (source: string) =>
    consumePipeline(tools, consumer, source, {
      reactions: bySource.get(source)!,
      bookkeeping: {
        takeRun: (tx, ids) => takeFree(tx, name, source, ids, runtime.now()),
        lock: async (tx) => void (await tx.query(shareCursor(name, source))),
        advance: () => {},
        committed: () => {},
      },
    })
  const pipelines = new Map(sources.map((source) => [source, pipelineOf(source)]))

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
    for (const [source, some] of events) await pipelines.get(source)!.consume(some, some.at(-1)!.position)
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

const add = (events: Map<string, Logged[]>, source: string, event: Logged): void => {
  const some = events.get(source)
  if (some) some.push(event)
  else events.set(source, [event])
}
