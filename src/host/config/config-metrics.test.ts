import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import type { ConfigState } from './config-feed.ts'
import { registerConfigMetrics } from './config-metrics.ts'

const told = async (state: ConfigState | undefined): Promise<Readonly<Record<string, string>>> => {
  const registry = new Registry()
  registerConfigMetrics(registry, () => state)
  return Object.fromEntries(
    [...(await registry.metrics()).matchAll(/^jangteo_config_(\w+)\{environment="trial"\} (.*)$/gm)].map(
      ([, name, value]) => [name!, value!],
    ),
  )
}

const state: ConfigState = { environment: 'trial', version: 7, from: 'service', age: 900, left: 1 }

test('which configuration a host runs on is told, how old it is, and what is left out', async () =>
  assert.deepEqual(await told(state), { version: '7', age_seconds: '0.9', left_out: '1', stale: '0' }))

test('it is stale once the service was not heard for ten seconds, and while it never was', async () => {
  assert.equal((await told({ ...state, age: 10_000 }))['stale'], '0')
  assert.equal((await told({ ...state, age: 10_001 }))['stale'], '1')
  for (const from of ['copy', 'nobody'] as const) {
    const never = await told({ ...state, from, age: null })
    assert.deepEqual([never['stale'], 'age_seconds' in never], ['1', false])
  }
})

test('a host that the configuration is not about tells nothing of it', async () =>
  assert.deepEqual(await told(undefined), {}))
