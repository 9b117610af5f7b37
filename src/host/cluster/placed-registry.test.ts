import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { placedRegistry } from './placed-registry.ts'
import { readPlacement } from './placement.ts'

const runtime = systemRuntime()
const placementOf = (hosts: object[]) => readPlacement(JSON.stringify({ hosts }), ['order'], 'p.json')
const origins = (registry: ReturnType<typeof placedRegistry>): string[] =>
  registry.places('order').map((each) => each.origin)

test('addresses stand in the placement, with weight and zone', async () => {
  const registry = placedRegistry(
    placementOf([
      { name: 'old', runs: ['order'], port: 4000, replicas: 2, weight: 90, zone: 'a' },
      { name: 'new', runs: ['order'], port: 4002, address: '::1', weight: 10 },
    ]),
    { runtime, log: silent },
  )
  assert.deepEqual(registry.places('order'), [
    { origin: 'http://127.0.0.1:4000', weight: 90, host: 'old', zone: 'a' },
    { origin: 'http://127.0.0.1:4001', weight: 90, host: 'old', zone: 'a' },
    { origin: 'http://[::1]:4002', weight: 10, host: 'new' },
  ])
  assert.equal(registry.places('order'), registry.places('order'))
  assert.deepEqual(registry.places('cart'), [])
  await registry.close()
})

test('a DNS name is looked up again and again: who joins and leaves is seen, and an outage of DNS changes nothing', async () => {
  let answer: string[] | Error = ['10.0.0.2', '10.0.0.1']
  let looks = 0
  // A second of the registry is a moment here.
  const quick = { ...runtime, sleep: (_: number, signal?: AbortSignal) => runtime.sleep(5, signal) }
  const registry = placedRegistry(
    placementOf([{ name: 'order', runs: ['order'], port: 4000, address: 'order.shop' }]),
    {
      runtime: quick,
      log: silent,
      resolve: async (name) => {
        assert.equal(name, 'order.shop')
        looks++
        if (answer instanceof Error) throw answer
        return answer
      },
    },
  )
  const is = (...wanted: string[]) =>
    eventually(() => origins(registry).join() === wanted.join(), `the places are ${wanted.join()}`)
  await is('http://10.0.0.1:4000', 'http://10.0.0.2:4000')
  const before = registry.places('order')
  const seen = looks
  await eventually(() => looks > seen + 3, 'it was looked up again')
  assert.equal(registry.places('order'), before)
  answer = ['10.0.0.2', '10.0.0.3']
  await is('http://10.0.0.2:4000', 'http://10.0.0.3:4000')
  for (const away of [new Error('SERVFAIL'), []]) {
    answer = away
    const then = looks
    await eventually(() => looks > then + 3, 'it was looked up again')
    assert.deepEqual(origins(registry), ['http://10.0.0.2:4000', 'http://10.0.0.3:4000'])
  }
  await registry.close()
})
