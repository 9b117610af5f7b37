import { fileURLToPath } from 'node:url'
import { keepAlive } from '#kernel/time/keep-alive.ts'
import type { Contract } from '#kernel/contract.ts'
import { type LiveSetting, WHOLE_SHOP } from '#kernel/live-setting.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { readiness } from '#src/observability/health/health.ts'
import { metricsOf } from '#src/observability/metrics/metrics.ts'
import { openCaches } from '#engines/cache/caches.ts'
import type { StepHook } from '#engines/postgres/database.ts'
import { outages } from '#engines/postgres/connection/outage.ts'
import { pollLoop } from '#kernel/process/poll-loop.ts'
import { openTelemetry, type Telemetry } from '#engines/telemetry/telemetry.ts'
import { givenIn, type ProcessSettings } from '#src/settings/process-settings.ts'
import { ensurePagesBuilt } from '../../../web/build.ts'
import { checksOf } from './readiness-checks.ts'
import { watchClock } from '#src/observability/health/clock-skew.ts'
import { closing } from './cleanup-stack.ts'
import { openLiveConfig } from '../config/live-config.ts'
import { VERSION } from './version.ts'
import { developmentSecret, developmentStaffPassword } from '../development/secrets.ts'
import { edgeAddress, openEdge } from './edge.ts'
import { startHost, type Host } from './host.ts'
import { openInternalPort } from './internal-port.ts'
import { ensureFree } from './listening.ts'
import type { LiveSettings } from '../config/live-settings.ts'
import { makeLog } from './logging.ts'
import { reportUnreachableEngines } from '../stores/startup-checks.ts'
import type { Network } from '../cluster/network.ts'
import { publicUrlOf } from '../cluster/public-url.ts'
import { remotes } from '../cluster/remote-services.ts'
import { otherClocks } from '#src/observability/health/other-clocks.ts'
import { connectKafka } from '../events/connect-kafka.ts'
import { schemasOf } from '../stores/schemas.ts'
import { hostEndpointOf } from '../cluster/host-endpoint.ts'
import { lockWaitOf, openStores, prepareSchemas } from '../stores/stores.ts'
import { registerMetrics } from './register-metrics.ts'
import { registerClockMetrics } from '#src/observability/metrics/clock-metrics.ts'
import { productionSystems, remotelySimulatedSystems, simulatedSystems } from '../development/external-systems.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** What one process runs of the shop. */
export interface Runs {
  readonly services: readonly ServiceDefinition<any>[]
  /** The edge, and whether it serves the pages too. */
  readonly gateway: boolean
  readonly pages: boolean
  /** Simulators of the external systems; in development only. */
  readonly simulators: boolean
  /** The embedded database, where no server is set. */
  readonly database: boolean
}

export interface Assembly {
  /** Every service of the shop, wherever it runs. */
  readonly shop: readonly ServiceDefinition<any>[]
  /** What of its settings the central configuration may change. */
  readonly liveSettings: readonly LiveSetting[]
  readonly runs: Runs
  /** The other hosts; without them everything is here. */
  readonly network?: Network
  readonly edgePort: number
  readonly runtime: Runtime
  /** Called with a short line about each slow step. */
  readonly progress: (line: string) => void
  readonly onStep?: StepHook
  readonly checkOutputs?: boolean
  /** Runs once the services are up, before the edge opens. */
  readonly prepare?: (host: Host) => Promise<void>
}

/** A process of the shop at work. */
export interface Assembled {
  readonly host: Host
  /** Its traces of late. */
  readonly telemetry: Telemetry
  /** Where the public comes in, if here. */
  readonly edge?: string
  /** Where other hosts call. */
  readonly internal?: string
  /**
   * Graceful shutdown: not ready any more, and after `grace` milliseconds, in which callers and load balancers notice, calls
   * under way finish, micro-batches and outbox readers drain, everything is closed. Defaults to the grace of the network.
   */
  stop(grace?: number): Promise<void>
}

/**
 * Puts one process together: databases, schemas, external systems, services, the port for other hosts, the edge. Whether it
 * is the whole shop or a part makes no other difference than which of these there are. What was opened is closed again
 * when a later part cannot start.
 */
