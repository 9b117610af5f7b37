import { CannotStart } from '#kernel/cannot-start.ts'
import { serveHost } from '#src/host/process/serve-host.ts'
import { crashPoint } from '#src/host/development/crash-point.ts'
import { readSettings } from '#src/settings.ts'
import { liveSettings, shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { optionsOf } from './line/options.ts'
import { untilSignal } from './line/signaled.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.serve

const numberOf = (given: string | undefined, name: string, most: number): number | undefined => {
  if (given === undefined) return undefined
  if (!/^\d{1,5}$/.test(given) || Number(given) < 1 || Number(given) > most)
    throw new CannotStart(`--${name} is "${given}": give a whole number from 1 to ${most}.`)
  return Number(given)
}

/** `serve`: a host with some services, until SIGTERM or Ctrl-C. */
export const serve: Command = async ({ args, runtime, env, say = print }) => {
  const { positionals, values } = optionsOf(args, USAGE, {
    placement: { type: 'string' },
    host: { type: 'string' },
    replica: { type: 'string' },
    port: { type: 'string' },
  })
  const settings = readSettings(env)
  const stopping = untilSignal()
  const began = runtime.now()
  const onStep = settings.mode === 'development' ? crashPoint(env['JANGTEO_CRASH_AT']) : undefined
  const starting = serveHost(settings, {
    shop,
    liveSettings,
    runs: positionals,
    placement: (values['placement'] as string | undefined) ?? (settings.JANGTEO_PLACEMENT || undefined),
    host: values['host'] as string | undefined,
    replica: numberOf(values['replica'] as string | undefined, 'replica', 64),
    port: numberOf(values['port'] as string | undefined, 'port', 65_535),
    runtime,
    progress: (line) => say(`  ${line}`),
    ...(onStep && { onStep }),
  })
  const running = await Promise.race([starting, stopping.then(() => undefined)])
  if (!running) {
    // Nobody has been promised anything yet, and what it waits for may never come.
    say('Stopped before it was ready.')
    process.exit(130)
  }
  const { name, services, edge, internal } = running
  const where = [...(edge ? [`open at ${edge}`] : []), ...(internal ? [`calls at ${internal}`] : [])].join(', ')
  say(`Host ${name} is ready: ${services.join(', ')}; ${where} (${((runtime.now() - began) / 1000).toFixed(1)} s)`)
  await stopping
  say(`Host ${name} leaves …`)
  await running.stop()
  say(`Host ${name} is gone.`)
  return 0
}
