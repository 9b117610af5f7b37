import { sql } from '#engines/postgres/sql.ts'
import type { Queryable } from '#kernel/store.ts'
import { eventually } from './eventually.ts'

/** How many connections of a database wait for a lock. */
export const waiting = async (db: Queryable): Promise<number> =>
  (
    await db.query(sql`
      SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE datname = current_database() AND NOT granted`)
  ).length

/** Resolves once so many connections of a service wait for a lock: what a race needs, without hoping for the right moment. */
export const blocked = (db: Queryable, count: number): Promise<void> =>
  eventually(async () => (await waiting(db)) >= count, `${count} connections wait for a lock`)
