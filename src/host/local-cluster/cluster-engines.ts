import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { SETTING, starters, type EngineName } from '#tools/engines/index.ts'
import { startPrometheus, type Watched } from '#tools/engines/prometheus.ts'
import { startSet, type Starter } from '#tools/engines/set.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { portsOf, type Placement } from '../cluster/placement.ts'

const RULES = fileURLToPath(new URL('../../../deploy/observe/alerts.yml', import.meta.url))

/** What a cluster on one machine can stand on besides PostgreSQL. */
export const CLUSTER_ENGINES = [...(Object.keys(starters) as EngineName[]), 'prometheus'] as const
export type ClusterEngine = (typeof CLUSTER_ENGINES)[number]

/** Where Prometheus finds the metrics of every replica: at the port other hosts call. */
const scrapeTargetsOf = ({ hosts }: Placement): readonly Watched[] =>
  hosts.map((host) => ({
    host: host.name,
    addresses: Array.from({ length: host.replicas }, (_, n) => `${host.address}:${portsOf(host, n + 1).port}`),
  }))

/** The engines of a cluster at work. */
export interface ClusterEngines {
  /** Environment variables for the hosts. */
  readonly env: Readonly<Record<string, string>>
  /** A line for each address a person may want. */
  readonly lines: readonly string[]
  stop(): Promise<void>
}

/**
 * Starts the engines named, but for those whose address is set already: a person has one of their own then. Throws
 * CannotStart with how to go on without what cannot be had.
 */
export const startClusterEngines = async (
  names: readonly ClusterEngine[],
  settings: ProcessSettings,
  given: {
    readonly placement: Placement
    readonly runtime: Runtime
    readonly progress: (line: string) => void
  },
): Promise<ClusterEngines> => {
  const { placement, runtime, progress } = given
  const wanted: Record<string, Starter> = {}
  for (const name of names) {
    if (name === 'prometheus')
      wanted[name] = {
        port: 9090,
        start: (where) => startPrometheus({ ...where, watched: scrapeTargetsOf(placement), rules: RULES }),
      }
    else if (settings[SETTING[name]]) progress(`${name.padEnd(14)} that of ${SETTING[name]}`)
    else wanted[name] = starters[name]
  }
  try {
    const { engines, stop } = await startSet(wanted, {
      folder: join(settings.JANGTEO_DATA, 'engines'),
      cache: settings.JANGTEO_ENGINES,
      runtime,
      usualPorts: true,
      progress,
    })
    const all = Object.entries(engines)
    return {
      env: Object.fromEntries(
        all.flatMap(([name, { url }]) => (name in SETTING ? [[SETTING[name as EngineName], url]] : [])),
      ),
      lines: all.map(([, { name, url }]) => `${name.padEnd(14)} ${url}`),
      stop,
    }
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    throw new CannotStart(
      `${error.message}\nWithout engines of its own the shop runs too: npm run cluster -- --engines embedded ` +
        `(or with some: --engines redis,prometheus).`,
    )
  }
}
