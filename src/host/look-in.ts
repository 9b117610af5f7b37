import { livingServer } from '#engines/postgres/embedded/living-server.ts'
import { serviceConnection } from '#engines/postgres/provision.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ShopSettings } from '#src/settings.ts'
import { openStores, type Stores } from './stores.ts'

/** The databases of a shop that may be open for business meanwhile: of the running one, else started for the time being. */
export const lookIn = async (settings: ShopSettings, runtime: Runtime): Promise<Stores> => {
  const living = settings.DATABASE_URL ? undefined : livingServer(settings.JANGTEO_DATA)
  if (!living) return openStores(settings, { runtime, progress: () => {} })
  return { connection: (service) => serviceConnection(living, service), stop: async () => {} }
}
