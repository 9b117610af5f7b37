import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import { connect, type ConnectionSettings } from './connection.ts'
import { RAISED, raiseLog } from './taken-back.ts'

const PLATFORM = new URL('./platform/', import.meta.url)

interface Migration {
  readonly name: string
  readonly text: string
}

/** How a migration begins that takes away what the version before still uses. */
const CONTRACTS = /^-- contract: \S/

const filesOf = async (folder: URL, prefix: string): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => ({
      name: `${prefix}${name}`,
      text: await readFile(fileURLToPath(new URL(name, folder)), 'utf8'),
    })),
  )
}

const migrationsOf = async (folder: URL | undefined): Promise<Migration[]> => [
  ...(await filesOf(PLATFORM, 'platform/')),
  ...(folder ? await filesOf(folder, '') : []),
]

/** Names of the migrations a service's schema has when it is up to date, in their order. */
export const migrationNames = async (folder: URL | undefined): Promise<string[]> =>
  (await migrationsOf(folder)).map((each) => each.name)

/**
 * Brings a service's schema up to date: the platform's own files, then the service's, each once, forward only, in one
 * transaction under an advisory lock. Answers the names of those it ran, and whether it raised the log. A schema that a later version has only added to
 * is left as it is, so that the version before can run beside it and be rolled back to; throws when a later version took
 * something away.
 */
export const migrate = async (
  settings: ConnectionSettings,
  service: string,
  folder: URL | undefined,
): Promise<string[]> => {
  const wanted = await migrationsOf(folder)
  const client = await connect(settings, `${service} migrate`)
  try {
    await client.query('BEGIN')
    // Others that start at once wait for the first; a big table takes what it takes.
    await client.query(`SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = 0`)
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('jangteo migrate'), hashtext($1))`, [service])
    await client.query(
      'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, ran_at timestamptz NOT NULL DEFAULT now())',
    )
    await client.query('ALTER TABLE migration ADD COLUMN IF NOT EXISTS contracts boolean NOT NULL DEFAULT false')
    const { rows } = await client.query<{ name: string; contracts: boolean }>('SELECT name, contracts FROM migration')
    const ran = new Set(rows.map((row) => row.name))
    const ahead = rows
      .filter(({ name, contracts }) => contracts && !wanted.some((each) => each.name === name))
      .map(({ name }) => name)
    if (ahead.length > 0)
      throw new CannotStart(
        `The schema of ${service} is newer than this version of Jangteo can work with (${ahead.join(', ')} took something away). Start the version that made it, or a later one.`,
      )
    const missing = wanted.filter((each) => !ran.has(each.name))
    for (const each of missing) {
      try {
        await client.query(each.text)
      } catch (error) {
        throw new Error(`The migration ${each.name} of ${service} failed: ${String(error)}`, { cause: error })
      }
      await client.query('INSERT INTO migration (name, contracts) VALUES ($1, $2)', [
        each.name,
        CONTRACTS.test(each.text),
      ])
    }
    const raised = await raiseLog(client)
    await client.query('COMMIT')
    return [...missing.map((each) => each.name), ...(raised ? [RAISED] : [])]
  } finally {
    await client.end()
  }
}
