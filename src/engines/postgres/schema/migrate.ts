import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { CannotStart } from '#kernel/cannot-start.ts'
import { connect, type ConnectionSettings } from '../connection/connection.ts'
import { codeOf } from '../connection/transient-errors.ts'
import { lockWait, type LockWait, withShortLocks } from './short-locks.ts'
import { RAISED, raiseLog } from '../events/restored-log.ts'

const PLATFORM = new URL('../platform/', import.meta.url)

/** Milliseconds another process may take without a word about it. */
const MOMENT_MS = 3_000

interface Migration {
  readonly name: string
  readonly text: string
  readonly checksum: string
}

/** A migration that ran, as the schema's own table has it; the checksum is missing where an earlier version ran it. */
interface Ran {
  readonly name: string
  readonly contracts: boolean
  readonly checksum: string | null
}

/** How a migration begins that takes away what the version before still uses. */
const CONTRACTS = /^-- contract: \S/

/** What stays the same when an editor or git changes line ends, or spaces behind a line: they mean nothing to PostgreSQL. */
const checksumOf = (text: string): string =>
  createHash('sha256')
    .update(
      text
        .replace(/^\uFEFF/, '')
        .replace(/[ \t\r]+$/gm, '')
        .trimEnd(),
    )
    .digest('hex')

const filesOf = async (folder: URL, prefix: string): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(fileURLToPath(new URL(name, folder)), 'utf8')
      return { name: `${prefix}${name}`, text, checksum: checksumOf(text) }
    }),
  )
}

const migrationsOf = async (folder: URL | undefined): Promise<Migration[]> => [
  ...(await filesOf(PLATFORM, 'platform/')),
  ...(folder ? await filesOf(folder, '') : []),
]

/** Names of the migrations a service's schema has when it is up to date, in their order. */
export const migrationNames = async (folder: URL | undefined): Promise<string[]> =>
  (await migrationsOf(folder)).map((each) => each.name)

/** What of the table of migrations is there: all but for a new schema, or one of an earlier version. */
const columnsOf = async (client: pg.Client): Promise<ReadonlySet<string>> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass('migration') AND attnum > 0 AND NOT attisdropped`,
  )
  return new Set(rows.map((row) => row.name))
}

const ranIn = async (client: pg.Client, columns: ReadonlySet<string>): Promise<readonly Ran[]> => {
  if (columns.size === 0) return []
  const contracts = columns.has('contracts') ? 'contracts' : 'false AS contracts'
  const checksum = columns.has('checksum') ? 'checksum' : 'NULL AS checksum'
  return (await client.query<Ran>(`SELECT name, ${contracts}, ${checksum} FROM migration ORDER BY name`)).rows
}

/** Makes what is missing of the table, and touches nothing else: who reads it, a backup for one, holds up every ALTER. */
const ensureTable = async (client: pg.Client, columns: ReadonlySet<string>): Promise<void> => {
  if (columns.size === 0)
    await client.query('CREATE TABLE migration (name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now())')
  if (!columns.has('contracts'))
    await client.query('ALTER TABLE migration ADD COLUMN contracts boolean NOT NULL DEFAULT false')
  if (!columns.has('checksum')) await client.query('ALTER TABLE migration ADD COLUMN checksum text')
}

const numberOf = (name: string): number => Number(/(\d{4})_/.exec(name)![1])
const groupOf = (name: string): string => (name.startsWith('platform/') ? 'platform/' : '')

/** Refuses what would leave two shops of one version with different schemas. Answers what ran that is of a later version. */
const compare = (service: string, wanted: readonly Migration[], ran: readonly Ran[]): readonly string[] => {
  const names = (some: readonly { readonly name: string }[]): string => some.map((each) => each.name).join(', ')
  const byName = new Map(ran.map((each) => [each.name, each]))

  const ahead = ran.filter(({ name }) => !wanted.some((each) => each.name === name))
  const took = ahead.filter((each) => each.contracts)
  if (took.length > 0)
    throw new CannotStart(
      `The schema of ${service} is newer than this version of Jangteo can work with (${names(took)} took something away). Start the version that made it, or a later one.`,
    )
  const edited = wanted.filter(({ name, checksum }) => (byName.get(name)?.checksum ?? checksum) !== checksum)
  if (edited.length > 0)
    throw new CannotStart(
      `${names(edited)} of ${service} was edited after it ran here: this schema has what it said before. Put the file back as it was, and write what is to change as a migration of its own.`,
    )
  const last = (group: string): number =>
    Math.max(0, ...ran.filter(({ name }) => groupOf(name) === group).map(({ name }) => numberOf(name)))
  const below = wanted.filter(({ name }) => !byName.has(name) && numberOf(name) <= last(groupOf(name)))
  if (below.length > 0)
    throw new CannotStart(
      `${names(below)} of ${service} would run after migrations that are numbered like it or above, elsewhere before them. Give it the next free number.`,
    )
  return ahead.map((each) => each.name)
}

/** Waits until no other process brings this schema up to date; the lock ends with the session. */
const takeTurn = async (client: pg.Client, service: string, { progress, timeoutMs }: LockWait): Promise<void> => {
  const key = `hashtext('jangteo migrate'), hashtext($1)`
  const { rows } = await client.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${key}) AS held`, [service])
  if (rows[0]!.held) return
  // Nobody waits behind this lock but those who migrate.
  const heldAfter = async (ms: number): Promise<boolean> => {
    // 0 would be for ever.
    await client.query(`SET lock_timeout = ${Math.max(1, ms)}`)
    try {
      await client.query(`SELECT pg_advisory_lock(${key})`, [service])
      return true
    } catch (error) {
      if (codeOf(error) !== '55P03') throw error
      return false
    }
  }
  // Hosts start together, and one of them is through in a moment.
  if (await heldAfter(Math.min(MOMENT_MS, timeoutMs))) return
  progress(`Another process brings the schema of ${service} up to date: waiting for it`)
  if (await heldAfter(timeoutMs)) return
  throw new CannotStart(
    `Another process has been bringing the schema of ${service} up to date for ${Math.round(timeoutMs / 1_000)} s. See what it waits for, and start again.`,
  )
}

