import { sql } from '#engines/postgres/sql.ts'
import type { Sealed } from '#kernel/secrets/re-encrypt.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** An address as it is stored: its memo is sealed. */
export interface AddressRow {
  readonly id: string
  readonly recipient: string
  readonly phone: string
  readonly postcode: string
  readonly address1: string
  readonly address2: string | null
  readonly memo: Buffer | null
  readonly isDefault: boolean
}

/** A member's addresses, default first, then newest first. */
export const addressesOf = (db: Queryable, memberId: string): Promise<AddressRow[]> =>
  db.query<AddressRow>(sql`
    SELECT id, recipient, phone, postcode, address1, address2, memo, is_default AS "isDefault"
    FROM address WHERE member_id = ${memberId} ORDER BY is_default DESC, id DESC`)

/** Stores an address, or replaces it where the id is there; never as the default, which `setDefault` moves. */
export const putAddress = (memberId: string, row: Omit<AddressRow, 'isDefault'>): Statement => sql`
  INSERT INTO address (id, member_id, recipient, phone, postcode, address1, address2, memo, is_default)
  VALUES (${row.id}, ${memberId}, ${row.recipient}, ${row.phone}, ${row.postcode}, ${row.address1}, ${row.address2},
          ${row.memo}, false)
  ON CONFLICT (id) DO UPDATE
  SET recipient = excluded.recipient, phone = excluded.phone, postcode = excluded.postcode,
      address1 = excluded.address1, address2 = excluded.address2, memo = excluded.memo`

export const dropAddress = (memberId: string, id: string): Statement =>
  sql`DELETE FROM address WHERE member_id = ${memberId} AND id = ${id}`

export const dropAddresses = (memberId: string): Statement => sql`DELETE FROM address WHERE member_id = ${memberId}`

/** Takes the default from whichever address has it. */
export const clearDefault = (memberId: string): Statement =>
  sql`UPDATE address SET is_default = false WHERE member_id = ${memberId} AND is_default`

/** Makes an address the default; no other may be it. */
export const setDefault = (memberId: string, id: string): Statement =>
  sql`UPDATE address SET is_default = true WHERE member_id = ${memberId} AND id = ${id}`

/** Sealed memos by id, those after one. */
export const memosAfter = (db: Queryable, id: string | undefined): Promise<Sealed[]> =>
  db.query<Sealed>(sql`
    SELECT id, memo AS sealed FROM address
    WHERE memo IS NOT NULL AND (${id ?? null}::uuid IS NULL OR id > ${id ?? null}::uuid)
    ORDER BY id LIMIT 500`)

/** Puts another seal on a memo, where it still has the one that was read. */
export const replaceSealedMemo = (row: Sealed, sealed: Uint8Array): Statement => sql`
  UPDATE address SET memo = ${sealed} WHERE id = ${row.id} AND memo = ${row.sealed}`
