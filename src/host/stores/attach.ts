import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { connect, type ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { livingServer } from '#engines/postgres/embedded/server/running-server.ts'
import { waitFor } from '#engines/postgres/embedded/server/wait.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { openStores, type Stores } from './stores.ts'

/** The databases of a shop that this process does not run, reached beside it. */
export interface Attached extends Stores {
  readonly adminOf: (service: string) => ConnectionSettings
  /** Where they are, for a person. */
  readonly where: string
}

/** Milliseconds to wait for a server that is starting, or recovering after a kill, and accepts no connections yet. */
const TIMEOUT_MS = 30_000

const answers = (admin: ConnectionSettings) => async (): Promise<true | undefined> => {
  try {
    await (await connect({ ...admin, database: 'postgres' }, 'attach')).end()
    return true
  } catch {
    return undefined
  }
}

/**
 * Reaches the databases of a shop for a command: a server's, those of the shop that runs on the data directory, or of
 * one that is stopped: then the embedded server is started, and stopped again by `stop`. Things are left as they were
 * found. Throws CannotStart where there is no shop, unless `make` asks for its database to be made.
 */
export const attachStores = async (
  settings: ProcessSettings,
  given: { readonly runtime: Runtime; readonly progress?: (line: string) => void; readonly make?: boolean },
): Promise<Attached> => {
  const { runtime, progress = () => {}, make = false } = given
  if (settings.DATABASE_URL) {
    const stores = await openStores(settings, { runtime, progress })
    const { host, port, database } = stores.adminOf('')
    return { ...stores, where: `${database} on ${host}:${port}` }
  }
  const home = settings.JANGTEO_DATA
  if (!make && !existsSync(join(home, 'postgres')))
    throw new CannotStart(`There is no shop in ${home}. Set JANGTEO_DATA or DATABASE_URL to where it is.`)
  const admin = livingServer(home)
  if (!admin) return { ...(await openStores(settings, { runtime, progress })), where: `embedded in ${home}` }
  if (!(await waitFor(runtime, TIMEOUT_MS, answers(admin))))
    throw new CannotStart(`The database in ${home} runs but does not answer.`)
  return {
    adminOf: () => admin,
    connection: (service) => serviceConnection(admin, service),
    where: `embedded in ${home}`,
    stop: async () => {},
  }
}
