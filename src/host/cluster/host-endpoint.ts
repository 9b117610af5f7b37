import type { Logger } from 'pino'
import { serveLocally } from '#kernel/call.ts'
import { instant } from '#kernel/contract.ts'
import { NOT_FOUND, UNAVAILABLE } from '#kernel/faults.ts'
import { hostContract, type Platform } from '#kernel/reports/platform.ts'
import type { RemoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import { ORDINARY_WEIGHT, type Registry } from '#kernel/remote/instances/registry.ts'
import type { Served } from '#kernel/remote/server/routes.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Queryable } from '#kernel/store.ts'
import type { Telemetry } from '#engines/telemetry/telemetry.ts'
import type { Checks } from '#src/observability/health/health.ts'
import type { Runs } from '../process/assemble.ts'
import { listDeadLetters, redriveDeadLetter } from '../events/dead-letters.ts'
import type { ExpectedHost } from './expected-hosts.ts'
import type { Host } from '../process/host.ts'
import { liveHosts } from './live-hosts.ts'
import { setLogLevel } from '../process/logging.ts'
import type { Network } from './network.ts'
import { hostReporter, type HostIdentity } from '#src/observability/health/host-report.ts'
import { VERSION } from '../process/version.ts'
import { watchProcess } from '#src/observability/stats/process-metrics.ts'
import { callStats, type CallStats } from '#src/observability/stats/call-stats.ts'

/** Name of a process that is the whole shop. */
const WHOLE = 'shop'

/** The host contract of a process: reports of itself to other hosts, and its view of them. */
export interface HostEndpoint {
  readonly calls: CallStats
  readonly platform: Platform
  readonly served: Served
  /** From here on reports are answered. */
  ready(parts: Parts): void
  close(): Promise<void>
}

interface Parts {
  readonly host: Host
  readonly checks: Checks
  readonly byKafka: boolean
  readonly leaving: () => boolean
  readonly remotes: () => ReadonlyMap<string, RemoteEndpoint>
  /** Which configuration it runs. */
  readonly config: () => string | null
}

const runsOf = (runs: Runs): string[] => [
  ...runs.services.map((each) => each.contract.name as string),
  ...(['gateway', 'pages', 'simulators', 'database'] as const).filter((part) => runs[part]),
]

const storeIn = (host: Host, service: string): Queryable => {
  const found = host.services.find((each) => each.definition.contract.name === service)
  if (!found) throw UNAVAILABLE({ service })
  return found.db
}

/** Makes the host endpoint before the host runs: reports wait for `ready`. */
export const hostEndpointOf = (
  runs: Runs,
  given: {
    readonly network: Network | undefined
    readonly registry: Registry | undefined
    readonly telemetry: Telemetry
    readonly runtime: Runtime
    readonly log: Logger
  },
): HostEndpoint => {
  const { network, registry, telemetry, runtime, log } = given
  const known: HostIdentity = {
    name: network?.self.host ?? WHOLE,
    instance: runtime.id(),
    version: network?.self.version ?? VERSION,
    origin: network?.self.origin ?? null,
    runs: runsOf(runs),
    weight: network?.self.weight ?? ORDINARY_WEIGHT,
    zone: network?.self.zone ?? null,
    startedAt: instant(runtime.now()),
  }
  const calls = callStats(runtime)
  const processStats = watchProcess(runtime)
  // Calls during the start wait until the host is ready, or for their deadline.
  const { promise: here, resolve } = Promise.withResolvers<{
    readonly host: Host
    readonly report: ReturnType<typeof hostReporter>
  }>()

  const endpoint = serveLocally(
    hostContract,
    {
      report: async () => (await here).report(),
      setLogLevel: ({ level, service }) => {
        const before = setLogLevel(log, level, service)
        if (before === undefined) throw NOT_FOUND(undefined, { field: 'service' })
        return { before }
      },
      traces: () => ({ items: telemetry.recentTraces() }),
      trace: ({ traceId }) => ({ spans: telemetry.traceOf(traceId) }),
      setAside: async ({ service }) => {
        const { host } = await here
        const items = await listDeadLetters([service], (each) => storeIn(host, each))
        return {
          items: items.map(({ payload: _, at, nextAt, ...each }) => ({
            ...each,
            at: instant(at),
            nextAt: instant(nextAt),
          })),
        }
      },
      redrive: async (place) => {
        const { host } = await here
        return { redriven: await redriveDeadLetter(place, (each) => storeIn(host, each), runtime.now()) }
      },
    },
    { runtime, log },
  )

  const own: ExpectedHost = known
  const platform = liveHosts({
    self: { endpoint, origin: known.origin },
    expected: () => {
      const others = registry ? (network?.expectedHosts(registry) ?? []) : []
      return others.some((each) => each.origin === known.origin) ? others : [own, ...others]
    },
    tokens: network?.tokens,
    tls: network?.tls,
    runtime,
    log,
  })

  return {
    calls,
    platform,
    served: { contract: hostContract, endpoint },
    ready: ({ host, ...parts }) => {
      resolve({ host, report: hostReporter(known, { host, ...parts, calls, processStats, runtime, log }) })
    },
    close: async () => {
      await platform.close()
      await processStats.stop()
    },
  }
}
