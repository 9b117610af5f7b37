import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { registerRedisMetrics } from '#src/observability/metrics/redis-metrics.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'

const folder = scratchFolder()

test('metrics tell whether Redis answers: also of one that hangs, that has gone, and that is back', async () => {
  const registry = new Registry()
  const engine = await startRedis({ folder, progress: () => {} })
  const redis = openRedis(engine.url, { name: 'test', log: silent })
  registerRedisMetrics(registry, redis)
  const told = async (): Promise<string | undefined> =>
    /^jangteo_redis_available (.*)$/m.exec(await registry.metrics())?.[1]
  let again: typeof engine | undefined
  try {
    await eventually(async () => (await told()) === '1', 'it answers')
    process.kill(engine.pid, 'SIGSTOP')
    assert.equal(await told(), '0', 'it hangs')
    process.kill(engine.pid, 'SIGCONT')
    await eventually(async () => (await told()) === '1', 'it goes on')
    await engine.kill()
    assert.equal(await told(), '0', 'it has gone')
    again = await startRedis({ folder, port: engine.port, progress: () => {} })
    await eventually(async () => (await told()) === '1', 'it is back')
  } finally {
    await redis.close()
    await (again ?? engine).stop()
  }
})
