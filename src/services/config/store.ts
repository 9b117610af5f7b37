import { sql } from '#engines/postgres/sql.ts'
import type { Sealed } from '#kernel/secrets/re-encrypt.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { HostReport } from './contract.ts'
import { isSet, keyOf, type Stored } from './values.ts'

/** A value as a version set it. */
export interface Kept extends Stored {
  readonly number: number
}

export interface VersionRow {
  readonly number: number
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Member of staff. */
  readonly by: string
  readonly reason: string
  readonly restores: number | null
}

/** The newest version of an environment; number 0 and no id before the first. */
export const findHead = async (
  db: Queryable,
  environment: string,
): Promise<{ readonly number: number; readonly id: string }> => {
  const [row] = await db.query<{ number: number; id: string }>(sql`
    SELECT number, id FROM version WHERE environment = ${environment} ORDER BY number DESC LIMIT 1`)
  return row ?? { number: 0, id: '' }
}

/** The newest version, locked until the transaction ends: changes of an environment are made one after another. */
export const lockHead = async (tx: Queryable, environment: string): Promise<number> => {
  await tx.query(sql`INSERT INTO environment (name) VALUES (${environment}) ON CONFLICT DO NOTHING`)
  const [row] = await tx.query<{ version: number }>(sql`
    SELECT version FROM environment WHERE name = ${environment} FOR UPDATE`)
  return row!.version
}

/** What is set at a version, and what was taken away by it or before. */
export const findState = async (
  db: Queryable,
  environment: string,
  number: number,
): Promise<ReadonlyMap<string, Kept>> => {
  const rows = await db.query<Kept>(sql`
    SELECT DISTINCT ON (place, name) place, name, value, sealed, number FROM change
    WHERE environment = ${environment} AND number <= ${number}
    ORDER BY place, name, number DESC`)
  return new Map(rows.filter(isSet).map((row) => [keyOf(row), row]))
}

export const saveVersion = async (
  tx: Queryable,
  environment: string,
  version: VersionRow,
  changes: readonly Stored[],
): Promise<void> => {
  await tx.query(sql`UPDATE environment SET version = ${version.number} WHERE name = ${environment}`)
  await tx.query(sql`
    INSERT INTO version (environment, number, id, at, by, reason, restores)
    VALUES (${environment}, ${version.number}, ${version.id}, ${new Date(version.at)}, ${version.by},
            ${version.reason}, ${version.restores})`)
  for (const { place, name, value, sealed } of changes)
    await tx.query(sql`
      INSERT INTO change (environment, number, place, name, value, sealed)
      VALUES (${environment}, ${version.number}, ${place}, ${name}, ${value}, ${sealed})`)
}

/** Versions below `before`, newest first. */
export const listVersions = (
  db: Queryable,
  environment: string,
  before: number,
  limit: number,
): Promise<VersionRow[]> =>
  db.query<VersionRow>(sql`
    SELECT number, id, at, by, reason, restores FROM version
    WHERE environment = ${environment} AND number < ${before} ORDER BY number DESC LIMIT ${limit}`)

export const findVersions = (db: Queryable, environment: string, numbers: readonly number[]): Promise<VersionRow[]> =>
  db.query<VersionRow>(sql`
    SELECT number, id, at, by, reason, restores FROM version
    WHERE environment = ${environment} AND number = ANY (${numbers}::integer[])`)

/** What versions touched, by their numbers. */
export const findTouched = (
  db: Queryable,
  environment: string,
  numbers: readonly number[],
): Promise<{ readonly number: number; readonly place: string; readonly name: string }[]> =>
  db.query(sql`
    SELECT number, place, name FROM change
    WHERE environment = ${environment} AND number = ANY (${numbers}::integer[]) ORDER BY place, name`)

export const findEnvironments = async (db: Queryable): Promise<string[]> =>
  (
    await db.query<{ name: string }>(sql`SELECT name FROM environment UNION SELECT environment FROM host ORDER BY 1`)
  ).map((row) => row.name)

/** Notes what a host said. */
export const noteHost = (environment: string, { name, ...said }: HostReport, now: number): Statement => sql`
  INSERT INTO host (environment, name, said, seen_at)
  VALUES (${environment}, ${name}, ${JSON.stringify(said)}::jsonb, ${new Date(now)})
  ON CONFLICT (environment, name) DO UPDATE SET said = excluded.said, seen_at = excluded.seen_at`

export const findHosts = async (
  db: Queryable,
  environment: string,
  since: number,
): Promise<(HostReport & { readonly seenAt: number })[]> => {
  const rows = await db.query<{ name: string; said: Omit<HostReport, 'name'>; seenAt: number }>(sql`
    SELECT name, said, seen_at AS "seenAt" FROM host
    WHERE environment = ${environment} AND seen_at > ${new Date(since)} ORDER BY name LIMIT 1000`)
  return rows.map(({ name, said, seenAt }) => ({ name, ...said, seenAt }))
}

export const forgetHosts = async (db: Queryable, before: number): Promise<number> =>
  (await db.query(sql`DELETE FROM host WHERE seen_at < ${new Date(before)} RETURNING 1`)).length

/** Sealed values of all versions, by place, name and version in one text; those after one. */
export const sealedAfter = (db: Queryable, id: string | undefined): Promise<Sealed[]> =>
  db.query<Sealed>(sql`
    SELECT id, sealed
    FROM (SELECT concat_ws(' ', environment, place, name, number) AS id, sealed FROM change WHERE sealed IS NOT NULL) AS all_sealed
    WHERE id > ${id ?? ''} ORDER BY id LIMIT 100`)

/** Puts another seal on a value, where it still has the one that was read. */
export const replaceSealed = (row: Sealed, sealed: Uint8Array): Statement => sql`
  UPDATE change SET sealed = ${sealed}
  WHERE concat_ws(' ', environment, place, name, number) = ${row.id} AND sealed = ${row.sealed}`
