import { sql } from '#engines/postgres/sql.ts'
import type { Queryable } from '#kernel/store.ts'

/** How far a consumer has read a source. */
export interface Cursor {
  readonly consumer: string
  readonly source: string
  readonly xid: string
  readonly id: number
}

/** The cursors of a service's consumers. */
export const cursorsOf = (db: Queryable): Promise<Cursor[]> =>
  db.query<Cursor>(sql`SELECT consumer, source, xid::text AS xid, id FROM cursor`)

/** Events behind a cursor are counted up to here. */
export const BEHIND_AT_MOST = 10_000

/** How many events a service has stored after a place in its log. */
export const behind = async (db: Queryable, { xid, id }: Pick<Cursor, 'xid' | 'id'>): Promise<number> => {
  const [row] = await db.query<{ count: number }>(sql`
    SELECT count(*) AS count FROM (
      SELECT FROM outbox WHERE (xid, id) > (${xid}::text::xid8, ${id}::bigint) LIMIT ${BEHIND_AT_MOST}) AS later`)
  return row!.count
}

/** Events set aside by a service's consumers: how many retry, wait behind another, or need a person. */
export const setAsideOf = (db: Queryable): Promise<{ consumer: string; state: string; count: number }[]> =>
  db.query(sql`SELECT consumer, state, count(*) AS count FROM dead_letter GROUP BY consumer, state`)
