import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis, type RedisStore } from '#engines/redis/connection.ts'
import { sharedCounts } from '#engines/redis/distributed-counter.ts'
import { demo, openShop, type Shop } from '#gateway/gateway.fixture.ts'
import { readOverrides } from '#gateway/limits/policies.ts'
import { contract } from '#kernel/contract.ts'
import { auth } from '#services/auth/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'

// Two gateways with one Redis between them, which is a Redis of our own: it is killed and brought back.

const ID = '01900000-0000-7000-8000-0000000000ff'
const exact = contract('demo', {
  ...demo.operations,
  make: { ...demo.operations.make, limits: { address: { calls: 10, seconds: 60 }, exact: true } },
})

let folder: string
let engine: Awaited<ReturnType<typeof startRedis>>
const stores: RedisStore[] = []
const shops: Shop[] = []
const start = async (port?: number): Promise<void> => {
  engine = await startRedis({ folder, progress: () => {}, ...(port !== undefined && { port }) })
}
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jangteo-limits-'))
  await start()
  for (let i = 0; i < 2; i++) {
    // A test process that had no turn for a moment would take Redis for away, and count by itself.
    const redis = openRedis(engine.url, { name: `gateway-${i}`, log: silent, commandTimeout: 10_000 })
    stores.push(redis)
    shops.push(
      await openShop({
        contracts: [exact, auth],
        addShared: sharedCounts(redis),
        settings: { rateLimits: readOverrides('reads.address=100/60'), trustProxy: 'loopback' },
      }),
    )
  }
  await eventually(() => stores.every((each) => each.ready()), 'both reached Redis')
})
after(async () => {
  await Promise.all(shops.map((each) => each.stop()))
  await Promise.all(stores.map((each) => each.close()))
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

// Each test is another client.
let client = 0
beforeEach(() => client++)
const headers = () => ({ 'x-forwarded-for': `10.1.1.${client}`, 'content-type': 'application/json' })
const look = (gateway: number) => fetch(`${shops[gateway]!.url}/api/things/${ID}`, { headers: headers() })
const make = (gateway: number) =>
  fetch(`${shops[gateway]!.url}/api/things`, { method: 'POST', body: '{"name":"a"}', headers: headers() })
const admitted = async (answers: Promise<Response>[]): Promise<number> =>
  (await Promise.all(answers)).filter((each) => each.status < 300).length
const leftOf = (answer: Response): number => Number(/;r=(\d+);/.exec(answer.headers.get('ratelimit')!)![1])

describe('limits are shared by all gateways', () => {
  test('what one counted the other knows within a moment', async () => {
    await admitted(Array.from({ length: 60 }, () => look(0)))
    let looks = 0
    await eventually(async () => leftOf(await look(1)) === 40 - ++looks, 'the other knows')
    // The rest of the limit is open at either, and no more.
    assert.equal(await admitted(Array.from({ length: 60 }, () => look(1))), 40 - looks)
    // One that was idle hears with the first it counts.
    await eventually(async () => (await look(0)).status === 429, 'it hears')
  })

  test('a storm at both at once lets through at most what each may before it hears of the other', async () => {
    const all = await admitted(Array.from({ length: 400 }, (_, i) => look(i % 2)))
    assert.ok(all >= 100 && all <= 200, String(all))
    for (const gateway of [0, 1])
      await eventually(async () => (await look(gateway)).status === 429, 'each hears of the other')
  })

  test('an exact limit lets through as many as it says, whatever the storm', async () => {
    assert.equal(await admitted(Array.from({ length: 60 }, (_, i) => make(i % 2))), 10)
    for (const gateway of [0, 1]) {
      const refused = await make(gateway)
      assert.equal(refused.status, 429)
      const seconds = Number(refused.headers.get('retry-after'))
      assert.ok(seconds > 50 && seconds <= 60, String(seconds))
    }
  })

  test('nothing is left in Redis when the window has ended, and keys say whose they are', async () => {
    await make(0)
    const keys = await stores[0]!.client.keys(`*:10.1.1.${client}`)
    const key = `jangteo:limit:demo.make.address/60:10.1.1.${client}`
    assert.ok(keys.includes(key), keys.join())
    const left = await stores[0]!.client.pttl(key)
    assert.ok(left > 50_000 && left <= 60_000, String(left))
  })

  test('with Redis away each gateway counts by itself, with the whole limit; back, they count together again', async () => {
    assert.equal(await admitted(Array.from({ length: 4 }, () => make(0))), 4)
    const { port } = engine
    await engine.kill()
    // The four stay counted where they were made; nobody waits for a Redis that is away: it is started only then.
    assert.equal(await admitted(Array.from({ length: 20 }, () => make(0))), 6)
    assert.equal(await admitted(Array.from({ length: 20 }, () => make(1))), 10)
    await start(port)
    await eventually(() => stores.every((each) => each.ready()), 'both are back')
    client++
    assert.equal(await admitted(Array.from({ length: 40 }, (_, i) => make(i % 2))), 10)
  })

  test('a key of another kind under ours costs the sharing, not the request', async () => {
    await stores[0]!.client.set(`jangteo:limit:demo.make.address/60:10.1.1.${client}`, 'something else')
    assert.equal(await admitted(Array.from({ length: 20 }, () => make(0))), 10)
  })
})
