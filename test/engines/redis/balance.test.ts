import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { serveLocally, systemContext, type Endpoint } from '#kernel/call.ts'
import { contract, nothing } from '#kernel/contract.ts'
import { remoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import { startInternalServer } from '#kernel/remote/server/server.ts'
import { signing } from '#kernel/remote/security/signing.ts'
import { callerTokens } from '#kernel/remote/security/token.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { leasedRegistry } from '#engines/redis/leased-registry.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'

const runtime = systemRuntime()
const tokens = callerTokens(['a secret of many characters'], runtime)
const common = { tokens, runtime, log: silent }
const goods = contract('goods', {
  who: { summary: 'Its name.', method: 'GET', access: 'service', input: nothing, output: z.string() },
})
const nowhere = {
  places: () => [],
  hosts: () => [],
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
}

const closing: (() => Promise<unknown>)[] = []
const folder = mkdtempSync(join(tmpdir(), 'jangteo-balance-'))
let url: string
before(async () => {
  const engine = await startRedis({ folder, progress: () => {} })
  closing.push(engine.stop)
  url = engine.url
})
after(async () => {
  for (const close of closing.reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

const registry = (prefix: string) => {
  const redis = openRedis(url, { name: 'test', prefix, log: silent })
  const made = leasedRegistry(redis, {
    signing: signing(['a secret'], 'leases'),
    runtime,
    log: silent,
    otherwise: nowhere,
  })
  closing.push(redis.close, made.close)
  return made
}
/** A process that runs goods and has a lease. */
const join1 = async (prefix: string, name: string, more: { weight: number; zone?: string }): Promise<void> => {
  const endpoint: Endpoint = serveLocally(goods, { who: () => name }, common)
  const served = () => ({ contract: goods, endpoint })
  const server = await startInternalServer({ host: '127.0.0.1', port: 0, served, ...common })
  closing.push(server.close)
  const own = { host: name, origin: server.origin, services: ['goods'], ...more }
  await registry(prefix).announce(own, async () => true)
}
const shares = async (prefix: string, zone: string | undefined, calls: number): Promise<Record<string, number>> => {
  const known = registry(prefix)
  await eventually(() => known.places('goods').length === 3, 'all are known')
  const origins = () => known.places('goods')
  const remote = remoteEndpoint({ contract: goods, origins, ...(zone !== undefined && { zone }), ...common })
  closing.push(remote.close)
  const got: Record<string, number> = {}
  let left = calls
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const name = (await remote.call('who', {}, systemContext('test', runtime))) as string
      got[name] = (got[name] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 16 }, caller))
  return Object.fromEntries(Object.entries(got).map(([name, count]) => [name, (count / calls) * 100]))
}

test('calls follow the weights in the leases: 70:30 over 10,000 calls within 2 points', async () => {
  await join1('a:', 'heavy', { weight: 70 })
  await join1('a:', 'light', { weight: 15 })
  await join1('a:', 'light too', { weight: 15 })
  const { heavy, light, 'light too': other } = await shares('a:', undefined, 10_000)
  assert.ok(Math.abs(heavy! - 70) < 2, String(heavy))
  assert.ok(Math.abs(light! + other! - 30) < 2)
})

test('calls stay in the zone the leases name, while anybody there lives', async () => {
  await join1('b:', 'near', { weight: 10, zone: 'z' })
  await join1('b:', 'far', { weight: 500, zone: 'y' })
  await join1('b:', 'unknown', { weight: 500 })
  assert.deepEqual(await shares('b:', 'z', 300), { near: 100 })
})
