import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** Locks the rates under `keys` until the transaction ends, in one order, and answers what each remembers. */
export const lockRates = async (
  tx: Queryable,
  keys: readonly string[],
  forgetAt: number,
): Promise<Map<string, readonly number[]>> => {
  const rows = await tx.query<{ key: string; recent: number[] }>(sql`
    INSERT INTO rate (key, forget_at)
    SELECT key, ${new Date(forgetAt)} FROM unnest(${[...keys].sort()}::text[]) AS given (key)
    ON CONFLICT (key) DO UPDATE SET forget_at = excluded.forget_at
    RETURNING key, to_jsonb(recent) AS recent`)
  return new Map(rows.map((row) => [row.key, row.recent]))
}

export const saveRate = (key: string, recent: readonly number[]): Statement =>
  sql`UPDATE rate SET recent = ${recent}::bigint[] WHERE key = ${key}`

/** Whether a code is out that nobody has used and that has not expired. */
export const hasLiveCode = async (tx: Queryable, address: string, purpose: string, now: number): Promise<boolean> =>
  (
    await tx.query(sql`
      SELECT FROM code
      WHERE address = ${address} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > ${new Date(now)}`)
  ).length > 0

export interface NewCode {
  readonly address: string
  readonly purpose: string
  readonly id: string
  readonly hash: string
  readonly expiresAt: number
}

/** Stores a code in the place of the one before. */
export const putCode = (code: NewCode): Statement => sql`
  INSERT INTO code (address, purpose, id, hash, expires_at)
  VALUES (${code.address}, ${code.purpose}, ${code.id}, ${code.hash}, ${new Date(code.expiresAt)})
  ON CONFLICT (address, purpose) DO UPDATE
  SET id = excluded.id, hash = excluded.hash, expires_at = excluded.expires_at, tries = 0, used_at = NULL`

/** Takes one of the tries of the live code, before it is compared: parallel tries can never exceed `most`. */
export const takeTry = async (
  tx: Queryable,
  address: string,
  purpose: string,
  most: number,
  now: number,
): Promise<{ id: string; hash: string } | undefined> =>
  (
    await tx.query<{ id: string; hash: string }>(sql`
      UPDATE code SET tries = tries + 1
      WHERE address = ${address} AND purpose = ${purpose} AND tries < ${most}
        AND used_at IS NULL AND expires_at > ${new Date(now)}
      RETURNING id, hash`)
  )[0]

export const useCode = (address: string, purpose: string, now: number): Statement =>
  sql`UPDATE code SET used_at = ${new Date(now)} WHERE address = ${address} AND purpose = ${purpose}`

export const putProof = (hash: string, address: string, purpose: string, expiresAt: number): Statement => sql`
  INSERT INTO proof (hash, address, purpose, expires_at)
  VALUES (${hash}, ${address}, ${purpose}, ${new Date(expiresAt)})`

/** Uses a proof for `use`: the first use of a live proof, or that same use again. Answers whether it was good. */
export const takeProof = async (
  db: Queryable,
  proof: { readonly hash: string; readonly address: string; readonly purpose: string; readonly use: string },
  now: number,
): Promise<boolean> =>
  (
    await db.query(sql`
      UPDATE proof SET used_by = ${proof.use}
      WHERE hash = ${proof.hash} AND address = ${proof.address} AND purpose = ${proof.purpose}
        AND (used_by = ${proof.use} OR (used_by IS NULL AND expires_at > ${new Date(now)}))
      RETURNING hash`)
  ).length > 0

/** Forgets codes and rates that are over, and proofs that ended before `proofsBefore`; answers how many rows. */
export const forgetEnded = async (db: Queryable, now: number, proofsBefore: number): Promise<number> => {
  const [row] = await db.query<{ forgotten: number }>(sql`
    WITH codes AS (
      DELETE FROM code WHERE (address, purpose) IN (
        SELECT address, purpose FROM code WHERE expires_at <= ${new Date(now)} LIMIT 1000) RETURNING 1),
    proofs AS (
      DELETE FROM proof WHERE hash IN (
        SELECT hash FROM proof WHERE expires_at <= ${new Date(proofsBefore)} LIMIT 1000) RETURNING 1),
    rates AS (
      DELETE FROM rate WHERE key IN (
        SELECT key FROM rate WHERE forget_at <= ${new Date(now)} LIMIT 1000) RETURNING 1)
    SELECT (SELECT count(*) FROM codes) + (SELECT count(*) FROM proofs) + (SELECT count(*) FROM rates) AS forgotten`)
  return row!.forgotten
}
