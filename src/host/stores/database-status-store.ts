import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

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
