import type { Registry } from 'prom-client'
import type { BreakerState } from '#kernel/remote/instances/breaker.ts'
import type { RemoteEndpoint, RemoteStats } from '#kernel/remote/client/endpoint.ts'
import { observableGauge, observableCounter, type Series } from '#src/observability/metrics/observable-metrics.ts'

const LEVEL: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

type Instance = RemoteStats['instances'][number]

/** Metrics of the calls to other hosts: breakers and shares of instances, what waits, is repeated or refused. */
export const registerRemoteMetrics = (registry: Registry, all: () => ReadonlyMap<string, RemoteEndpoint>): void => {
  const registers = [registry]
  const services = (): [string, RemoteStats][] => [...all()].map(([service, each]) => [service, each.stats()])
  const ofService = (name: string, help: string, count: (stats: RemoteStats) => number) => ({
    name,
    help,
    labelNames: ['service'],
    registers,
    read: () => services().map(([service, stats]): Series => [{ service }, count(stats)]),
  })
  const ofInstance = (name: string, help: string, value: (instance: Instance) => number) => ({
    name,
    help,
    labelNames: ['service', 'instance'],
    registers,
    read: () =>
      services().flatMap(([service, { instances }]) =>
        instances.map((each): Series => [{ service, instance: each.origin }, value(each)]),
      ),
  })

  observableGauge(ofService('jangteo_remote_waiting', 'Calls that wait for room', ({ waiting }) => waiting))
  observableCounter(
    ofService(
      'jangteo_remote_retried_total',
      'Calls made again, because the first try did not arrive',
      ({ retried }) => retried,
    ),
  )
  observableCounter(
    ofService(
      'jangteo_remote_hedged_total',
      'Calls sent to a second instance, because the first had lost half of their time',
      ({ hedged }) => hedged,
    ),
  )
  observableCounter(
    ofService('jangteo_remote_refused_total', 'Calls refused because too many waited', ({ refused }) => refused),
  )
  observableGauge(
    ofInstance('jangteo_remote_in_flight', 'Calls an instance has not answered yet', ({ inFlight }) => inFlight),
  )
  observableGauge(
    ofInstance(
      'jangteo_remote_share',
      'Part of its weight an instance is given: 0 while it is left out',
      ({ share }) => share,
    ),
  )
  observableGauge(
    ofInstance(
      'jangteo_remote_breaker',
      'Breaker of an instance: 0 closed, 1 half-open, 2 open',
      ({ breaker }) => LEVEL[breaker],
    ),
  )
  observableCounter({
    name: 'jangteo_remote_breaker_changes_total',
    help: 'Times a breaker opened, let a call through to see (half-open), and closed again',
    labelNames: ['service', 'instance', 'to'],
    registers,
    read: () =>
      services().flatMap(([service, { instances }]) =>
        instances.flatMap(({ origin: instance, history: { opened, tried, closed } }) =>
          Object.entries({ open: opened, 'half-open': tried, closed }).map(([to, times]): Series => [
            { service, instance, to },
            times,
          ]),
        ),
      ),
  })
}
