import type { Queryable } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'

/** Services whose schemas have been made on a server. */
export const existingSchemas = async (db: Queryable): Promise<Set<string>> => {
  const rows = await db.query<{ service: string }>(sql`
    SELECT substr(nspname, 4) AS service FROM pg_namespace
    WHERE nspname LIKE 'jt\_%' AND to_regclass(quote_ident(nspname) || '.outbox') IS NOT NULL`)
  return new Set(rows.map((row) => row.service))
}

/** Whether a process of the shop is connected to a server. */
export const isShopConnected = async (db: Queryable): Promise<boolean> => {
  const [row] = await db.query<{ connected: boolean }>(sql`
    SELECT EXISTS (
      SELECT FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND application_name LIKE 'jangteo%' AND application_name <> 'jangteo audit') AS connected`)
  return row!.connected
}

/** When the service last told the world anything, in epoch milliseconds; 0 where it never did. */
export const lastWordOf = async (db: Queryable, service: string): Promise<number> => {
  const [row] = await db.query<{ at: number | null }>({
    name: `audit_last_word_${service}`,
    text: `SELECT at FROM ${schemaOf(service)}.outbox ORDER BY xid DESC, id DESC LIMIT 1`,
    values: [],
  })
  return row?.at ?? 0
}
