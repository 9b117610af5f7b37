import type { Queryable, Statement } from '#kernel/store.ts'
import { schemaOf, type Position } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Stored } from '../message.ts'

/** Not prepared: a plan made while the log was almost empty would sort all of a full one at each read. */
const readStatement = (source: string, after: Position, limit: number): Statement => ({
  text: `
    SELECT xid::text AS xid, id, name, version, key, payload::text AS payload, at, traceparent
    FROM ${schemaOf(source)}.outbox AS log
    WHERE (xid, id) > ($1::text::xid8, $2) AND xid < ${schemaOf(source)}.log_horizon()
    ORDER BY log.xid, log.id
    LIMIT $3`,
  values: [after.xid, after.id, limit],
})

/** Reads the outbox of `source` after a place, oldest first, below the horizon (decision 0040). */
export const readOutbox = (db: Queryable, source: string, after: Position, limit: number): Promise<Stored[]> =>
  db.query<Stored>(readStatement(source, after, limit))

/**
 * Takes or keeps the right to publish a service's log to a topic, for so many seconds by the database's clock. Answers
 * how far it has been published: from the beginning, where the topic is another than we knew; nothing when another
 * process has the right.
 */
export const claimTopic = async (
  db: Queryable,
  topic: string,
  topicId: string,
  holder: string,
  seconds: number,
): Promise<Position | undefined> =>
  (
    await db.query<Position>(sql`
      INSERT INTO published AS mine (topic, topic_id, holder, held_until)
      VALUES (${topic}, ${topicId}, ${holder}, clock_timestamp() + make_interval(secs => ${seconds}))
      ON CONFLICT (topic) DO UPDATE SET
        topic_id = excluded.topic_id,
        xid = CASE WHEN mine.topic_id = excluded.topic_id THEN mine.xid ELSE '0' END,
        id = CASE WHEN mine.topic_id = excluded.topic_id THEN mine.id ELSE 0 END,
        holder = excluded.holder, held_until = excluded.held_until
      WHERE mine.holder IS NULL OR mine.holder = excluded.holder OR mine.held_until < clock_timestamp()
      RETURNING xid::text AS xid, id`)
  )[0]

/** Notes that everything up to `to` is published. False when we are not where we thought, or another has the right. */
export const movePublished = async (
  db: Queryable,
  topic: string,
  holder: string,
  from: Position,
  to: Position,
): Promise<boolean> =>
  (
    await db.query(sql`
      UPDATE published SET xid = ${to.xid}::text::xid8, id = ${to.id}
      WHERE topic = ${topic} AND holder = ${holder} AND xid = ${from.xid}::text::xid8 AND id = ${from.id}
      RETURNING topic`)
  ).length > 0

/** Gives the right to publish back, for another process to take at once. */
export const releaseTopic = (topic: string, holder: string): Statement => sql`
  UPDATE published SET holder = NULL WHERE topic = ${topic} AND holder = ${holder}`

/** Whether events of this service were set aside by its own relay. */
export const relayHasAside = async (db: Queryable, relay: string): Promise<boolean> =>
  (
    await db.query<{ found: boolean }>(sql`SELECT EXISTS (SELECT FROM dead_letter WHERE consumer = ${relay}) AS found`)
  )[0]!.found

const publishedStatement = (source: string, topic: string): Statement => ({
  name: `published_${source}`,
  text: `SELECT xid::text AS xid, id FROM ${schemaOf(source)}.published WHERE topic = $1`,
  values: [topic],
})

/** How far the log of `source` is published to a topic; nothing before anything is. `db` must be allowed to read it. */
export const findPublished = async (db: Queryable, source: string, topic: string): Promise<Position | undefined> =>
  (await db.query<Position>(publishedStatement(source, topic)))[0]
