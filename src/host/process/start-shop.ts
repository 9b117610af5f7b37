import type { LiveSetting } from '#kernel/live-setting.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { StepHook } from '#engines/postgres/database.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { assemble } from './assemble.ts'
import type { Host } from './host.ts'
import { seedShop } from '../development/seed.ts'

/** A running shop: every service in this process, and the edge. */
export interface Shop {
  readonly origin: string
  readonly host: Host
  /** Leaves in good order; for `grace` milliseconds it is unready and still answers. */
  stop(grace?: number): Promise<void>
}

export interface StartOptions {
  readonly services: readonly ServiceDefinition<any>[]
  /** What of its settings the central configuration may change. */
  readonly liveSettings: readonly LiveSetting[]
  readonly runtime: Runtime
  /** Called with a short line about each slow step. */
  readonly progress?: (line: string) => void
  /** False leaves out the sample catalogue. */
  readonly samples?: boolean
  /** False serves the API alone. */
  readonly withPages?: boolean
  readonly onStep?: StepHook
  /** Checks what services answer against their contracts; for tests. */
  readonly checkOutputs?: boolean
}

/** Starts the whole shop in this process. */
export const startShop = async (settings: ProcessSettings, options: StartOptions): Promise<Shop> => {
  const {
    services,
    liveSettings,
    runtime,
    progress = () => {},
    samples = true,
    withPages = true,
    onStep,
    checkOutputs,
  } = options
  const development = settings.mode === 'development'
  const { host, edge, stop } = await assemble(settings, {
    shop: services,
    liveSettings,
    runs: { services, gateway: true, pages: withPages, simulators: development, database: true },
    edgePort: settings.PORT,
    runtime,
    progress,
    ...(onStep && { onStep }),
    ...(checkOutputs && { checkOutputs }),
    ...(development && samples && { prepare: (running) => seedShop(running, settings, { runtime, progress }) }),
  })
  return { origin: settings.PUBLIC_URL || edge!, host, stop }
}
