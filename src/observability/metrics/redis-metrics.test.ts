import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { openRedis } from '#engines/redis/connection.ts'
import { atEnd } from '#test/support/at-end.ts'
import { silent } from '#test/support/silent.ts'
import { registerRedisMetrics } from './redis-metrics.ts'

const valuesOf = async (registry: Registry): Promise<readonly string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith('jangteo_redis_available'))

test('a Redis that is away is told as away, each time; where none is set nothing is', async () => {
  const registry = new Registry()
  const redis = openRedis('redis://127.0.0.1:1', { name: 'test', log: silent })
  atEnd(redis.close)
  registerRedisMetrics(registry, redis)
  for (let i = 0; i < 2; i++) assert.deepEqual(await valuesOf(registry), ['jangteo_redis_available 0'])

  const none = new Registry()
  registerRedisMetrics(none, undefined)
  assert.deepEqual(await valuesOf(none), [])
})
