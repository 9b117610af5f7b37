import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import { connect, type ConnectionSettings } from './connection.ts'

const PLATFORM = new URL('./platform/', import.meta.url)

interface Migration {
  readonly name: string
  readonly text: string
}

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
 * transaction under an advisory lock. Answers the names of those it ran. Throws when the schema is ahead of this code.
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
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migration')
    const ran = new Set(rows.map((row) => row.name))
    const ahead = [...ran].filter((name) => !wanted.some((each) => each.name === name))
    if (ahead.length > 0)
      throw new CannotStart(
        `The schema of ${service} is newer than this version of Jangteo (it has ${ahead.join(', ')}). Start the version that made it, or a later one.`,
      )
    const missing = wanted.filter((each) => !ran.has(each.name))
    for (const each of missing) {
      try {
        await client.query(each.text)
      } catch (error) {
        throw new Error(`The migration ${each.name} of ${service} failed: ${String(error)}`, { cause: error })
      }
      await client.query('INSERT INTO migration (name) VALUES ($1)', [each.name])
    }
    await client.query('COMMIT')
    return missing.map((each) => each.name)
  } finally {
    await client.end()
  }
}