/**
 * Brings a service's schema up to date: the platform's own files, then the service's, each once, forward only, all in one
 * transaction, one process at a time. It waits a second at most for a lock and tries again (`withShortLocks`). Answers the
 * names of those it ran, and whether it raised the log. A schema that a later version has only added to is left as it is,
 * so that the version before can run beside it and be rolled back to. Throws CannotStart when a later version took something
 * away, when a migration that ran was edited, when one is numbered below what ran, and when locks cannot be had.
 */
export const migrate = async (
  settings: ConnectionSettings,
  service: string,
  folder: URL | undefined,
  given: Partial<LockWait> = {},
): Promise<string[]> => {
  const wait = lockWait(given)
  const wanted = await migrationsOf(folder)
  const client = await connect(settings, `${service} migrate`)
  try {
    // A big table takes what it takes.
    await client.query('SET statement_timeout = 0')
    await takeTurn(client, service, wait)
    const columns = await columnsOf(client)
    const ran = await ranIn(client, columns)
    const ahead = compare(service, wanted, ran)
    if (ahead.length > 0)
      wait.progress(
        `The schema of ${service} is of a later version, which only added to it (${ahead.join(', ')}): this version works with it`,
      )
    const done = new Set(ran.map((each) => each.name))
    const missing = wanted.filter((each) => !done.has(each.name))
    const unmarked = wanted.filter(({ name }) => ran.some((each) => each.name === name && each.checksum === null))
    const what =
      missing.length > 0 ? `${missing.map((each) => each.name).join(', ')} of ${service}` : `The schema of ${service}`

    const raised = await withShortLocks(
      client,
      settings,
      what,
      async () => {
        await ensureTable(client, columns)
        // Those that ran before checksums were kept are taken as they are now.
        for (const { name, checksum } of unmarked)
          await client.query('UPDATE migration SET checksum = $2 WHERE name = $1', [name, checksum])
        for (const each of missing) {
          try {
            await client.query(each.text)
          } catch (error) {
            throw new Error(`The migration ${each.name} of ${service} failed: ${String(error)}`, { cause: error })
          }
          await client.query('INSERT INTO migration (name, contracts, checksum) VALUES ($1, $2, $3)', [
            each.name,
            CONTRACTS.test(each.text),
            each.checksum,
          ])
        }
        return raiseLog(client)
      },
      wait,
    )
    return [...missing.map((each) => each.name), ...(raised ? [RAISED] : [])]
  } finally {
    await client.end()
  }
}
