import type { Database } from '#kernel/store.ts'
import { sql } from './sql.ts'

/**
 * Gathers statistics of the tables a store may analyse: those of its own schema that its role owns. A plain ANALYZE visits
 * every table of the database and logs a warning for each of another service.
 */
export const analyzeOwn = async (db: Pick<Database, 'query'>): Promise<void> => {
  const tables = await db.query<{ name: string }>(sql`
    SELECT quote_ident(relname) AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'm')
      AND pg_has_role(relowner, 'USAGE') ORDER BY relname`)
  if (tables.length > 0) await db.query({ text: `ANALYZE ${tables.map((each) => each.name).join(', ')}`, values: [] })
}
