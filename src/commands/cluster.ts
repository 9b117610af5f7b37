import { fileURLToPath } from 'node:url'
import { startCluster } from '#src/host/cluster.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { noWords, optionsOf } from './options.ts'
import { signaled } from './signaled.ts'
import { print } from './terminal.ts'

const USAGE = 'npm run cluster [-- --placement FILE]: every host of a placement as a process on this machine'
const PLACEMENT = fileURLToPath(new URL('../../deploy/placements/cluster.json', import.meta.url))

/** `npm run cluster`: the shop as many processes on this machine, until Ctrl-C or SIGTERM. */
export const cluster: Command = async ({ args, runtime, env, say = print }) => {
  const { positionals, values } = optionsOf(args, USAGE, { placement: { type: 'string' } })
  noWords(positionals, USAGE)
  const settings = readSettings(env)
  const began = runtime.now()
  const stopping = signaled()
  const starting = startCluster(settings, {
    shop,
    placement: (values['placement'] as string | undefined) ?? PLACEMENT,
    samples: env['JANGTEO_SAMPLES'] !== 'off',
    runtime,
    progress: (line) => say(`  ${line}`),
    stopping,
  })
  const running = await starting
  if (!running) return 0
  say(
    `장터 Jangteo is open at ${running.origins.join(' and ')} (ready in ${((runtime.now() - began) / 1000).toFixed(1)} s)`,
  )
  await stopping
  say('Closing …')
  await running.stop()
  say('Closed.')
  return 0
}
