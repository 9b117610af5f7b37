import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import { CLUSTER_ENGINES, type ClusterEngine } from '#src/host/local-cluster/cluster-engines.ts'
import { startCluster } from '#src/host/local-cluster/local-cluster.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { untilSignal } from './line/signaled.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.cluster
const PLACEMENT = fileURLToPath(new URL('../../deploy/placements/cluster.json', import.meta.url))

const isClusterEngine = (name: string): name is ClusterEngine => (CLUSTER_ENGINES as readonly string[]).includes(name)

/** What `--engines` names: all without it, none for `embedded`. */
const enginesOf = (given: string | undefined): readonly ClusterEngine[] => {
  if (given === undefined) return CLUSTER_ENGINES
  if (given === 'embedded') return []
  return given.split(',').map((name) => {
    if (!isClusterEngine(name)) throw new CannotStart(`--engines: "${name}" is no engine.\n${USAGE}`)
    return name
  })
}

/** `npm run cluster`: the shop as many processes on this machine, until Ctrl-C or SIGTERM. */
export const cluster: Command = async ({ args, runtime, env, say = print }) => {
  const { positionals, values } = optionsOf(args, USAGE, { placement: { type: 'string' }, engines: { type: 'string' } })
  refuseArguments(positionals, USAGE)
  const engines = enginesOf(values['engines'] as string | undefined)
  const settings = readSettings(env)
  const began = runtime.now()
  const stopping = untilSignal()
  const starting = startCluster(settings, {
    shop,
    engines,
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
  for (const each of running.addresses) say(`  ${each}`)
  await stopping
  say('Closing …')
  await running.stop()
  say('Closed.')
  return 0
}
