import { connect, fromUrl, type ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { livingServer } from '#engines/postgres/embedded/server/running-server.ts'
import { startEmbedded } from '#engines/postgres/embedded/start.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import type { LockWait } from '#engines/postgres/schema/short-locks.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { databaseUrlOf, type ProcessSettings } from '#src/settings/process-settings.ts'
import { waitForDependency } from './wait-for-dependency.ts'

/** A schema of the shop: a service's, or a simulator's. */
export interface Schema {
  readonly name: string
  readonly migrations: URL | undefined
}

/** The databases the shop stands on. */
export interface Stores {
  /** How a service reaches its own store; of the relay, how it reaches the one `source` lies in. */
  readonly connection: (service: string, source?: string) => ConnectionSettings
  stop(): Promise<void>
}

/** A connection to a server, made and ended: it takes us. */
const reach = async (admin: ConnectionSettings): Promise<void> => {
  const client = await connect({ ...admin, database: 'postgres' }, 'start').catch(() => connect(admin, 'start'))
  await client.end()
}

/** The embedded server that another process runs. */
const joined = async (settings: ProcessSettings): Promise<ConnectionSettings> => {
  const admin = livingServer(settings.JANGTEO_DATA)
  if (!admin) throw new Error('no process runs it: npm start, npm run cluster or “serve database” does')
  await reach(admin)
  return admin
}

const none = (): never => {
  throw new Error('This process has no database')
}
const noStores = { adminOf: none, connection: none, stop: async (): Promise<void> => {} }

/** Opens the databases: those of the settings, or else the embedded one. */
export const openStores = async (
  settings: ProcessSettings,
  given: {
    readonly runtime: Runtime
    readonly progress: (line: string) => void
    /** Called when the embedded server stopped by itself, with why, and when it runs again. */
    readonly onDown?: (why: string) => void
    readonly onUp?: () => void
    /** Milliseconds to wait for a server that is not there yet. */
    readonly timeoutMs?: number
    /** Whether this process runs the embedded server, waits for another that does, or needs no database at all. */
    readonly embedded?: 'run' | 'join' | 'none'
  },
): Promise<Stores & { readonly adminOf: (service: string) => ConnectionSettings }> => {
  const { runtime, progress, timeoutMs = 0 } = given
  const waiting = { runtime, progress, timeoutMs }
  if (given.embedded === 'none') return noStores
  /** Services whose address is set are there, the others on the main server. */
  const storesOn = (main: ConnectionSettings, stop = async (): Promise<void> => {}) => {
    const adminOf = (service: string): ConnectionSettings => {
      const own = databaseUrlOf(settings, service)
      return own === '' ? main : fromUrl(own)
    }
    return {
      adminOf,
      connection: (service: string, source = service) => serviceConnection(adminOf(source), service),
      stop,
    }
  }
  if (settings.DATABASE_URL) {
    const main = fromUrl(settings.DATABASE_URL)
    await waitForDependency(`the database at ${main.host}:${main.port} (DATABASE_URL)`, () => reach(main), waiting)
    return storesOn(main)
  }
  if (given.embedded === 'join')
    return storesOn(
      await waitForDependency(`the database in ${settings.JANGTEO_DATA}`, () => joined(settings), waiting),
    )
  const embedded = await startEmbedded({
    dataDir: settings.JANGTEO_DATA,
    runtime,
    progress,
    ...(given.onDown && { onDown: given.onDown }),
    ...(given.onUp && { onUp: given.onUp }),
  })
  return storesOn(embedded.connection, embedded.stop)
}

/** How long a start tries for the locks its migrations need. */
export const lockWaitOf = (
  settings: ProcessSettings,
  given: { readonly runtime: Runtime; readonly progress: (line: string) => void },
): LockWait => ({ ...given, timeoutMs: settings.JANGTEO_MIGRATE_PATIENCE * 1_000 })

/** Makes schemas and roles, and brings every schema up to date. Answers what was done, as `order: 0001_orders.sql`. */
export const prepareSchemas = async (
  adminOf: (service: string) => ConnectionSettings,
  schemas: readonly Schema[],
  wait: LockWait,
): Promise<readonly string[]> => {
  const byServer = Map.groupBy(schemas, ({ name }) => JSON.stringify(adminOf(name)))
  for (const group of byServer.values()) {
    const names = group.map((each) => each.name)
    await provision(adminOf(names[0]!), names, wait)
  }
  const ran = await Promise.all(
    schemas.map(async ({ name, migrations }) =>
      (await migrate(serviceConnection(adminOf(name), name), name, migrations, wait)).map((each) => `${name}: ${each}`),
    ),
  )
  return ran.flat()
}
