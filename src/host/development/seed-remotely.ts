import type { Contract } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { startHost } from '../process/host.ts'
import { makeLog } from '../process/logging.ts'
import { internalTokens } from '../cluster/network.ts'
import { placedRegistry } from '../cluster/placed-registry.ts'
import type { Placement } from '../cluster/placement.ts'
import { remotes } from '../cluster/remote-services.ts'
import { seedShop } from './seed.ts'
import { analyzeOwn } from '#engines/postgres/analyze.ts'
import type { Stores } from '../stores/stores.ts'

/** Loads the sample catalogue into a shop of other processes, once; `npm start` does so in its own. */
export const seedRemotely = async (
  settings: ProcessSettings,
  given: {
    readonly shop: readonly ServiceDefinition<any>[]
    readonly placement: Placement
    readonly stores: Stores
    readonly runtime: Runtime
    readonly progress: (line: string) => void
  },
): Promise<void> => {
  const { shop, placement, stores, runtime, progress } = given
  const log = makeLog(settings.LOG_LEVEL)
  const registry = placedRegistry(placement, { runtime, log })
  const contracts = shop.map((each) => each.contract as Contract)
  const tokens = internalTokens(settings, runtime)
  const elsewhere = remotes(contracts, { registry, tokens, zone: undefined, runtime, log })
  const { connection } = stores
  const host = await startHost({
    services: [],
    connection,
    elsewhere: elsewhere.endpoint,
    settings: {},
    runtime,
    log,
    background: false,
  })
  try {
    await seedShop(host, settings, { runtime, progress })
    for (const name of ['product', 'catalog']) {
      // Plans made while the tables were empty would read all of them.
      const db = openDatabase(connection(name), { name, runtime, sizes: { shared: 1, exclusive: 1 } })
      await analyzeOwn(db).finally(db.close)
    }
  } finally {
    await host.stop()
    await elsewhere.close()
    await registry.close()
  }
}
