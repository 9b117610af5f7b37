import type { Queryable, Statement } from '#kernel/store.ts'
import { schemaOf, type Position } from '#engines/postgres/log.ts'
import { sql } from '#engines/postgres/sql.ts'

/** How far behind is counted; more is told as "more than". */
export const COUNTED = 10_000

/** Version of the server, and whether a process runs services on this database: each keeps reading the logs. */
export const findServer = async (
  db: Queryable,
): Promise<{ readonly version: string; readonly megabytes: number; readonly running: boolean }> =>
  (
    await db.query<{ version: string; megabytes: number; running: boolean }>(sql`
      SELECT current_setting('server_version') AS version,
        pg_database_size(current_database()) / 1000000 AS megabytes,
        EXISTS (
          SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'jangteo relay') AS running`)
  )[0]!

/** Names of the migrations a schema has had; nothing where it has none yet. */
export const findMigrations = async (db: Queryable): Promise<string[]> => {
  const [row] = await db.query<{ known: boolean }>(sql`SELECT to_regclass('migration') IS NOT NULL AS known`)
  if (!row!.known) return []
  return (await db.query<{ name: string }>(sql`SELECT name FROM migration ORDER BY name`)).map((each) => each.name)
}

/** How far a consumer of a service has read a source. */
export interface Cursor extends Position {
  readonly consumer: string
  readonly source: string
}

/** How far the consumers of a service have read. */
export const findCursors = (db: Queryable): Promise<Cursor[]> =>
  db.query<Cursor>(sql`SELECT consumer, source, xid::text AS xid, id FROM cursor ORDER BY consumer, source`)

const behindStatement = ({ source, xid, id }: Cursor, names: readonly string[] | null): Statement => ({
  name: `behind_${source}`,
  text: `
    SELECT count(*) AS events, min(at) AS since
    FROM (SELECT at FROM ${schemaOf(source)}.outbox
      WHERE (xid, id) > ($1::text::xid8, $2) AND ($3::text[] IS NULL OR name = ANY ($3)) LIMIT ${COUNTED + 1}) AS later`,
  values: [xid, id, names],
})

/** Events of a source after a cursor, of these names or all, at most one more than are counted, and the time of the oldest of them. `relay` must be allowed to read the source's log. */
export const findBehind = async (
  relay: Queryable,
  cursor: Cursor,
  names: readonly string[] | null = null,
): Promise<{ readonly events: number; readonly since: number | null }> =>
  (await relay.query<{ events: number; since: number | null }>(behindStatement(cursor, names)))[0]!

/** How many events are set aside, and how many of them wait for a person. */
export const countSetAside = async (db: Queryable): Promise<{ readonly all: number; readonly dead: number }> =>
  (
    await db.query<{ all: number; dead: number }>(sql`
      SELECT count(*) AS all, count(*) FILTER (WHERE state = 'DEAD') AS dead FROM dead_letter`)
  )[0]!
