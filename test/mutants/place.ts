import pg from 'pg'
import type { Connection } from '#engines/postgres/embedded/start.ts'
import { startThrowaway, TEST_SERVER } from '#engines/postgres/embedded/throwaway.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { copyCheckout } from './copy.ts'

/** Where one mutant after another is tried: a copy of the checkout and a database server of its own. */
export interface Place {
  readonly path: string
  /** What tells tests of the server. */
  readonly env: Readonly<Record<string, string>>
  /** Drops the databases of a run that was ended before it could. */
  clean(): Promise<void>
  remove(): Promise<void>
}

const dropTestDatabases = async (connection: Connection): Promise<void> => {
  const client = new pg.Client({ ...connection, database: 'postgres', password: '', ssl: false })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT datname AS name FROM pg_database WHERE datname ~ '^test_[0-9a-f]+$'",
    )
    for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  } finally {
    await client.end()
  }
}

/** Makes a place. */
export const makePlace = async (root: string): Promise<Place> => {
  const server = await startThrowaway(systemRuntime())
  const copy = copyCheckout(root)
  return {
    path: copy.path,
    // What does not come about without its guard is not waited for as long as what may be slow.
    env: { [TEST_SERVER]: JSON.stringify(server.connection), JANGTEO_TEST_PATIENCE: '30' },
    clean: () => dropTestDatabases(server.connection),
    remove: async () => {
      copy.remove()
      await server.stop()
    },
  }
}
