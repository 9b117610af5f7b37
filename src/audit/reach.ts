import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { fromUrl, type ConnectionSettings } from '#engines/postgres/connection.ts'
import { findPostmaster } from '#engines/postgres/embedded/postmaster.ts'
import { DATABASE, startEmbedded } from '#engines/postgres/embedded/start.ts'
import { databaseUrlOf, type ShopSettings } from '#src/settings.ts'

/** The databases of a shop, as its administrator. */
export interface Reached {
  readonly adminOf: (service: string) => ConnectionSettings
  /** Leaves things as they were found. */
  done(): Promise<void>
}

/**
 * Reaches the databases of a shop that another process runs, or of one that is stopped: then its embedded server is
 * started and stopped again. Throws CannotStart where there is none.
 */
export const reachShop = async (settings: ShopSettings, runtime: Runtime): Promise<Reached> => {
  if (settings.DATABASE_URL)
    return { adminOf: (service) => fromUrl(databaseUrlOf(settings, service)), done: async () => {} }
  const home = settings.JANGTEO_DATA
  const data = join(home, 'postgres')
  if (!existsSync(data))
    throw new CannotStart(`There is no shop in ${home}. Set JANGTEO_DATA or DATABASE_URL to where it is.`)
  const running = findPostmaster(data)
  if (running) {
    const admin = { host: running.socketFolder, port: running.port, user: 'postgres', database: DATABASE }
    return { adminOf: () => admin, done: async () => {} }
  }
  const server = await startEmbedded({ dataDir: home, runtime })
  return { adminOf: () => server.connection, done: server.stop }
}
