import { sql } from '#engines/postgres/sql.ts'
import { schemaOf } from '#engines/postgres/log.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

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

const behindStatement = (
  source: string,
  { xid, id }: Pick<Cursor, 'xid' | 'id'>,
  names: readonly string[] | null,
): Statement => ({
  name: `lag_${source}`,
  text: `
    SELECT count(*) AS count FROM (
      SELECT FROM ${schemaOf(source)}.outbox
      WHERE (xid, id) > ($1::text::xid8, $2::bigint) AND ($3::text[] IS NULL OR name = ANY ($3))
      LIMIT ${BEHIND_AT_MOST}) AS later`,
  values: [xid, id, names],
})

/** How many events, of these names or all, `source` has stored after a place in its log. `db` must be allowed to read it. */
export const behind = async (
  db: Queryable,
  source: string,
  after: Pick<Cursor, 'xid' | 'id'>,
  names: readonly string[] | null = null,
): Promise<number> => (await db.query<{ count: number }>(behindStatement(source, after, names)))[0]!.count

/** Events set aside by a service's consumers: how many retry, wait behind another, or need a person. */
export const setAsideOf = (db: Queryable): Promise<{ consumer: string; state: string; count: number }[]> =>
  db.query(sql`SELECT consumer, state, count(*) AS count FROM dead_letter GROUP BY consumer, state`)
