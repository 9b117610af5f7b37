import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** Whose sign-in a ticket stands for. */
export interface TicketHolder {
  readonly memberId: string
  readonly sessionId: string
}

/** Stores a ticket by its hash. */
export const putTicket = (hash: string, holder: TicketHolder, expiresAt: number): Statement => sql`
  INSERT INTO ticket (hash, member_id, session_id, expires_at)
  VALUES (${hash}, ${holder.memberId}, ${holder.sessionId}, ${new Date(expiresAt)})`

/** Uses a ticket up; answers whose it is if it had not expired. Of two uses at once one finds it. */
export const takeTicket = async (db: Queryable, hash: string, now: number): Promise<TicketHolder | undefined> => {
  const [row] = await db.query<TicketHolder & { live: boolean }>(sql`
    DELETE FROM ticket WHERE hash = ${hash}
    RETURNING member_id AS "memberId", session_id AS "sessionId", expires_at > ${new Date(now)} AS live`)
  return row?.live ? { memberId: row.memberId, sessionId: row.sessionId } : undefined
}

/** Forgets tickets nobody used; answers how many. */
export const forgetTickets = async (db: Queryable, now: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM ticket WHERE hash IN (
        SELECT hash FROM ticket WHERE expires_at <= ${new Date(now)} LIMIT 1000)
      RETURNING hash`)
  ).length
