import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KnownHost, Place, Registry } from '#kernel/remote/instances/registry.ts'
import { expectedHosts, type ExpectedHost } from './expected-hosts.ts'
import type { Placement } from './placement.ts'

const registryOf = (places: Readonly<Record<string, readonly Place[]>>): Registry => ({
  places: (service) => places[service] ?? [],
  hosts: () => {
    const found = new Map<string, KnownHost>()
    for (const [service, all] of Object.entries(places))
      for (const place of all) {
        const known = found.get(place.origin)?.services ?? []
        found.set(place.origin, {
          ...place,
          host: place.host!,
          services: [...known, service],
          ready: true,
          alive: true,
        })
      }
    return [...found.values()]
  },
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
})
const host = (name: string, runs: string[], port: number, more: object = {}) => ({
  name,
  runs,
  port,
  replicas: 1,
  weight: 100,
  address: '127.0.0.1',
  ...more,
})
const shown = (all: readonly ExpectedHost[]) => all.map(({ name, origin, runs }) => [name, origin, runs.join(' ')])
const at = (origin: string, name: string): Place => ({ origin, weight: 100, host: name })

test('whom the placement names is expected, whether anybody is there or not', () => {
  const placement: Placement = {
    hosts: [host('order', ['order'], 4_000, { replicas: 2 }), host('edge', ['gateway'], 5_000)],
  }
  const places = { order: [at('http://127.0.0.1:4000', 'order')] }
  assert.deepEqual(shown(expectedHosts(placement, { scheme: 'http' })(registryOf(places))), [
    ['order-1', 'http://127.0.0.1:4000', 'order'],
    ['order-2', 'http://127.0.0.1:4001', 'order'],
    ['edge', 'http://127.0.0.1:5000', 'gateway'],
  ])
})

test('one that answers at another address than its place is not missed at its place', () => {
  const placement: Placement = { hosts: [host('order', ['order'], 4_000, { replicas: 2 })] }
  const places = { order: [at('http://127.0.0.1:9000', 'order-1')] }
  assert.deepEqual(shown(expectedHosts(placement, { scheme: 'http' })(registryOf(places))), [
    ['order-1', 'http://127.0.0.1:9000', 'order'],
    ['order-2', 'http://127.0.0.1:4001', 'order'],
  ])
})

test('of a host behind a DNS name so many are missed as were not found', () => {
  const placement: Placement = { hosts: [host('order', ['order'], 4_000, { replicas: 3, address: 'order.shop' })] }
  const places = { order: [at('http://10.0.0.1:4000', 'order')] }
  assert.deepEqual(shown(expectedHosts(placement, { scheme: 'http' })(registryOf(places))), [
    ['order', 'http://10.0.0.1:4000', 'order'],
    ['order-2', null, 'order'],
    ['order-3', null, 'order'],
  ])
})

test('without a placement those are expected that announced themselves, each once', () => {
  const places = { order: [at('http://a:1', 'both')], product: [at('http://a:1', 'both'), at('http://b:1', 'goods')] }
  assert.deepEqual(shown(expectedHosts(undefined, { scheme: 'http' })(registryOf(places))), [
    ['both', 'http://a:1', 'order product'],
    ['goods', 'http://b:1', 'product'],
  ])
})
