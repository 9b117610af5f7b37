import type { Queryable } from '#kernel/store.ts'
import { sql } from './sql.ts'

/** The time at a database's server, epoch milliseconds. */
export const databaseNow = async (db: Queryable): Promise<number> => {
  const [row] = await db.query<{ now: number }>(sql`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`)
  return row!.now
}
