import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** Ids of orders whose deposit was due at an instant and has not come, the longest first. */
export const findOverdueDeposits = async (db: Queryable, due: number, limit: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders WHERE status = 'AWAITING_DEPOSIT' AND pay_before <= ${new Date(due)}
    ORDER BY pay_before LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Those of them that are still overdue, locked; those that someone else has locked are left. */
export const lockOverdueDeposits = async (db: Queryable, ids: readonly string[], due: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders
    WHERE id = ANY (${ids}::uuid[]) AND status = 'AWAITING_DEPOSIT' AND pay_before <= ${new Date(due)}
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`)
  return rows.map((row) => row.id)
}

/** When the buyer of a locked order is to be reminded of the deposit. */
export interface Reminder {
  readonly orderId: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Notes reminders of locked orders. */
export const noteReminders = async (db: Queryable, reminders: readonly Reminder[]): Promise<void> => {
  if (reminders.length === 0) return
  await db.query(sql`
    UPDATE orders SET remind_at = new.at
    FROM unnest(${reminders.map((each) => each.orderId)}::uuid[],
      ${reminders.map((each) => new Date(each.at))}::timestamptz[]) AS new (id, at)
    WHERE orders.id = new.id`)
}

/** Ids of orders whose buyers are to be reminded of the deposit by now, the longest due first. */
export const findReminders = async (db: Queryable, now: number, limit: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders WHERE status = 'AWAITING_DEPOSIT' AND remind_at <= ${new Date(now)}
    ORDER BY remind_at LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Takes those of the reminders that are still due, each once; answers the ids of their orders, which are locked then. */
export const takeReminders = async (db: Queryable, ids: readonly string[], now: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM orders
      WHERE id = ANY (${ids}::uuid[]) AND status = 'AWAITING_DEPOSIT' AND remind_at <= ${new Date(now)}
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE orders SET remind_at = NULL WHERE id IN (SELECT id FROM due)
    RETURNING id`)
  return rows.map((row) => row.id)
}
