import type { Queryable, Statement } from '#kernel/store.ts'
import { schemaOf, type Position } from './log.ts'
import { sql } from '../sql.ts'

/** How far behind is counted; more is told as "more than". */
export const COUNTED = 10_000

/** How far a consumer of a service has read a source. */
export interface Cursor extends Position {
  readonly consumer: string
  readonly source: string
}

/** How far the consumers of a service have read. */
export const findCursors = (db: Queryable): Promise<Cursor[]> =>
  db.query<Cursor>(sql`SELECT consumer, source, xid::text AS xid, id FROM cursor ORDER BY consumer, source`)

/** A place in the log of a source. */
type Place = Omit<Cursor, 'consumer'>

const behindStatement = ({ source, xid, id }: Place, names: readonly string[] | null): Statement => ({
  name: `behind_${source}`,
  text: `
    SELECT count(*) AS events, min(at) AS since
    FROM (SELECT at FROM ${schemaOf(source)}.outbox
      WHERE (xid, id) > ($1::text::xid8, $2) AND ($3::text[] IS NULL OR name = ANY ($3)) LIMIT ${COUNTED + 1}) AS later`,
  values: [xid, id, names],
})

/**
 * Events of a source after a place, of these names or all, at most one more than are counted, and the time of the oldest of
 * them. `db` must be allowed to read the source's log.
 */
export const findBehind = async (
  db: Queryable,
  after: Place,
  names: readonly string[] | null = null,
): Promise<{ readonly events: number; readonly since: number | null }> =>
  (await db.query<{ events: number; since: number | null }>(behindStatement(after, names)))[0]!

/** Events set aside by a service's consumers: how many retry, wait behind another, or need a person. */
export const findSetAside = (db: Queryable): Promise<{ consumer: string; state: string; count: number }[]> =>
  db.query(sql`SELECT consumer, state, count(*) AS count FROM dead_letter GROUP BY consumer, state`)

/** How many events are set aside, and how many of them wait for a person. */
export const countSetAside = async (db: Queryable): Promise<{ readonly all: number; readonly dead: number }> =>
  (
    await db.query<{ all: number; dead: number }>(sql`
      SELECT count(*) AS all, count(*) FILTER (WHERE state = 'DEAD') AS dead FROM dead_letter`)
  )[0]!
