import { sql } from '#engines/postgres/sql.ts'
import type { StaffRole } from '#kernel/contract.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** Who may sign in, and with what. */
export interface Credential {
  readonly memberId: string
  readonly email: string
  readonly passwordHash: string
  readonly state: 'PENDING' | 'ACTIVE'
  readonly pendingName: string | null
  readonly roles: readonly StaffRole[]
}

export const findByEmail = async (db: Queryable, email: string): Promise<Credential | undefined> =>
  (
    await db.query<Credential>(sql`
      SELECT member_id AS "memberId", email, password_hash AS "passwordHash", state, pending_name AS "pendingName",
             ARRAY(SELECT role FROM staff_role WHERE staff_role.member_id = credential.member_id ORDER BY role) AS roles
      FROM credential WHERE email = ${email}`)
  )[0]

export const findByMember = async (db: Queryable, memberId: string): Promise<Credential | undefined> =>
  (
    await db.query<Credential>(sql`
      SELECT member_id AS "memberId", email, password_hash AS "passwordHash", state, pending_name AS "pendingName",
             ARRAY(SELECT role FROM staff_role WHERE staff_role.member_id = credential.member_id ORDER BY role) AS roles
      FROM credential WHERE member_id = ${memberId}`)
  )[0]

/** Stores a credential whose profile is yet to be made; does nothing where the address or the member has one. */
export const insertPending = (
  given: { readonly memberId: string; readonly email: string; readonly passwordHash: string; readonly name: string },
  now: number,
  finishAt: number,
): Statement => sql`
  INSERT INTO credential (member_id, email, password_hash, state, pending_name, next_at, created_at, changed_at)
  VALUES (${given.memberId}, ${given.email}, ${given.passwordHash}, 'PENDING', ${given.name}, ${new Date(finishAt)},
          ${new Date(now)}, ${new Date(now)})
  ON CONFLICT DO NOTHING`

/** The profile is made: the credential is complete. */
export const activate = (memberId: string): Statement => sql`
  UPDATE credential SET state = 'ACTIVE', pending_name = NULL, next_at = NULL
  WHERE member_id = ${memberId} AND state = 'PENDING'`

export const dropPending = (memberId: string): Statement =>
  sql`DELETE FROM credential WHERE member_id = ${memberId} AND state = 'PENDING'`

/** Claims credentials whose profile is overdue; nobody else takes them before `again`. */
export const claimPending = (
  db: Queryable,
  now: number,
  again: number,
): Promise<{ memberId: string; email: string; pendingName: string }[]> =>
  db.query(sql`
    WITH due AS MATERIALIZED (
      SELECT member_id FROM credential WHERE state = 'PENDING' AND next_at <= ${new Date(now)}
      ORDER BY next_at LIMIT 20 FOR UPDATE SKIP LOCKED)
    UPDATE credential SET next_at = ${new Date(again)}
    WHERE member_id IN (SELECT member_id FROM due)
    RETURNING member_id AS "memberId", email, pending_name AS "pendingName"`)

/** Changes a password, if it is still the one that was checked; answers whether it was. */
export const changeHash = async (
  tx: Queryable,
  memberId: string,
  from: string,
  to: string,
  now: number,
): Promise<boolean> =>
  (
    await tx.query(sql`
      UPDATE credential SET password_hash = ${to}, changed_at = ${new Date(now)}
      WHERE member_id = ${memberId} AND password_hash = ${from}
      RETURNING member_id`)
  ).length > 0

export const grantRoles = (memberId: string, roles: readonly StaffRole[]): Statement => sql`
  INSERT INTO staff_role (member_id, role) SELECT ${memberId}, role FROM unnest(${roles}::text[]) AS given (role)
  ON CONFLICT DO NOTHING`

/** Forgets a member's credential, and with it roles and known networks. */
export const dropCredential = (memberId: string): Statement => sql`DELETE FROM credential WHERE member_id = ${memberId}`
