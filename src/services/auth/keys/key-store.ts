import { sql } from '#engines/postgres/sql.ts'
import type { Sealed } from '#kernel/secrets/re-encrypt.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

export interface KeyRow {
  readonly id: string
  readonly publicKey: Record<string, unknown>
  /** The private part (JWK), sealed. */
  readonly sealed: Buffer
  readonly signsFrom: number
}

export const readKeys = (db: Queryable): Promise<KeyRow[]> =>
  db.query<KeyRow>(sql`
    SELECT id, public_key AS "publicKey", sealed, signs_from AS "signsFrom" FROM signing_key ORDER BY signs_from`)

/** One process rotates at a time, until the transaction ends. */
export const lockKeys = (): Statement => sql`SELECT pg_advisory_xact_lock(hashtext('jangteo auth signing keys'))`

export const insertKey = (key: KeyRow): Statement => sql`
  INSERT INTO signing_key (id, public_key, sealed, signs_from)
  VALUES (${key.id}, ${JSON.stringify(key.publicKey)}, ${key.sealed}, ${new Date(key.signsFrom)})`

export const keepOnly = (ids: readonly string[]): Statement =>
  sql`DELETE FROM signing_key WHERE id <> ALL (${ids}::text[])`

/** Sealed private keys by id, those after one. */
export const keysAfter = (db: Queryable, id: string | undefined): Promise<Sealed[]> =>
  db.query<Sealed>(sql`SELECT id, sealed FROM signing_key WHERE id > ${id ?? ''} ORDER BY id LIMIT 100`)

/** Puts another seal on a key, where it still has the one that was read. */
export const replaceSealedKey = (row: Sealed, sealed: Uint8Array): Statement => sql`
  UPDATE signing_key SET sealed = ${sealed} WHERE id = ${row.id} AND sealed = ${row.sealed}`
