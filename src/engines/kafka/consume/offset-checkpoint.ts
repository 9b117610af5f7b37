import type { Database, Queryable } from '#kernel/store.ts'
import type { Position } from '#engines/postgres/events/log.ts'
import { isNotThereYet } from '#engines/postgres/connection/transient-errors.ts'
import type { Kafka } from '../connect.ts'
import { raiseCursor } from './consume-store.ts'
import type { KafkaReader } from './consume.ts'
import { findPublished } from '../relay/relay-store.ts'

/** Keeps a consumer's cursor in PostgreSQL behind what its group has taken in from Kafka. */
export interface Books {
  /** Answers 1 when there is more to note soon, else 0. */
  step(): Promise<number>
  /** Messages of a source the group has yet to take in, as last seen; nothing when another member looks. */
  lag(): number | undefined
}

/**
 * From time to time looks how far the source's log is published and where its topic then ends; once the group has come
 * past all those ends, everything up to there is taken in, and the cursor says so. The audit, the status and the lag go
 * by the cursor, and whoever reads the log from PostgreSQL again goes on there (decision 0080).
 */
export const booksOf = (
  reader: KafkaReader,
  source: string,
  given: { readonly db: Database; readonly log: Queryable; readonly kafka: Kafka },
): Books => {
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
      if (!reader.member.keepsBooks(topic)) {
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
