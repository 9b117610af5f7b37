import { fileURLToPath } from 'node:url'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Contract } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { gateway } from '#gateway/gateway.ts'
import { metricsOf } from '#gateway/metrics.ts'
import { pageContexts } from '#gateway/page-context.ts'
import { pages } from '#gateway/pages.ts'
import type { GatewaySettings } from '#gateway/settings.ts'
import { watchServices } from '#gateway/watch.ts'
import type { StepHook } from '#engines/postgres/database.ts'
import { pump } from '#engines/postgres/pump.ts'
import { sampleImages } from '#samples/route.ts'
import { extensions } from '#src/shop.ts'
import type { ShopSettings } from '#src/settings.ts'
import { ensurePagesBuilt } from '../../web/build.ts'
import { developmentSecret, developmentStaffPassword } from './development.ts'
import { eventsOf, startHost, type Host } from './host.ts'
import { makeLog } from './logging.ts'
import { schemasOf } from './schemas.ts'
import { seedShop } from './seed.ts'
import { startSimulators, type Simulated } from './simulated.ts'
import { openStores, prepareSchemas } from './stores.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const REAL_SDK = 'https://js.tosspayments.com/v2/standard'

/** A running shop: every service in this process, and the edge. */
export interface Shop {
  readonly origin: string
  readonly host: Host
  stop(): Promise<void>
}

export interface StartOptions {
  readonly services: readonly ServiceDefinition<any>[]
  readonly runtime: Runtime
  /** Told in a short line what takes its time. */
  readonly progress?: (line: string) => void
  /** False leaves out the sample catalogue. */
  readonly samples?: boolean
  /** False serves the API alone. */
  readonly withPages?: boolean
  readonly onStep?: StepHook
  /** Checks what services answer against their contracts; for tests. */
  readonly checkOutputs?: boolean
}

const listen = async (app: Awaited<ReturnType<typeof gateway>>['app'], settings: ShopSettings): Promise<number> => {
  try {
    await app.listen({ host: settings.HOST, port: settings.PORT })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new CannotStart(`Port ${settings.PORT} is taken. Stop what listens there, or set PORT to another one.`)
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new CannotStart(`The shop may not listen on ${settings.HOST}:${settings.PORT}. Set HOST or PORT to others.`)
    throw error
  }
  return (app.server.address() as { port: number }).port
}

/** What the edge is told. Behind a proxy that hides the Host, our own pages are known by the public address. */
const edgeSettings = (settings: ShopSettings): Partial<GatewaySettings> => ({
  production: settings.mode === 'production',
  trustProxy: settings.JANGTEO_TRUST_PROXY || false,
  corsOrigins: [
    ...settings.JANGTEO_CORS_ORIGINS.split(',').filter((each) => each !== ''),
    ...(settings.PUBLIC_URL ? [new URL(settings.PUBLIC_URL).origin] : []),
  ],
})

/** Starts the whole shop in this process. What was started is stopped again when a later part cannot start. */
export const startShop = async (settings: ShopSettings, options: StartOptions): Promise<Shop> => {
  const { services, runtime, progress = () => {} } = options
  const log = makeLog(settings.LOG_LEVEL)
  const cleanups: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }

  try {
    const simulated = settings.mode === 'development'
    // The pages are bundled in a process of their own while the database starts.
    const building = options.withPages === false ? undefined : ensurePagesBuilt(ROOT, progress)
    building?.catch(() => {})

    const stores = await openStores(settings, {
      runtime,
      progress,
      lost: (error) => log.fatal({ err: error }, 'The database is lost'),
    })
    cleanups.push(stores.stop)
    const ran = await prepareSchemas(stores.adminOf, schemasOf(services, settings.mode), extensions)
    if (ran.length > 0) progress(`Brought the schemas up to date (${ran.length} migrations)`)

    const open: { origin?: string } = {}
    let simulators: Simulated | undefined
    if (simulated) {
      simulators = await startSimulators({ stores, runtime, log, shopOrigin: () => open.origin })
      cleanups.push(simulators.stop)
    }
    const staffPassword =
      simulated && !settings.JANGTEO_STAFF_PASSWORD && developmentStaffPassword(settings.JANGTEO_DATA, runtime)
    const metrics = metricsOf()
    const host = await startHost({
      services,
      connection: stores.connection,
      settings: {
        ...settings,
        ...(simulated && {
          JANGTEO_SECRET: settings.JANGTEO_SECRET || developmentSecret(settings.JANGTEO_DATA, runtime),
          ...(staffPassword && { JANGTEO_STAFF_PASSWORD: staffPassword.value }),
          SMTP_URL: settings.SMTP_URL || simulators!.smtpUrl,
          ...(settings.TOSS_BASE_URL === '' && {
            TOSS_BASE_URL: simulators!.tossBaseUrl,
            TOSS_SECRET_KEY: simulators!.keys.secretKey,
          }),
        }),
      },
      runtime,
      log,
      observe: metrics.observe,
      ...(options.onStep && { onStep: options.onStep }),
      ...(options.checkOutputs && { checkOutputs: true }),
    })
    cleanups.push(host.stop)
    watchServices(
      metrics.registry,
      host.services.map(({ definition, endpoint, db }) => ({ service: definition.contract.name, endpoint, db })),
    )
    for (const each of simulators?.sweeps ?? []) {
      const sweeping = pump(each.name, { runtime, logger: log, idle: each.every }, () => each.run(runtime.now()))
      cleanups.push(sweeping.stop)
    }
    if (simulated && options.samples !== false) await seedShop(host, settings, { runtime, progress })

    const buildDir = await building
    const contracts = services.map((each) => each.contract as Contract)
    const sdkUrl = simulators ? '/simulators/toss/sdk.js' : REAL_SDK
    const clientKey = simulators?.keys.clientKey ?? settings.TOSS_CLIENT_KEY
    const { app } = await gateway({
      endpointOf: host.endpoint,
      contracts,
      events: eventsOf(services),
      runtime,
      log,
      metrics,
      settings: edgeSettings(settings),
      accessLog: (lines) => void (log.isLevelEnabled('info') && process.stdout.write(lines)),
      checks: Object.fromEntries(
        host.services.map(({ definition, db }) => [
          `database of ${definition.contract.name}`,
          () => db.query({ text: 'SELECT 1', values: [] }),
        ]),
      ),
      plugins: (edge) => [
        ...(simulators?.plugins ?? []),
        ...(simulated ? [sampleImages] : []),
        ...(buildDir
          ? [
              pages({
                buildDir,
                runtime,
                tossSdkUrl: sdkUrl,
                shopFor: pageContexts(edge, {
                  toss: { clientKey, sdkUrl },
                  ...(simulated && { mailboxUrl: '/simulators/mailbox' }),
                }),
              }),
            ]
          : []),
      ],
    })
    cleanups.push(() => app.close())
    const port = await listen(app, settings)
    const origin = `http://${settings.HOST === 'localhost' || settings.HOST === '0.0.0.0' ? 'localhost' : settings.HOST}:${port}`
    open.origin = origin
    if (staffPassword && staffPassword.fresh)
      progress(`Made a staff account: staff@jangteo.local, password ${staffPassword.value} (shown only now)`)
    return { origin: settings.PUBLIC_URL || origin, host, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
