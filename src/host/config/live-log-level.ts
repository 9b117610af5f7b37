import type { Logger } from 'pino'
import type { LogLevel } from '#kernel/reports/host-report.ts'
import { WHOLE_SHOP } from '#kernel/live-setting.ts'
import type { LiveSettings } from './live-settings.ts'
import { setLogLevel } from '../process/logging.ts'

/**
 * Lets LOG_LEVEL follow the configuration, for the process, whose log was made with `level`, and for each service of it.
 * A level that somebody set by hand stays until the configured one changes. Answers how to look again, for services that
 * have come since.
 */
export const followLogLevel = (
  live: LiveSettings,
  { log, level, services }: { readonly log: Logger; readonly level: LogLevel; readonly services: readonly string[] },
): (() => void) => {
  const last = new Map<string, LogLevel>([[WHOLE_SHOP, level]])
  const follow = (): void => {
    const before = last.get(WHOLE_SHOP)!
    for (const place of [WHOLE_SHOP, ...services]) {
      const wanted = live.of(place).LOG_LEVEL
      if (wanted === (last.get(place) ?? before)) continue
      const done = setLogLevel(log, wanted, place === WHOLE_SHOP ? undefined : place)
      // A service that is not there yet is looked at again.
      if (done !== undefined) last.set(place, wanted)
    }
  }
  live.watch(follow)
  return follow
}
