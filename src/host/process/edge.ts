import type { Logger } from 'pino'
import type { Contract } from '#kernel/contract.ts'
import { rolesOf } from '#kernel/role.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import { spreadBy } from '#engines/redis/subscriptions.ts'
import { sharedCounts } from '#engines/redis/distributed-counter.ts'
import { memoize } from '#gateway/memoize.ts'
import { gateway, type GatewayOptions } from '#gateway/gateway.ts'
import type { Checks } from '#src/observability/health/health.ts'
import type { Metrics } from '#src/observability/metrics/metrics.ts'
import { readOverrides } from '#gateway/limits/policies.ts'
import { pageContexts } from '#gateway/pages/page-context.ts'
import { pages } from '#gateway/pages/pages.ts'
import type { GatewaySettings } from '#gateway/settings.ts'
import { sampleImages } from '#samples/route.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { eventsOf, type Host } from './host.ts'
import { environmentOf } from '../config/live-settings.ts'
import { listening } from './listening.ts'
import { originAt } from '../cluster/public-url.ts'
import type { ExternalSystems } from '../development/external-systems.ts'

/** Settings of the edge. Behind a proxy that hides the Host, our own pages are known by the public address. */
const edgeSettings = (settings: ProcessSettings, metrics: GatewaySettings['metrics']): Partial<GatewaySettings> => ({
  metrics,
  canary: settings.CANARY,
  production: settings.mode === 'production',
  rateLimits: readOverrides(settings.RATE_LIMITS),
  rateLimitFactor: settings.RATE_LIMIT_FACTOR,
  trustProxy: settings.JANGTEO_TRUST_PROXY || false,
  corsOrigins: [
    ...settings.JANGTEO_CORS_ORIGINS.split(',').filter((each) => each !== ''),
    ...(settings.PUBLIC_URL ? [new URL(settings.PUBLIC_URL).origin] : []),
  ],
})

/** What of it may change while the edge is open. */
const liveSettings = (settings: ProcessSettings): NonNullable<GatewayOptions['live']> => ({
  rules: memoize(
    // One text for both: what is made of it is another as soon as either is.
    () => `${settings.RATE_LIMIT_FACTOR} ${settings.RATE_LIMITS}`,
    () => ({ overrides: readOverrides(settings.RATE_LIMITS), factor: settings.RATE_LIMIT_FACTOR }),
  ),
  canary: () => settings.CANARY,
})

/** Where the public comes in. */
export const edgeAddress = ({ HOST }: ProcessSettings, port: number) => ({
  host: HOST,
  port,
  what: 'The shop',
  change: 'PORT',
})

/** Opens the shop to the public: the API of every service wherever it runs and, where they were built, the pages. */
export const openEdge = async (given: {
  readonly settings: ProcessSettings
  readonly port: number
  readonly host: Pick<Host, 'endpoint'>
  readonly shop: readonly ServiceDefinition<any>[]
  readonly external: ExternalSystems
  /** Folder of the built pages; without it there is the API alone. */
  readonly buildDir: string | undefined
  readonly checks: Checks
  readonly leaving: () => boolean
  /** Who may read metrics at the edge. */
  readonly metricsAt: GatewaySettings['metrics']
  /** What the gateways share; without it each counts for itself. */
  readonly redis: RedisStore | undefined
  /** Which configuration this process runs on. */
  readonly config: () => unknown
  readonly metrics: Metrics
  readonly runtime: Runtime
  readonly log: Logger
  readonly tracer: Tracer
}): Promise<{ readonly origin: string; close(): Promise<void> }> => {
  const { settings, port, host, shop, external, buildDir, runtime, log } = given
  const roles = rolesOf(shop)
  const { app } = await gateway({
    endpointOf: host.endpoint,
    contracts: shop.map((each) => each.contract as Contract),
    roles: roles.map((each) => each.name),
    events: eventsOf(shop),
    topicPrefix: settings.KAFKA_PREFIX,
    runtime,
    log,
    metrics: given.metrics,
    tracer: given.tracer,
    settings: edgeSettings(settings, given.metricsAt),
    live: liveSettings(settings),
    ...(given.redis && { addShared: sharedCounts(given.redis), spreadEndings: spreadBy(given.redis, 'ended') }),
    accessLog: (lines) => void (log.isLevelEnabled('info') && process.stdout.write(lines)),
    checks: given.checks,
    leaving: given.leaving,
    config: given.config,
    plugins: (edge) => [
      ...external.plugins,
      ...(settings.mode === 'development' ? [sampleImages] : []),
      ...(buildDir === undefined
        ? []
        : [
            pages({
              buildDir,
              runtime,
              tossSdkUrl: external.toss.sdkUrl,
              limiter: edge.limits.of(),
              allowed: edge.allowed,
              shopFor: pageContexts(edge, {
                toss: external.toss,
                roles,
                environment: environmentOf(settings),
                ...(external.mailboxUrl !== undefined && { mailboxUrl: external.mailboxUrl }),
              }),
            }),
          ]),
    ],
  })
  const { HOST } = settings
  await listening(edgeAddress(settings, port), () => app.listen({ host: HOST, port }))
  const bound = (app.server.address() as { port: number }).port
  return { origin: originAt(HOST, bound), close: () => app.close() }
}
