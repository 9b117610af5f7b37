import { sql } from '#engines/postgres/sql.ts'
import type { Queryable } from '#kernel/store.ts'
import type { Fault } from './faults.ts'

/** Faults switched on. */
export const readFaults = async (db: Queryable): Promise<Fault[]> => {
  const rows = await db.query<{ settings: Fault; remaining: number | null }>(sql`
    select settings, remaining from fault order by name, scope`)
  return rows.map((row) => ({ ...row.settings, remaining: row.remaining }))
}

/** Switches a fault on, in place of an earlier one of the same name and scope. */
export const writeFault = (db: Queryable, fault: Fault) =>
  db.query(sql`
    insert into fault (name, scope, settings, remaining)
    values (${fault.name}, ${fault.scope}, ${JSON.stringify(fault)}::json, ${fault.remaining})
    on conflict (name, scope) do update set settings = excluded.settings, remaining = excluded.remaining`)

/** Uses up one strike of a counted fault; false when none was left. */
export const useStrike = async (db: Queryable, name: string, scope: string): Promise<boolean> => {
  const rows = await db.query(sql`
    update fault set remaining = remaining - 1 where name = ${name} and scope = ${scope} and remaining > 0 returning remaining`)
  return rows.length > 0
}

export const clearFaults = (db: Queryable, name: string | null) =>
  db.query(sql`delete from fault where ${name}::text is null or name = ${name}::text`)
