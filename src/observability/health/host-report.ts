import type { Logger } from 'pino'
import { instant } from '#kernel/contract.ts'
import type { RemoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import type { HostReport, LogLevel } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { readiness, type Checks } from '#src/observability/health/health.ts'
import type { ObservedHost } from '../observed-host.ts'
import { consumerLagsOf } from './consumer-lag.ts'
import type { ProcessStats } from '../stats/process-metrics.ts'
import type { CallStats } from '../stats/call-stats.ts'

/** Timeout of a check in milliseconds; the caller of the report waits a second. */
const TIMEOUT_MS = 600

/** Identity of a process, known from its start. */
export type HostIdentity = Pick<
  HostReport,
  'name' | 'instance' | 'version' | 'origin' | 'runs' | 'weight' | 'zone' | 'startedAt'
>

/** Runs each readiness check with the timeout of a report. */
const checksOf = (checks: Checks, runtime: Runtime): (() => Promise<HostReport['checks']>) => {
  const looks = Object.entries(checks).map(([name, check]) => ({
    name,
    needed: typeof check === 'function',
    look: readiness({ [name]: check }, runtime),
  }))
  const one = async ({ name, needed, look }: (typeof looks)[number]): Promise<HostReport['checks'][number]> => {
    const found = await Promise.race([look(), runtime.sleep(TIMEOUT_MS)])
    if (!found) return { name, needed, status: 'down', ms: TIMEOUT_MS, why: `No answer in ${TIMEOUT_MS} ms` }
    const { status, ms } = found.dependencies[0]!
    return { name, needed, status, ms, why: found.why.get(name) ?? null }
  }
  return () => Promise.all(looks.map(one))
}

const remotesOf = (all: ReadonlyMap<string, RemoteEndpoint>): HostReport['remotes'] =>
  [...all].map(([service, endpoint]) => {
    const { instances, hedged: _, ...rest } = endpoint.stats()
    return {
      service,
      ...rest,
      instances: instances.map(({ origin, host = null, inFlight, breaker, share, history }) => {
        const { since, ...times } = history
        const breakerSince = since === undefined ? null : instant(since)
        return { origin, host, inFlight, breaker, share, breakerSince, ...times }
      }),
    }
  })

/** Makes the report of a process about itself. */
export const hostReporter = (
  known: HostIdentity,
  given: {
    readonly host: ObservedHost
    /** Whether events travel by Kafka. */
    readonly byKafka: boolean
    readonly checks: Checks
    readonly leaving: () => boolean
    readonly calls: CallStats
    readonly processStats: ProcessStats
    readonly remotes: () => ReadonlyMap<string, RemoteEndpoint>
    /** Which configuration it runs. */
    readonly config: () => string | null
    readonly runtime: Runtime
    readonly log: Logger
  },
): (() => Promise<HostReport>) => {
  const { host, leaving, calls, processStats, remotes, config, runtime, log } = given
  const checks = checksOf(given.checks, runtime)
  const lags = consumerLagsOf(host, given)
  return async () => {
    const [looked, behind] = await Promise.all([checks(), lags()])
    return {
      ...known,
      config: config(),
      at: instant(runtime.now()),
      leaving: leaving(),
      checks: looked,
      process: processStats.read(),
      pools: host.services.map(({ definition, db }) => {
        const { open, waiting } = db.stats()
        return { service: definition.contract.name, open, waiting }
      }),
      batches: host.services.flatMap(({ definition, endpoint }) =>
        Object.entries(endpoint.batches()).map(([operation, { batches, inputs, waiting }]) => ({
          service: definition.contract.name,
          operation,
          batches,
          inputs,
          waiting,
        })),
      ),
      ...calls.read(),
      remotes: remotesOf(remotes()),
      ...behind,
      logLevel: log.level as LogLevel,
    }
  }
}
