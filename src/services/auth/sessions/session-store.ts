import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Family } from './refresh-token.ts'

export interface NewSession {
  readonly id: string
  readonly memberId: string
  readonly hash: string
  readonly idleUntil: number
  readonly goodUntil: number
}

/**
 * Stores a session for a member whose password is still the one that was checked; answers whether it was. Waits for a
 * change of password or a withdrawal that is under way, so that neither leaves a session behind.
 */
export const insertSession = async (
  tx: Queryable,
  session: NewSession,
  passwordHash: string,
  now: number,
): Promise<boolean> =>
  (
    await tx.query(sql`
      WITH checked AS (
        SELECT member_id FROM credential
        WHERE member_id = ${session.memberId} AND password_hash = ${passwordHash} AND state = 'ACTIVE'
        FOR SHARE)
      INSERT INTO session (id, member_id, current_hash, created_at, idle_until, good_until)
      SELECT ${session.id}::uuid, member_id, ${session.hash}, ${new Date(now)}, ${new Date(session.idleUntil)},
             ${new Date(session.goodUntil)}
      FROM checked
      RETURNING id`)
  ).length > 0

/** The member a session is of. */
export const memberOfSession = async (db: Queryable, id: string): Promise<string | undefined> =>
  (await db.query<{ memberId: string }>(sql`SELECT member_id AS "memberId" FROM session WHERE id = ${id}`))[0]?.memberId

export interface SessionRow extends Family {
  readonly successor: Buffer | null
}

/** Locks a session; `raced` when somebody else was holding it, which is waited for. */
export const lockSession = async (
  tx: Queryable,
  id: string,
): Promise<{ readonly session: SessionRow; readonly raced: boolean } | undefined> => {
  const [free] = await tx.query<SessionRow>(sql`
    SELECT current_hash AS "currentHash", previous_hash AS "previousHash", successor, rotated_at AS "rotatedAt",
           idle_until AS "idleUntil", good_until AS "goodUntil", ended_at AS "endedAt"
    FROM session WHERE id = ${id} FOR UPDATE SKIP LOCKED`)
  if (free) return { session: free, raced: false }
  const [awaited] = await tx.query<SessionRow>(sql`
    SELECT current_hash AS "currentHash", previous_hash AS "previousHash", successor, rotated_at AS "rotatedAt",
           idle_until AS "idleUntil", good_until AS "goodUntil", ended_at AS "endedAt"
    FROM session WHERE id = ${id} FOR UPDATE`)
  return awaited && { session: awaited, raced: true }
}

/** Puts a new live token in the place of the one before. */
export const rotate = (
  id: string,
  to: { readonly hash: string; readonly successor: Uint8Array; readonly idleUntil: number },
  now: number,
): Statement => sql`
  UPDATE session
  SET previous_hash = current_hash, current_hash = ${to.hash}, successor = ${to.successor},
      rotated_at = ${new Date(now)}, idle_until = ${new Date(to.idleUntil)}
  WHERE id = ${id}`

/** Ends one session unless it has ended; answers whose it was. */
export const endSession = async (
  tx: Queryable,
  id: string,
  reason: string,
  now: number,
): Promise<{ id: string; memberId: string }[]> =>
  tx.query(sql`
    UPDATE session SET ended_at = ${new Date(now)}, end_reason = ${reason}, successor = NULL
    WHERE id = ${id} AND ended_at IS NULL
    RETURNING id, member_id AS "memberId"`)

/** Ends every session of a member; answers those it ended. */
export const endSessionsOf = async (
  tx: Queryable,
  memberId: string,
  reason: string,
  now: number,
): Promise<{ id: string; memberId: string }[]> =>
  tx.query(sql`
    UPDATE session SET ended_at = ${new Date(now)}, end_reason = ${reason}, successor = NULL
    WHERE member_id = ${memberId} AND ended_at IS NULL
    RETURNING id, member_id AS "memberId"`)

/** Sessions that ended after an instant. */
export const endedSince = (db: Queryable, after: number): Promise<{ id: string; at: number }[]> =>
  db.query(sql`SELECT id, ended_at AS at FROM session WHERE ended_at > ${new Date(after)} ORDER BY ended_at`)

/** Forgets sessions that ended or ran out before an instant; answers how many. */
export const deleteEndedSessions = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM session WHERE id IN (
        SELECT id FROM session
        WHERE ended_at <= ${new Date(before)} OR idle_until <= ${new Date(before)} OR good_until <= ${new Date(before)}
        LIMIT 1000)
      RETURNING id`)
  ).length