export const assemble = async (settings: ProcessSettings, given: Assembly): Promise<Assembled> => {
  const { shop, runs, network, runtime, progress } = given
  const log = makeLog(settings.LOG_LEVEL)
  const name = network?.self.host ?? 'shop'
  const development = settings.mode === 'development'
  const opened = closing()
  let leaving = false
  let live: LiveSettings | undefined
  const telemetry = await openTelemetry({
    percent: () => live?.of(WHOLE_SHOP).TRACE_PERCENT ?? settings.TRACE_PERCENT,
    zipkinUrl: settings.ZIPKIN_URL,
    otlpUrl: settings.OTLP_URL,
    instance: { name, version: VERSION },
    runtime,
    log,
  })
  // The last to be closed: what is done while the rest ends is traced too.
  opened.add(telemetry.close)

  try {
    // The pages are bundled in a process of their own while the database starts.
    const building = runs.pages ? ensurePagesBuilt(ROOT, progress) : undefined
    building?.catch(() => {})

    const schemas = schemasOf(runs.services, runs.simulators ? 'development' : 'production')
    const names = runs.services.map((each) => each.contract.name as string)
    const missing = reportUnreachableEngines(settings, names, progress)
    const stores = await openStores(settings, {
      runtime,
      progress,
      onDown: (why) => log.error({ why }, 'The database server stopped and is being restarted'),
      onUp: () => log.warn('The database server runs again'),
      timeoutMs: settings.JANGTEO_START_PATIENCE * 1_000,
      embedded: runs.database ? 'run' : schemas.length > 0 ? 'join' : 'none',
    })
    opened.add(stores.stop)
    if (runs.gateway) await ensureFree(edgeAddress(settings, given.edgePort))
    const ran = await prepareSchemas(stores.adminOf, schemas, lockWaitOf(settings, { runtime, progress }))
    if (ran.length > 0) progress(`Brought the schemas up to date (${ran.length} changes)`)

    // An engine that is not set is not loaded either: together their clients weigh as much as the shop.
    const { openRedis } = settings.REDIS_URL === '' ? {} : await import('#engines/redis/connection.ts')
    const redis = openRedis?.(settings.REDIS_URL, { name: `jangteo-${name}`, prefix: settings.REDIS_PREFIX, log })
    if (redis) opened.add(redis.close)
    const caches = openCaches({ runtime, log, redis })
    opened.add(caches.close)
    const registry = await network?.openRegistry(redis, log)
    if (registry) opened.add(registry.close)

    const reported = outages({ runtime, log })
    let edgeOrigin: string | undefined
    const publicUrl = publicUrlOf(settings, {
      placed: network?.shopOrigin,
      edgePort: runs.gateway ? given.edgePort : undefined,
      listening: () => edgeOrigin,
    })
    const needsExternal = development && (runs.simulators || runs.gateway || runs.services.length > 0)
    const external = !needsExternal
      ? productionSystems(settings)
      : runs.simulators
        ? await simulatedSystems(settings, {
            stores,
            runtime,
            log,
            outages: reported,
            shopOrigin: () => publicUrl() || undefined,
            ...(network && { smtpPort: network.at.port + 1 }),
          })
        : remotelySimulatedSystems(settings, await network!.simulators(registry!))
    opened.add(external.stop)

    await missing
    const kafka = await connectKafka(settings, { shop, runs, runtime, progress, log })
    if (kafka) opened.add(kafka.close)

    const contracts = shop.map((each) => each.contract as Contract)
    const elsewhere =
      network && remotes(contracts, { ...network, registry: registry!, zone: network.self.zone, runtime, log })
    if (elsewhere) opened.add(elsewhere.close)
    const staffPassword =
      development && !settings.JANGTEO_STAFF_PASSWORD && developmentStaffPassword(settings.JANGTEO_DATA, runtime)
    const metrics = metricsOf()
    const self = hostEndpointOf(runs, { network, registry, telemetry, runtime, log })
    opened.add(self.close)
    const config = await openLiveConfig(
      {
        ...settings,
        ...(development && {
          JANGTEO_SECRET: settings.JANGTEO_SECRET || developmentSecret(settings.JANGTEO_DATA, runtime),
        }),
        ...(staffPassword && { JANGTEO_STAFF_PASSWORD: staffPassword.value }),
        ...external.settings,
      },
      {
        host: name,
        settings: given.liveSettings,
        named: givenIn(settings),
        publicUrl,
        services: runs.services.map((each) => each.contract.name),
        follows: runs.services.length > 0 || runs.gateway,
        runtime,
        log,
        progress,
      },
    )
    live = config.live
    const host = await startHost({
      services: runs.services,
      connection: stores.connection,
      ...(elsewhere && { elsewhere: elsewhere.endpoint }),
      settings: live.of,
      runtime,
      log,
      observe: (...call) => {
        metrics.observe(...call)
        self.calls.observe(...call)
      },
      watch: self.calls.watch,
      platform: self.platform,
      tracer: telemetry.tracer,
      caches,
      outages: reported,
      ...(kafka && { kafka }),
      ...(given.onStep && { onStep: given.onStep }),
      ...(given.checkOutputs && { checkOutputs: true }),
    })
    opened.add(host.stop)
    opened.add(config.stop)
    await config.begin(host)
    registerMetrics(metrics, { host, kafka, redis, caches, telemetry, config, elsewhere })
    for (const each of external.sweeps) {
      const sweeping = pollLoop(each.name, { runtime, logger: log, idle: each.every }, () => each.run(runtime.now()))
      opened.add(sweeping.stop)
    }
    await given.prepare?.(host)

    const clocks = otherClocks({
      host,
      redis,
      hosts: () =>
        (registry ? network!.expectedHosts(registry) : []).filter((each) => each.origin !== network!.self.origin),
      tls: network?.tls,
    })
    opened.add(clocks.close)
    const clock = await watchClock(clocks.others, { runtime, log })
    opened.add(clock.stop)
    registerClockMetrics(metrics.registry, clock.skew)
    const checks = checksOf(host, redis, kafka, clock)
    self.ready({
      host,
      checks,
      leaving: () => leaving,
      remotes: () => elsewhere?.all() ?? new Map(),
      byKafka: kafka !== undefined,
      config: () => config.state()?.version.toString() ?? null,
    })
    const common = {
      host,
      checks,
      config: config.state,
      leaving: () => leaving,
      metrics,
      runtime,
      log,
      tracer: telemetry.tracer,
    }
    const plugins = runs.simulators ? external.plugins : []
    const metricsReader = settings.METRICS_TOKEN === '' ? undefined : { token: settings.METRICS_TOKEN }
    const internal =
      network &&
      (await openInternalPort({
        ...common,
        metricsReader: metricsReader ?? 'anybody',
        self: self.served,
        at: network.at,
        tokens: network.tokens,
        tls: network.tls,
        plugins,
      }))
    if (internal) opened.add(internal.close)
    // Metrics are on the internal port where there is one. A whole shop in development shows them at its edge to anybody.
    const edgeMetrics = internal ? 'nobody' : (metricsReader ?? (development ? 'anybody' : 'nobody'))
    const edge = runs.gateway
      ? await openEdge({
          ...common,
          redis,
          metricsAt: edgeMetrics,
          settings: live.of('gateway'),
          port: given.edgePort,
          shop,
          external,
          buildDir: await building,
        })
      : undefined
    if (edge) {
      opened.add(edge.close)
      edgeOrigin = edge.origin
    }
    const lease = await registry?.announce(
      { ...network!.self, services: network!.runs },
      async () => !leaving && (await readiness(checks, runtime)()).ready,
    )
    if (staffPassword && staffPassword.fresh && runs.services.some((each) => each.contract.name === 'auth'))
      progress(
        `Made a staff account: staff@jangteo.local, password ${staffPassword.value} (said only now; kept in the data directory)`,
      )

    const stop = async (grace = network?.grace ?? 0): Promise<void> => {
      leaving = true
      await lease?.leave()
      // Callers deregister this host meanwhile, so that none is refused a connection.
      if (grace > 0) await keepAlive(() => runtime.sleep(grace))
      await opened.all()
    }
    let stopped: Promise<void> | undefined
    return {
      host,
      telemetry,
      ...(edge && { edge: edge.origin }),
      ...(internal && { internal: internal.origin }),
      stop: (grace) => (stopped ??= stop(grace)),
    }
  } catch (error) {
    await opened.all().catch(() => {})
    throw error
  }
}
