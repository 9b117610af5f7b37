import type { Consumer } from '#kernel/service.ts'
import { consumePipeline, type PipelineTools } from '#engines/postgres/events/consume-pipeline.ts'
import type { Logged, Position } from '#engines/postgres/events/log.ts'
import { findCursor, makeCursor } from '#engines/postgres/events/log-store.ts'
import { reactionsBySource } from '#engines/postgres/events/reactions.ts'
import type { Kafka } from '../connect.ts'
import { receive } from '../message.ts'
import { parkForeignMessages, shareCursor, takeFree, type ForeignMessage } from './consume-store.ts'
import { memberOf, type Member, type Placed } from './group.ts'

/** Messages consumed in one transaction at most: a commit on a busy disk costs the same, whatever its size. */
export const KAFKA_BATCH = 2_000

/** What a consumer of Kafka's topics needs. */
export interface KafkaConsumerTools extends PipelineTools {
  readonly kafka: Kafka
}

/** A consumer that reads the topics of its sources as a member of its group. */
export interface KafkaReader {
  readonly consumer: string
  readonly sources: readonly string[]
  /** Consumes what was fetched; answers how many messages. Waits a second for some. */
  step(): Promise<number>
  readonly member: Member
  close(): Promise<void>
}

const isPast = (place: Position, cursor: Position): boolean => {
  const xid = BigInt(place.xid) - BigInt(cursor.xid)
  return xid === 0n ? place.id <= cursor.id : xid < 0n
}

/**
 * Consumes events by the same pipeline as the readers of PostgreSQL's log: effect and inbox row in one transaction, what
 * fails parked with the later ones of its key. Offsets are committed to Kafka after the effect (decision 0079).
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
  /** Cursors at the start: everything up to there was consumed before, even where the inbox was pruned since. */
  let startCursors: ReadonlyMap<string, Position> | undefined

  /** Commit of the last run's offsets. */
  let committing: Promise<void> = Promise.resolve()

  const findCursors = async (): Promise<ReadonlyMap<string, Position>> => {
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

  const parkForeign = async (foreign: readonly ForeignMessage[]): Promise<void> => {
    if (foreign.length === 0) return
    for (const { topic, partition, offset, cause } of foreign)
      logger.error(
        { consumer: name, topic, partition, offset: String(offset), cause },
        'Skipped undecodable Kafka message',
      )
    await db.query(parkForeignMessages(name, foreign, runtime.now()))
  }

  const takeAll = async (messages: readonly Placed[]): Promise<void> => {
    const past = (startCursors ??= await findCursors())
    const foreign: ForeignMessage[] = []
    const events = new Map<string, Logged[]>()
    for (const { topic, partition, offset, record } of messages) {
      const source = sourceOfTopic.get(topic)!
      const received = receive(source, bySource.get(source)!, record)
      if (received === 'unwanted') continue
      if ('foreign' in received) foreign.push({ topic, partition, offset, ...received.foreign })
      else if (!isPast(received.event.position, past.get(source)!)) add(events, source, received.event)
    }
    await parkForeign(foreign)
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
        await committing
        // Committed while the next run is consumed: after the effect, which is what matters.
        committing = member.done(messages)
        committing.catch(() => {})
      } catch (error) {
        committing = Promise.resolve()
        member.again()
        startCursors = undefined
        throw error
      }
      return messages.length
    },
    close: async () => {
      await committing.catch(() => {})
      await member.close()
    },
  }
}

const add = (events: Map<string, Logged[]>, source: string, event: Logged): void => {
  const some = events.get(source)
  if (some) some.push(event)
  else events.set(source, [event])
}
