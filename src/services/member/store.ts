import { sql } from '#engines/postgres/sql.ts'
import type { Sealed } from '#kernel/secrets/re-encrypt.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Member } from './contract.ts'

/** A member as it is stored, with instants in epoch milliseconds. */
export type MemberRow = Omit<Member, 'createdAt'> & { readonly createdAt: number }

/** Makes a member; does nothing where the id is taken, by a living member or a withdrawn one. */
export const insertMember = (id: string, email: string, name: string, now: number): Statement => sql`
  INSERT INTO member (id, email, name, created_at) VALUES (${id}, ${email}, ${name}, ${new Date(now)})
  ON CONFLICT DO NOTHING`

/** The living among the members with these ids. */
export const findMembers = (db: Queryable, ids: readonly string[]): Promise<MemberRow[]> =>
  db.query<MemberRow>(sql`
    SELECT id, email, name, phone, grade, marketing_consent AS "marketingConsent", created_at AS "createdAt"
    FROM member WHERE id = ANY (${ids}::uuid[]) AND withdrawn_at IS NULL`)

/** Locks a living member until the transaction ends: what is decided about it is decided one at a time. */
export const lockMember = async (tx: Queryable, id: string): Promise<MemberRow | undefined> =>
  (
    await tx.query<MemberRow>(sql`
      SELECT id, email, name, phone, grade, marketing_consent AS "marketingConsent", created_at AS "createdAt"
      FROM member WHERE id = ${id} AND withdrawn_at IS NULL FOR NO KEY UPDATE`)
  )[0]

export const saveProfile = (member: MemberRow): Statement => sql`
  UPDATE member
  SET name = ${member.name}, phone = ${member.phone}, marketing_consent = ${member.marketingConsent}
  WHERE id = ${member.id}`

export const noteConsent = (memberId: string, kind: 'MARKETING', given: boolean, now: number): Statement => sql`
  INSERT INTO consent (member_id, kind, given, at) VALUES (${memberId}, ${kind}, ${given}, ${new Date(now)})`

/** Takes every word about the person out of the member's row. */
export const blankMember = (id: string, now: number): Statement => sql`
  UPDATE member
  SET email = NULL, name = NULL, phone = NULL, marketing_consent = false, withdrawn_at = ${new Date(now)}
  WHERE id = ${id}`

export const deleteConsents = (memberId: string): Statement => sql`DELETE FROM consent WHERE member_id = ${memberId}`

export const retain = (
  row: { readonly id: string; readonly memberId: string; readonly purpose: string; readonly sealed: Uint8Array },
  destroyAfter: number,
): Statement => sql`
  INSERT INTO retained (id, member_id, purpose, sealed, destroy_after)
  VALUES (${row.id}, ${row.memberId}, ${row.purpose}, ${row.sealed}, ${new Date(destroyAfter)})`

/** What is kept of people who left by id, after one. */
export const retainedAfter = (db: Queryable, id: string | undefined): Promise<Sealed[]> =>
  db.query<Sealed>(sql`
    SELECT id, sealed FROM retained WHERE ${id ?? null}::uuid IS NULL OR id > ${id ?? null}::uuid
    ORDER BY id LIMIT 500`)

/** Puts another seal on it, where it still has the one that was read. */
export const replaceRetained = (row: Sealed, sealed: Uint8Array): Statement => sql`
  UPDATE retained SET sealed = ${sealed} WHERE id = ${row.id} AND sealed = ${row.sealed}`

/** Destroys what has been kept long enough; answers how many rows. */
export const destroyRetained = async (db: Queryable, now: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM retained WHERE id IN (
        SELECT id FROM retained WHERE destroy_after <= ${new Date(now)} LIMIT 1000)
      RETURNING id`)
  ).length
