import type { Database, Queryable } from '#kernel/store.ts'
import type { Position } from '#engines/postgres/events/log.ts'
import { isNotThereYet } from '#engines/postgres/connection/transient-errors.ts'
import type { Kafka } from '../connect.ts'
import { raiseCursor } from './consume-store.ts'
import type { KafkaReader } from './consume.ts'
import { findPublished } from '../relay/relay-store.ts'

/** Checkpoints a Kafka group's committed offsets as the consumer's cursor in PostgreSQL. */
export interface OffsetCheckpoint {
  /** Answers 1 when a checkpoint is due soon, else 0. */
  step(): Promise<number>
  /** Consumer lag in messages, as last seen; undefined when another member does the checkpoints. */
  lag(): number | undefined
}

/**
 * Periodically reads up to where the source's log is published, and the end offsets of its topic after that; once the
 * group's committed offsets are past all of them, everything up to there is consumed, and the cursor moves there. Audit,
 * status and lag read the cursor, and a consumer that reads PostgreSQL's log again continues there (decision 0080).
 */
export const offsetCheckpointOf = (
  reader: KafkaReader,
  source: string,
  given: { readonly db: Database; readonly log: Queryable; readonly kafka: Kafka },
): OffsetCheckpoint => {
  const { db, log, kafka } = given
  const topic = kafka.topicOf(source)
  let aim: { readonly to: Position; readonly ends: readonly bigint[] } | undefined
  let noted: string | undefined
  let lag: number | undefined

  const published = async (): Promise<Position | undefined> => {
    try {
      return await findPublished(log, source, topic)
    } catch (error) {
      if (isNotThereYet(error)) return undefined
      throw error
    }
  }

  return {
    lag: () => lag,
    step: async () => {
      if (!reader.member.ownsCheckpoint(topic)) {
        aim = undefined
        lag = undefined
        return 0
      }
      // In this order: what is published by now lies before the ends we see next.
      const to = aim ? undefined : await published()
      // All that is published was taken in when we looked last: there is nothing to ask the brokers.
      if (to && `${to.xid}:${to.id}` === noted && lag === 0) return 0
      const progress = await reader.member.progress(topic)
      if (progress.length === 0) return 0
      lag = progress.reduce((sum, { end, come }) => sum + Number(end - come), 0)
      if (to && `${to.xid}:${to.id}` !== noted) aim = { to, ends: progress.map(({ end }) => end) }
      if (!aim) return 0
      const { ends } = aim
      if (!progress.every(({ come }, i) => come >= (ends[i] ?? 0n))) return 1
      await db.tx(`${reader.consumer}.note`, (tx) => tx.query(raiseCursor(reader.consumer, source, aim!.to)))
      noted = `${aim.to.xid}:${aim.to.id}`
      aim = undefined
      return 0
    },
  }
}
