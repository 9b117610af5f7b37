import pg from 'pg'
import type { Runtime } from '#kernel/runtime.ts'
import { codeOf, isLost } from '../connection/transient-errors.ts'
import type { Postmaster } from './server/postmaster.ts'
import { waitFor } from './server/wait.ts'

/** One shop per data directory: the living one holds this advisory lock for as long as its connection lives. */
const LIVING_SHOP = '29945965962814831'

/** How long a killed shop's lock may outlive it: the server notices the closed socket at once, but may be busy. */
const LOCK_TIMEOUT_MS = 2_000

const TOO_MANY_CONNECTIONS = '53300'

/** The connection that holds the lock, `taken` when another shop has it, or `away` while the server takes nobody. */
export type Claim = pg.Client | 'taken' | 'away'

/** Whether the error says that the server takes nobody: it is not up yet, is no longer, or has no connection left. */
const isAway = (error: unknown): boolean => isLost(error) || codeOf(error) === TOO_MANY_CONNECTIONS

/** Lets go of a connection without waiting: after a refusal the driver may never say that it has ended. */
export const hangUp = (client: pg.Client): void => {
  client.end().catch(() => {})
  client.connection.stream.destroy()
}

/** Tries to become the shop of the data that server serves. */
export const claim = async (server: Pick<Postmaster, 'port' | 'socketFolder'>, runtime: Runtime): Promise<Claim> => {
  const client = new pg.Client({
    host: server.socketFolder,
    port: server.port,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
    application_name: 'jangteo: living shop',
    connectionTimeoutMillis: 5_000,
  })
  // Without a listener a lost connection would end the process; who uses the claim listens for its end.
  client.on('error', () => {})
  try {
    await client.connect()
    const held = await waitFor(runtime, LOCK_TIMEOUT_MS, async () => {
      const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS held', [LIVING_SHOP])
      return rows[0].held ? true : undefined
    })
    if (held) return client
    hangUp(client)
    return 'taken'
  } catch (error) {
    hangUp(client)
    if (isAway(error)) return 'away'
    throw error
  }
}
