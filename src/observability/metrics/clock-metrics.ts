import { Gauge, type Registry } from 'prom-client'

/** Metric of a host's clock. */
export const registerClockMetrics = (registry: Registry, skew: () => number | undefined): void => {
  new Gauge({
    name: 'jangteo_clock_skew_seconds',
    help: "Seconds this host's clock is ahead of the database, Redis and other hosts; negative when behind",
    registers: [registry],
    collect() {
      const found = skew()
      if (found !== undefined) this.set(found / 1_000)
    },
  })
}
