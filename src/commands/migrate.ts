import { attachStores } from '#src/host/stores/attach.ts'
import { schemasOf } from '#src/host/stores/schemas.ts'
import { lockWaitOf, prepareSchemas } from '#src/host/stores/stores.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.migrate

/** `npm run migrate`: makes what is missing of database, roles and schemas, runs what is missing of migrations. */
export const migrate: Command = async ({ args, runtime, env, say = print }) => {
  refuseArguments(optionsOf(args, USAGE, {}).positionals, USAGE)
  const settings = readSettings(env)
  const stores = await attachStores(settings, { runtime, progress: say, make: true })
  try {
    const schemas = schemasOf(shop, settings.mode)
    const ran = await prepareSchemas(stores.adminOf, schemas, lockWaitOf(settings, { runtime, progress: say }))
    for (const each of ran) say(`  ${each}`)
    const did = ran.length > 0 ? `made ${ran.length} changes` : 'nothing to do'
    say(`The ${schemas.length} schemas (${stores.where}) are up to date: ${did}.`)
    return 0
  } finally {
    await stores.stop()
  }
}
