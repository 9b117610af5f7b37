import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from 'prom-client'

/** Longer than any process lives. */
const NEVER = 2 ** 31 - 1

/** For `collectDefaultMetrics`: lets its own look at the event loop, a hundred times a second, rest. */
export const withoutLoopLag = { eventLoopMonitoringPrecision: NEVER } as const

/**
 * How long turns of the event loop take, since it was last asked, under the names everybody's dashboards know. Each turn
 * is measured when it comes. A clock that looks a hundred times a second, as prom-client's does, wakes a process that has
 * nothing to do: with a process for each service that was most of what an idle shop cost.
 */
export const loopLag = (registry: Registry): void => {
  for (const name of registry.getMetricsAsArray().map((each) => each.name))
    if (name.startsWith('nodejs_eventloop_lag_')) registry.removeSingleMetric(name)
  const turns = monitorEventLoopDelay({ samplePerIteration: true })
  turns.enable()
  const registers = [registry]
  const percentiles = { p50: 0, p90: 0, p99: 0, max: 0 }
  const read = (): void => {
    const some = turns.count > 0
    for (const part of [50, 90, 99] as const) percentiles[`p${part}`] = some ? turns.percentile(part) / 1e9 : 0
    percentiles.max = some ? turns.max / 1e9 : 0
    turns.reset()
  }
  const gauge = (of: keyof typeof percentiles, help: string): void =>
    void new Gauge({
      name: `nodejs_eventloop_lag_${of}_seconds`,
      help,
      registers,
      collect() {
        // Metrics are collected in the order they were made: the first reads for all of them.
        if (of === 'p50') read()
        this.set(percentiles[of])
      },
    })
  gauge('p50', 'Half of the turns of the event loop took no longer')
  gauge('p90', 'Nine of ten turns of the event loop took no longer')
  gauge('p99', 'Of a hundred turns of the event loop one took longer')
  gauge('max', 'The longest turn of the event loop')
}
