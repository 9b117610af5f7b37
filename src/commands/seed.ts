import { CannotStart } from '#kernel/cannot-start.ts'
import { catalog } from '#services/catalog/contract.ts'
import { product } from '#services/product/contract.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { startHost } from '#src/host/process/host.ts'
import { makeLog } from '#src/host/process/logging.ts'
import { schemasOf } from '#src/host/stores/schemas.ts'
import { loadSamples } from '#src/host/development/seed.ts'
import { lockWaitOf, prepareSchemas } from '#src/host/stores/stores.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.seed

/**
 * `npm run seed`: loads the sample catalogue beside the running shop, or into a stopped one. Products that are there
 * stay as they are, whatever has been changed or sold since.
 */
export const seed: Command = async ({ args, runtime, env, say = print }) => {
  refuseArguments(optionsOf(args, USAGE, {}).positionals, USAGE)
  const settings = readSettings(env)
  if (settings.mode === 'production') throw new CannotStart('The sample catalogue is for development only.')
  const stores = await attachStores(settings, { runtime, progress: say, make: true })
  try {
    const wait = lockWaitOf(settings, { runtime, progress: say })
    await prepareSchemas(stores.adminOf, schemasOf(shop, settings.mode), wait)
    const log = makeLog(settings.LOG_LEVEL)
    // These two suffice: one puts products on sale, the other's consumers fill the shop window.
    const services = shop.filter(({ contract }) => contract === product || contract === catalog)
    const host = await startHost({ services, connection: stores.connection, settings, runtime, log })
    try {
      const { made, known } = await loadSamples(host, { runtime, progress: say })
      say(`Loaded ${made} sample products; ${known} were there already.`)
    } finally {
      await host.stop()
    }
    return 0
  } finally {
    await stores.stop()
  }
}
