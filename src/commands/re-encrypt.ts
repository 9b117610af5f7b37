import { CannotStart } from '#kernel/cannot-start.ts'
import { auth } from '#services/auth/contract.ts'
import { config } from '#services/config/contract.ts'
import { email } from '#services/email/contract.ts'
import { member } from '#services/member/contract.ts'
import { payment } from '#services/payment/contract.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { startHost } from '#src/host/process/host.ts'
import { makeLog } from '#src/host/process/logging.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.reseal

/** The services that seal anything. */
export const sealing: readonly object[] = [auth, member, email, config, payment]

/** `npm run reseal`: the third step of changing the shop's secret. Can be repeated; exits 0 when nothing is left. */
export const reseal: Command = async ({ args, runtime, env, say = print }) => {
  refuseArguments(optionsOf(args, USAGE, {}).positionals, USAGE)
  const settings = readSettings(env)
  if (!settings.JANGTEO_SECRET || !settings.JANGTEO_SECRET_ALSO)
    throw new CannotStart('Set JANGTEO_SECRET to the new secret and JANGTEO_SECRET_ALSO to the old one.')
  const stores = await attachStores(settings, { runtime, progress: say })
  try {
    const log = makeLog(settings.LOG_LEVEL)
    const { connection } = stores
    const services = shop.filter(({ contract }) => sealing.includes(contract))
    // Nothing goes out: the address only has to be one.
    const wired = { ...settings, TOSS_BASE_URL: settings.TOSS_BASE_URL || 'http://localhost' }
    const host = await startHost({ services, connection, settings: wired, runtime, log, background: false })
    try {
      for (const { definition, built } of host.services)
        if (built.reseal) say(`${definition.contract.name}: ${await built.reseal()} values re-encrypted`)
      say('Nothing is encrypted with the old secret any more.')
    } finally {
      await host.stop()
    }
    return 0
  } finally {
    await stores.stop()
  }
}
