import { Gauge, type Registry } from 'prom-client'
import type { BreakerState } from '#kernel/remote/breaker.ts'
import type { RemoteEndpoint } from '#kernel/remote/endpoint.ts'

const LEVEL: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Metrics of the calls to other hosts: breakers and shares of instances, what waits, is repeated or refused. */
export const watchRemotes = (registry: Registry, all: () => ReadonlyMap<string, RemoteEndpoint>): void => {
  const registers = [registry]
  const perService = (name: string, help: string) => new Gauge({ name, help, labelNames: ['service'], registers })
  const perInstance = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['service', 'instance'], registers })
  const waiting = perService('jangteo_remote_waiting', 'Calls that wait for room')
  const retried = perService('jangteo_remote_retried_total', 'Calls made again, because the first try did not arrive')
  const refused = perService('jangteo_remote_refused_total', 'Calls refused because too many waited')
  const inFlight = perInstance('jangteo_remote_in_flight', 'Calls an instance has not answered yet')
  const share = perInstance('jangteo_remote_share', 'Part of its weight an instance is given: 0 while it is left out')
  const changes = new Gauge({
    name: 'jangteo_remote_breaker_changes_total',
    help: 'Times a breaker opened, let a call through to see (half-open), and closed again',
    labelNames: ['service', 'instance', 'to'],
    registers,
  })
  const breaker = new Gauge({
    name: 'jangteo_remote_breaker',
    help: 'Breaker of an instance: 0 closed, 1 half-open, 2 open',
    labelNames: ['service', 'instance'],
    registers,
    collect() {
      for (const each of [breaker, share, inFlight, changes]) each.reset()
      for (const [service, endpoint] of all()) {
        const stats = endpoint.stats()
        waiting.set({ service }, stats.waiting)
        retried.set({ service }, stats.retried)
        refused.set({ service }, stats.refused)
        for (const each of stats.instances) {
          const labels = { service, instance: each.origin }
          breaker.set(labels, LEVEL[each.breaker])
          share.set(labels, each.share)
          inFlight.set(labels, each.inFlight)
          const { opened, tried, closed } = each.history
          for (const [to, times] of Object.entries({ open: opened, 'half-open': tried, closed }))
            changes.set({ ...labels, to }, times)
        }
      }
    },
  })
}
