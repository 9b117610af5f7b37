import type { Logger } from 'pino'
import type { LiveSetting } from '#kernel/live-setting.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { config } from '#services/config/contract.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { configSnapshot } from './config-snapshot.ts'
import { configFeed, type ConfigState } from './config-feed.ts'
import type { Host } from '../process/host.ts'
import { followLogLevel } from './live-log-level.ts'
import { environmentOf, liveSettingsOf, type LiveSettings } from './live-settings.ts'

/** The settings of a process that follow the central configuration. */
export interface LiveConfig {
  readonly live: LiveSettings
  /** Fetches the current configuration, then polls it. */
  begin(host: Pick<Host, 'client'>): Promise<void>
  /** Undefined in a process that runs no part of the shop. */
  state(): ConfigState | undefined
  stop(): Promise<void>
}

/** Makes the settings of a process, with the last good configuration on its disk where there is one. */
export const openLiveConfig = async (
  settings: ProcessSettings,
  given: {
    /** Its name among the hosts. */
    readonly host: string
    /** The settings of the shop that may change while it runs. */
    readonly settings: readonly LiveSetting[]
    /** Names that its environment gives a value. */
    readonly named: readonly string[]
    /** Where customers reach the shop; empty until it is known. */
    readonly publicUrl: () => string
    /** The services it runs. */
    readonly services: readonly string[]
    /** Whether it runs anything that the configuration is about. */
    readonly follows: boolean
    readonly runtime: Runtime
    readonly log: Logger
    readonly progress: (line: string) => void
  },
): Promise<LiveConfig> => {
  const { host, named, publicUrl, services, follows, runtime, log, progress } = given
  const secrets = () => secretsOf(settings, runtime)
  const live = liveSettingsOf(settings, { settings: given.settings, named, publicUrl, secrets, log })
  if (!follows) return { live, begin: async () => {}, state: () => undefined, stop: async () => {} }
  const environment = environmentOf(settings)
  const copy = configSnapshot({ folder: settings.JANGTEO_DATA, environment, host, secrets: secrets(), runtime })
  const feed = configFeed({ environment, host, live, copy, runtime, log, progress })
  const followLevels = followLogLevel(live, { log, level: settings.LOG_LEVEL, services })
  await feed.restore()
  return {
    live,
    begin: async (running) => {
      followLevels()
      await feed.begin(running.client(config, 'host').current)
    },
    state: feed.state,
    stop: feed.stop,
  }
}
