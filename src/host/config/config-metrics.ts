import { Gauge, type Registry } from 'prom-client'
import type { ConfigState } from './config-feed.ts'

/** Milliseconds without an answer of the config service after which the configuration counts as stale; it is polled far more often. */
const STALE = 10_000

/** Metrics of the configuration a host runs on. */
export const registerConfigMetrics = (registry: Registry, state: () => ConfigState | undefined): void => {
  const configGauge = (name: string, help: string, of: (state: ConfigState) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['environment'],
      registers: [registry],
      collect() {
        const found = state()
        const value = found && of(found)
        if (found && typeof value === 'number') this.set({ environment: found.environment }, value)
      },
    })
  configGauge('jangteo_config_version', 'Version of the configuration this host runs on', ({ version }) => version)
  configGauge(
    'jangteo_config_age_seconds',
    'Seconds since the config service answered this host; nothing before it ever did',
    ({ age }) => age && age / 1_000,
  )
  configGauge(
    'jangteo_config_stale',
    'Whether the config service has not answered this host for ten seconds, or never: 1, or 0',
    ({ age }) => Number(age === null || age > STALE),
  )
  configGauge(
    'jangteo_config_left_out',
    'Values of the configuration that the code of this host does not take',
    ({ left }) => left,
  )
}
