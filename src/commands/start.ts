import { startShop } from '#src/host/process/start-shop.ts'
import { readSettings } from '#src/settings.ts'
import { liveSettings, shop } from '#src/shop.ts'
import { crashPoint } from '#src/host/development/crash-point.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { untilSignal } from './line/signaled.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.start

/** `npm start`: the whole shop in one process, until Ctrl-C or SIGTERM. */
export const start: Command = async ({ args, runtime, env }) => {
  refuseArguments(optionsOf(args, USAGE, {}).positionals, USAGE)
  const began = runtime.now()
  const settings = readSettings(env)
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const stopping = untilSignal()
  const onStep = settings.mode === 'development' ? crashPoint(env['JANGTEO_CRASH_AT']) : undefined
  const starting = startShop(settings, {
    services: shop,
    liveSettings,
    runtime,
    progress: (line) => say(`  ${line}`),
    withPages: env['JANGTEO_PAGES'] !== 'off',
    samples: env['JANGTEO_SAMPLES'] !== 'off',
    ...(onStep && { onStep }),
  })
  let open = false
  void stopping.then(() => !open && say('  Closing once the start is through (again: at once) …'))
  const running = await starting
  open = true
  say(`장터 Jangteo is open at ${running.origin} (ready in ${((runtime.now() - began) / 1000).toFixed(1)} s)`)
  const signal = await stopping
  say('Closing …')
  // Whoever presses Ctrl-C has nobody else to send customers to; whoever sends SIGTERM may have.
  await running.stop(signal === 'SIGINT' ? 0 : settings.JANGTEO_LEAVE_GRACE)
  say('Closed.')
  return 0
}
