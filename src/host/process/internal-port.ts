import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import { readiness, type Checks } from '#src/observability/health/health.ts'
import type { Metrics } from '#src/observability/metrics/metrics.ts'
import { mayRead, type MetricsReader } from '#src/observability/metrics/metrics-token.ts'
import type { Served } from '#kernel/remote/server/routes.ts'
import { startInternalServer, type InternalServer } from '#kernel/remote/server/server.ts'
import type { HostTls } from '#kernel/remote/security/tls.ts'
import type { CallerTokens } from '#kernel/remote/security/token.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import type { ConfigState } from '../config/config-feed.ts'
import type { Host } from './host.ts'
import { listening } from './listening.ts'

/** Health and metrics of a host, for those who watch over it: they carry no token and learn no more than that. */
const watched =
  (given: {
    readonly checks: Checks
    readonly leaving: () => boolean
    readonly config: () => ConfigState | undefined
    readonly metrics: Metrics
    readonly metricsReader: MetricsReader
    readonly runtime: Runtime
  }): FastifyPluginAsync =>
  async (app: FastifyInstance) => {
    const { leaving, config, metrics, metricsReader, runtime } = given
    const ready = readiness(given.checks, runtime)
    // Other hosts compare their clocks with it.
    app.get('/health/live', () => ({ status: 'up', now: runtime.now() }))
    app.get('/health/ready', async (_request, reply) => {
      const state = await ready()
      const status = leaving() ? 'closing' : state.ready ? 'up' : 'down'
      return reply
        .code(status === 'up' ? 200 : 503)
        .send({ status, dependencies: state.dependencies, config: config() })
    })
    app.get('/metrics', async (request, reply) =>
      mayRead(metricsReader, request.headers.authorization)
        ? reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
        : reply.code(401).send(),
    )
  }

/** Opens the port on which other hosts call the services of this one, with its health and metrics. */
export const openInternalPort = (given: {
  readonly at: { readonly host: string; readonly port: number }
  readonly host: Host
  /** What every host answers, whatever it runs. */
  readonly self: Served
  readonly tokens: CallerTokens
  readonly tls: HostTls | undefined
  readonly checks: Checks
  readonly leaving: () => boolean
  /** Which configuration it runs on. */
  readonly config: () => ConfigState | undefined
  readonly metrics: Metrics
  readonly metricsReader: MetricsReader
  readonly runtime: Runtime
  readonly log: Logger
  readonly tracer: Tracer
  /** Simulators that this host runs for the others. */
  readonly plugins: readonly FastifyPluginAsync<any>[]
}): Promise<InternalServer> => {
  const { at, host, self, plugins, ...rest } = given
  const own = host.services.map(({ definition: { contract }, endpoint }): Served => ({ contract, endpoint }))
  const served = new Map([self, ...own].map((each) => [each.contract.name, each]))
  return listening({ ...at, what: 'The host', change: '--port' }, () =>
    startInternalServer({
      ...at,
      ...rest,
      served: (service) => served.get(service),
      plugins: [watched(rest), ...plugins],
    }),
  )
}
