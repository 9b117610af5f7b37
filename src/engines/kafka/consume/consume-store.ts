import type { Queryable, Statement } from '#kernel/store.ts'
import type { Position } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'

/**
 * Marks events of a source as taken in, for a consumer that has nothing set aside; answers the ids that were not yet.
 * Nothing when something is set aside: then it did nothing. Waits while a rebuild of the read model holds the cursor.
 * Ids must ascend: members of a group that both have the same events then wait for each other in one direction only.
 */
export const takeFree = async (
  db: Queryable,
  consumer: string,
  source: string,
  ids: readonly number[],
  now: number,
): Promise<Set<number> | undefined> => {
  const [row] = await db.query<{ free: boolean; fresh: number[] | null }>(sql`
    WITH mine AS (
      SELECT consumer, source FROM cursor
      WHERE consumer = ${consumer} AND source = ${source}
        AND NOT EXISTS (
          SELECT FROM dead_letter WHERE dead_letter.consumer = cursor.consumer AND dead_letter.source = cursor.source)
      FOR KEY SHARE OF cursor),
    taken AS (
      INSERT INTO inbox (consumer, source, id, at)
      SELECT consumer, source, given.id, ${new Date(now)} FROM mine, unnest(${ids}::bigint[]) AS given (id)
      ON CONFLICT DO NOTHING
      RETURNING id)
    SELECT EXISTS (SELECT FROM mine) AS free, (SELECT array_agg(id) FROM taken) AS fresh`)
  return row!.free ? new Set(row!.fresh ?? []) : undefined
}

/** Waits while a rebuild of the read model holds the cursor, and keeps it from beginning until we have committed. */
export const shareCursor = (consumer: string, source: string): Statement => sql`
  SELECT xid FROM cursor WHERE consumer = ${consumer} AND source = ${source} FOR KEY SHARE`

/** Notes that a consumer has taken in everything of a source up to a place; never less than was noted. */
export const raiseCursor = (consumer: string, source: string, to: Position): Statement => sql`
  UPDATE cursor SET xid = ${to.xid}::text::xid8, id = ${to.id}
  WHERE consumer = ${consumer} AND source = ${source} AND (xid, id) < (${to.xid}::text::xid8, ${to.id}::bigint)`

/** A message that is no event of this shop, with topic, partition and offset. */
export interface ForeignMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly name: string
  readonly key: string
  readonly sample: string
  readonly at: number
  readonly cause: string
}

/**
 * Stores undecodable messages as dead letters, for an operator to see. They block nothing: each has a key of its own. The
 * source is topic and partition, the id is the offset.
 */
export const parkForeignMessages = (
  consumer: string,
  messages: readonly ForeignMessage[],
  now: number,
): Statement => sql`
  INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
  SELECT ${consumer}::text, source, id, '0', name, 0, key, jsonb_build_object('sample', sample), at, 'DEAD', 1,
         ${new Date(now)}::timestamptz, error
  FROM unnest(
    ${messages.map((each) => `${each.topic}/${each.partition}`)}::text[],
    ${messages.map((each) => Number(each.offset))}::bigint[],
    ${messages.map((each) => each.name)}::text[],
    ${messages.map((each) => each.key)}::text[],
    ${messages.map((each) => each.sample)}::text[],
    ${messages.map((each) => new Date(each.at))}::timestamptz[],
    ${messages.map((each) => `Undecodable Kafka message: ${each.cause}`)}::text[]) AS given (source, id, name, key, sample, at, error)
  ON CONFLICT DO NOTHING`
