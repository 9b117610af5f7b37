import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { readiness } from './health.ts'

const away = () => Promise.reject(new Error('away'))
const runtime = systemRuntime()
const look = async (checks: Parameters<typeof readiness>[0]) => {
  const { ready, dependencies } = await readiness(checks, runtime)()
  return { ready, dependencies: dependencies.map(({ ms: _, ...each }) => each) }
}

test('what the shop can do without is shown when it is down, and the host stays ready', async () => {
  assert.deepEqual(await look({ database: async () => {}, redis: { spare: away } }), {
    ready: true,
    dependencies: [
      { name: 'database', status: 'up' },
      { name: 'redis', status: 'down', needed: false },
    ],
  })
})

test('what it cannot do without makes it unready', async () => {
  const { ready } = await look({ database: away, redis: { spare: async () => {} } })
  assert.equal(ready, false)
})
