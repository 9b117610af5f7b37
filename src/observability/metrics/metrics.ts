import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { CallObserver } from '#kernel/call.ts'
import { loopLag, withoutLoopLag } from './loop-lag.ts'

/** The Prometheus metrics of a process. */
export interface Metrics {
  readonly registry: Registry
  /** For `startHost`: times every call between services. */
  readonly observe: CallObserver
  /** One request at the edge; `route` is an operation's name. */
  request(route: string, method: string, status: number, ms: number): void
  /** A request that a rate limit refused; `limit` is its name, as in settings. */
  limited(operation: string, limit: string): void
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes the metrics of a process. `defaults` adds Node's own: event loop lag, memory, garbage collection. */
export const metricsOf = (given: { readonly defaults?: boolean } = {}): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  if (given.defaults ?? true) {
    collectDefaultMetrics({ register: registry, ...withoutLoopLag })
    loopLag(registry)
  }
  const requests = new Histogram({
    name: 'jangteo_request_seconds',
    help: 'Requests at the edge by operation, method and status',
    labelNames: ['operation', 'method', 'status'],
    buckets: BUCKETS,
    registers,
  })
  const calls = new Histogram({
    name: 'jangteo_call_seconds',
    help: 'Calls of operations by outcome: ok, or the code of a fault',
    labelNames: ['service', 'operation', 'outcome'],
    buckets: BUCKETS,
    registers,
  })
  const refused = new Counter({
    name: 'jangteo_limit_refused_total',
    help: 'Requests refused by a rate limit, by operation (or pages) and the name of the limit',
    labelNames: ['operation', 'limit'],
    registers,
  })
  // Looking a series up by its labels costs more than counting it; the sets are small and closed.
  const series = new Map<string, { observe(seconds: number): void }>()
  const requestSeries = (route: string, method: string, status: number) => {
    const key = `${route} ${method} ${status}`
    let found = series.get(key)
    if (!found) series.set(key, (found = requests.labels(route, method, String(status))))
    return found
  }
  const callSeries = new Map<string, { observe(seconds: number): void }>()
  return {
    registry,
    observe: (service, operation, ms, outcome) => {
      const key = `${service} ${operation} ${outcome}`
      let found = callSeries.get(key)
      if (!found) callSeries.set(key, (found = calls.labels(service, operation, outcome)))
      found.observe(ms / 1_000)
    },
    request: (route, method, status, ms) => requestSeries(route, method, status).observe(ms / 1_000),
    limited: (operation, limit) => refused.inc({ operation, limit }),
  }
}
