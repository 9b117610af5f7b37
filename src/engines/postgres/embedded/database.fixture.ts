import { after } from 'node:test'
import pg from 'pg'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { type Connection, urlOf } from './start.ts'
import { startThrowaway, TEST_SERVER } from './throwaway.ts'

/** An empty database of a test's own. */
export interface TestDatabase {
  readonly connection: Connection
  readonly url: string
  /** Drops it, whoever is still connected. Happens by itself after the file's last test. */
  drop(): Promise<void>
}

let server: Promise<Connection> | undefined
const cleanups: (() => Promise<void>)[] = []

// Registered while the file loads, so that it belongs to the whole file: made inside a hook it would run after the hook.
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const startOwn = async (runtime: Runtime): Promise<Connection> => {
  const own = await startThrowaway(runtime)
  cleanups.push(own.stop)
  return own.connection
}

/** The run's server; a file that is run by hand starts one, which ends with it. */
const testServer = (runtime: Runtime): Promise<Connection> => {
  const shared = process.env[TEST_SERVER]
  server ??= shared ? Promise.resolve(JSON.parse(shared) as Connection) : startOwn(runtime)
  return server
}

const asAdministrator = async (
  connection: Connection,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> => {
  const client = new pg.Client({ ...connection, database: 'postgres', password: '', ssl: false })
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/**
 * A fresh, empty database on real PostgreSQL: one per test file is plenty. Call it at the top of a file or in `before`:
 * `const database = await freshDatabase()`.
 */
export const freshDatabase = async (runtime: Runtime = systemRuntime()): Promise<TestDatabase> => {
  const base = await testServer(runtime)
  const name = `test_${runtime.id().replaceAll('-', '')}`
  await asAdministrator(base, (client) => client.query(`CREATE DATABASE ${name}`))
  const connection = { ...base, database: name }
  const shared = process.env[TEST_SERVER] !== undefined
  const drop = () => asAdministrator(base, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  // A server of one's own takes its databases with it.
  if (shared) cleanups.push(drop)
  return { connection, url: urlOf(connection), drop }
}
