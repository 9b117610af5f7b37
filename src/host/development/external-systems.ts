import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Settings, Sweep } from '#kernel/service.ts'
import type { Outages } from '#engines/postgres/connection/outage.ts'
import { developmentKeys } from '#simulators/toss/simulator.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { simulatorProxy } from './simulator-proxy.ts'
import { startSimulators } from './simulators.ts'
import type { Stores } from '../stores/stores.ts'

const REAL_SDK = 'https://js.tosspayments.com/v2/standard'

/** The external systems of a host: the real ones, or simulators in this process or in another host. */
export interface ExternalSystems {
  /** Settings for services that come from the simulators. */
  readonly settings: Settings
  /** The payment window's script and the public key it is opened with. */
  readonly toss: { readonly clientKey: string; readonly sdkUrl: string }
  /** Where a visitor finds the mails of the simulated mailbox. */
  readonly mailboxUrl?: string
  /** Routes below `/simulators`, for the edge. */
  readonly plugins: readonly FastifyPluginAsync<any>[]
  /** Work of simulators that run here. */
  readonly sweeps: readonly Sweep[]
  stop(): Promise<void>
}

/** Simulators that another host runs. */
export interface RemoteSimulators {
  /** `http://host:port` */
  readonly origin: string
  readonly smtpUrl: string
}

const stop = async (): Promise<void> => {}

/** Settings that lead to simulators, where no real system is configured. */
const outside = (settings: ProcessSettings, tossBaseUrl: string, smtpUrl: string): Settings => ({
  SMTP_URL: settings.SMTP_URL || smtpUrl,
  ...(settings.TOSS_BASE_URL === '' && {
    TOSS_BASE_URL: tossBaseUrl,
    TOSS_SECRET_KEY: developmentKeys[0]!.secretKey,
  }),
})

const simulatedWindow = {
  toss: { clientKey: developmentKeys[0]!.clientKey, sdkUrl: '/simulators/toss/sdk.js' },
  mailboxUrl: '/simulators/mailbox',
}

/** The external systems of production. */
export const productionSystems = (settings: ProcessSettings): ExternalSystems => ({
  settings: {},
  toss: { clientKey: settings.TOSS_CLIENT_KEY, sdkUrl: REAL_SDK },
  plugins: [],
  sweeps: [],
  stop,
})

/** Simulators in this process. `shopOrigin` returns where the shop listens, once it does. */
export const simulatedSystems = async (
  settings: ProcessSettings,
  given: {
    readonly stores: Stores
    readonly runtime: Runtime
    readonly log: Logger
    readonly outages: Outages
    readonly shopOrigin: () => string | undefined
    readonly smtpPort?: number
  },
): Promise<ExternalSystems> => {
  const simulators = await startSimulators(given)
  const { tossBaseUrl, smtpUrl, plugins, sweeps } = simulators
  return {
    ...simulatedWindow,
    settings: outside(settings, tossBaseUrl, smtpUrl),
    plugins,
    sweeps,
    stop: simulators.stop,
  }
}

/** Simulators in another host; its pages are reached through this one's edge. */
export const remotelySimulatedSystems = (
  settings: ProcessSettings,
  { origin, smtpUrl }: RemoteSimulators,
): ExternalSystems => ({
  ...simulatedWindow,
  settings: outside(settings, `${origin}/simulators/toss/api`, smtpUrl),
  plugins: [simulatorProxy('/simulators', origin)],
  sweeps: [],
  stop,
})
