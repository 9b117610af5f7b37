import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { spreadBy } from '#engines/redis/subscriptions.ts'
import { openShop } from '#gateway/gateway.fixture.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'

// Looks at ended sign-ins are an hour apart here: what is heard is heard through Redis.

const folder = mkdtempSync(join(tmpdir(), 'jangteo-endings-'))
const closing: (() => Promise<unknown>)[] = []
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

const gateway = async (poll = 3_600_000) => {
  const redis = openRedis(url, { name: 'test', log: silent })
  const shop = await openShop({ spreadEndings: spreadBy(redis, 'ended'), settings: { revocationPoll: poll } })
  closing.push(redis.close, shop.stop)
  await eventually(() => redis.ready(), 'Redis is reached')
  return { redis, shop }
}
const as = async (shop: { url: string }, token: string, path = '/api/mine', method = 'GET') =>
  (await fetch(shop.url + path, { method, headers: { authorization: `Bearer ${token}` } })).status

test('a sign-in that ended at one gateway is ended at the others at once', async () => {
  const [one, other] = [await gateway(), await gateway()]
  await eventually(async () => Number((await one.redis.client.pubsub('NUMSUB', 'jangteo:ended'))[1]) === 2, 'both hear')
  // Each has keys of its own; the session is the same.
  const [mine, theirs] = [await one.shop.token(), await other.shop.token()]
  assert.equal(await as(other.shop, theirs), 200)
  assert.ok((await as(one.shop, mine, '/api/auth/sign-out', 'POST')) < 300)
  await eventually(async () => (await as(other.shop, theirs)) === 401, 'it is refused')
})

test('what is no session is passed over; without Redis looks go on', async () => {
  const { redis, shop } = await gateway(50)
  await redis.client.publish('jangteo:ended', 'x'.repeat(1_000_000))
  await redis.client.publish('jangteo:ended', '{"__proto__":1}')
  await sleep(100)
  const token = await shop.token({ sid: '01900000-0000-7000-8000-00000000000e' })
  assert.equal(await as(shop, token), 200)
  redis.client.disconnect()
  shop.ended.push({ id: '01900000-0000-7000-8000-00000000000e', at: Date.now() })
  await eventually(async () => (await as(shop, token)) === 401, 'it is refused')
})
