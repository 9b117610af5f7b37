import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Failures } from './throttle.ts'

/** Locks the failures under `keys` until the transaction ends, in one order; those without any answer a zero. */
export const lockFailures = async (tx: Queryable, keys: readonly string[]): Promise<Map<string, Failures>> => {
  const rows = await tx.query<Failures & { key: string }>(sql`
    INSERT INTO failure (key, failures, last_at, blocked_until)
    SELECT key, 0, to_timestamp(0), to_timestamp(0) FROM unnest(${[...keys].sort()}::text[]) AS given (key)
    ON CONFLICT (key) DO UPDATE SET failures = failure.failures
    RETURNING key, failures, last_at AS "lastAt", blocked_until AS "blockedUntil"`)
  return new Map(rows.map(({ key, ...failures }) => [key, failures]))
}

export const saveFailures = (key: string, { failures, lastAt, blockedUntil }: Failures): Statement => sql`
  UPDATE failure
  SET failures = ${failures}, last_at = ${new Date(lastAt)}, blocked_until = ${new Date(blockedUntil)}
  WHERE key = ${key}`

export const dropFailures = (keys: readonly string[]): Statement => sql`DELETE FROM failure WHERE key = ANY (${keys})`

export const isKnown = async (db: Queryable, key: string): Promise<boolean> =>
  (await db.query(sql`SELECT FROM known_network WHERE key = ${key}`)).length > 0

export const noteKnown = (key: string, memberId: string, now: number): Statement => sql`
  INSERT INTO known_network (key, member_id, last_at)
  SELECT ${key}, member_id, ${new Date(now)} FROM credential WHERE member_id = ${memberId}
  ON CONFLICT (key) DO UPDATE SET member_id = excluded.member_id, last_at = excluded.last_at`

/** Forgets failures and known networks that are old; answers how many rows. */
export const deleteExpiredFailures = async (
  db: Queryable,
  failuresBefore: number,
  networksBefore: number,
): Promise<number> => {
  const [row] = await db.query<{ forgotten: number }>(sql`
    WITH failures AS (
      DELETE FROM failure WHERE key IN (
        SELECT key FROM failure WHERE last_at <= ${new Date(failuresBefore)} LIMIT 1000) RETURNING 1),
    networks AS (
      DELETE FROM known_network WHERE key IN (
        SELECT key FROM known_network WHERE last_at <= ${new Date(networksBefore)} LIMIT 1000) RETURNING 1)
    SELECT (SELECT count(*) FROM failures) + (SELECT count(*) FROM networks) AS forgotten`)
  return row!.forgotten
}
