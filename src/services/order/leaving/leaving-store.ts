import type { Queryable, Tx } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { OpenReason } from '#services/member/contract.ts'

/** Sets the locks of members who leave apart from other advisory locks. */
const LEAVING = 7_315_224_901

/**
 * Keeps members from being found without open orders until the transaction ends, in which orders of theirs are stored. In
 * the order of their locks, which many hold at once.
 */
export const keepFromLeaving = async (tx: Tx, memberIds: readonly string[]): Promise<void> => {
  await tx.query(sql`
    SELECT pg_advisory_xact_lock_shared(lock)
    FROM (SELECT DISTINCT hashtextextended(id, ${LEAVING}) AS lock FROM unnest(${memberIds}::text[]) AS id ORDER BY lock)
      AS sorted`)
}

/** Those members of whom no order is taken. */
export const findLeaving = async (tx: Tx, memberIds: readonly string[], now: number): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(sql`
    SELECT member_id AS id FROM leaving WHERE member_id = ANY (${memberIds}::uuid[]) AND until > ${new Date(now)}`)
  return new Set(rows.map((row) => row.id))
}

/** Takes no order of a member any more until an instant. Waits for those being stored, and those that come later see it. */
export const close = async (tx: Tx, memberId: string, until: number): Promise<void> => {
  await Promise.all([
    tx.query(sql`SELECT pg_advisory_xact_lock(hashtextextended(${memberId}, ${LEAVING}))`),
    tx.query(sql`
      INSERT INTO leaving (member_id, until) VALUES (${memberId}, ${new Date(until)})
      ON CONFLICT (member_id) DO UPDATE SET until = greatest(leaving.until, excluded.until)`),
  ])
}

/** Takes orders of a member again, unless somebody else has closed for longer. */
export const reopen = async (db: Queryable, memberId: string, until: number): Promise<void> => {
  await db.query(sql`DELETE FROM leaving WHERE member_id = ${memberId} AND until = ${new Date(until)}`)
}

/** Forgets members who left before an instant; answers how many. */
export const forgetLeft = async (db: Queryable, before: number): Promise<number> =>
  (await db.query(sql`DELETE FROM leaving WHERE until < ${new Date(before)} RETURNING member_id`)).length

/** An order of a member, and why it keeps them from leaving, if it does as far as orders know. */
export interface Standing {
  readonly id: string
  readonly number: string
  readonly reason: OpenReason | null
  /** Whether nothing leads out of its state. */
  readonly ended: boolean
}

/** How a member's orders stand, newest first. A paid one is on its way if it was paid after `delivered`, else settled. */
export const findStandings = (db: Queryable, memberId: string, delivered: number): Promise<Standing[]> =>
  db.query<Standing>(sql`
    SELECT id, number, status IN ('CANCELED', 'EXPIRED') AS ended, CASE
        WHEN status = 'PENDING_PAYMENT' THEN 'UNPAID'
        WHEN status = 'PAYING' THEN 'PAYMENT_UNDER_WAY'
        WHEN status = 'AWAITING_DEPOSIT' THEN 'AWAITING_DEPOSIT'
        WHEN status = 'CANCEL_REQUESTED' THEN 'UNREFUNDED'
        WHEN status = 'PAID' AND paid_at > ${new Date(delivered)} THEN 'UNDELIVERED'
      END AS reason
    FROM orders WHERE member_id = ${memberId} ORDER BY placed_at DESC, id DESC`)
