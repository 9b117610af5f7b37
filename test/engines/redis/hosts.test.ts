import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { serveHost } from '#src/host/process/serve-host.ts'
import { readSettings } from '#src/settings.ts'
import { liveSettings, shop as services } from '#src/shop.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis, type RedisStore } from '#engines/redis/connection.ts'
import { leasedRegistry, type LeasedRegistry } from '#engines/redis/leased-registry.ts'
import {
  apiClient,
  payOrder,
  placeOrder,
  putOnSale,
  signInStaff,
  signUp,
  type ApiClient,
} from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { allServices, startHosts, type HostsShop } from '#test/support/processes/hosts.ts'
import { at, load } from '#test/support/shopping/load.ts'
import { shopSettings } from '#test/support/shop-settings.ts'
import { silent } from '#test/support/silent.ts'

// Real processes that find each other by leases in a Redis of our own, which is killed and brought back.

const runtime = systemRuntime()
/** What hosts of this shop know each other by. */
const secret = { JANGTEO_INTERNAL_SECRET: 'the secret of the hosts of this test' }
const nowhere = {
  places: () => [],
  hosts: () => [],
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
}
let folder: string
let engine: Awaited<ReturnType<typeof startRedis>>
let shop: HostsShop
let staff: ApiClient
let redis: RedisStore
let registry: LeasedRegistry

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jangteo-leases-'))
  engine = await startRedis({ folder, progress: () => {} })
  shop = await startHosts({
    hosts: [
      { name: 'outside', runs: ['simulators'] },
      { name: 'back', runs: allServices, replicas: 2 },
      { name: 'edge', runs: ['gateway'], replicas: 2 },
    ],
    env: { REDIS_URL: engine.url, JANGTEO_VERSION: '7.1', ...secret },
  })
  staff = await signInStaff(shop.origin)
  redis = openRedis(engine.url, { name: 'test', log: silent })
  registry = leasedRegistry(redis, { signing: shop.leases(), runtime, log: silent, otherwise: nowhere })
  await registry.begun()
})
after(async () => {
  await registry?.close()
  await redis?.close()
  await shop?.stop()
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

const process1 = (name: string, replica: number) =>
  shop.processes.findLast((each) => each.name === name && each.replica === replica)!
const living = () => registry.places('order').map((each) => each.host)
const sees = (...wanted: string[]) =>
  eventually(() => living().sort().join() === wanted.join(), `${wanted.join()} take orders, not ${living().join()}`)

describe('hosts with leases', () => {
  test('are listed with what they run and in which version', async () => {
    const listed = () =>
      registry
        .hosts()
        .map(({ host, version, ready, alive }) => [host, version, ready, alive].join())
        .sort()
    // A process that had no turn for longer than a lease is missing until it renews.
    const all = ['back-1', 'back-2', 'edge-1', 'edge-2', 'outside'].map((each) => `${each},7.1,true,true`)
    await eventually(() => listed().join() === all.join(), 'all five are listed')
    assert.deepEqual(
      registry
        .places('gateway')
        .map((each) => each.host)
        .sort(),
      ['edge-1', 'edge-2'],
    )
  })

  test('one without a placement joins by Redis alone; a second of a name is refused with a sentence', async () => {
    const serve = async (name: string) =>
      serveHost(
        readSettings({
          ...shopSettings(folder, shop.databaseUrl),
          ...secret,
          REDIS_URL: engine.url,
          JANGTEO_LEAVE_GRACE: '0',
        }),
        {
          shop: services,
          liveSettings,
          runs: ['email'],
          placement: undefined,
          host: name,
          replica: undefined,
          port: await freePorts(2),
          runtime,
          progress: () => {},
        },
      )
    await assert.rejects(serve('back-1'), (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(error.message, /^A host named back-1 lives already, at http:.* since .*JANGTEO_HOST_NAME/)
      return true
    })
    const extra = await serve('extra')
    const takesMail = () =>
      registry
        .places('email')
        .map((each) => each.host)
        .sort()
        .join()
    await eventually(() => takesMail() === 'back-1,back-2,extra', 'it is there')
    await extra.stop()
    await eventually(() => takesMail() === 'back-1,back-2', 'it is gone')
  })

  test('a rolling restart of every host under load loses no request', async () => {
    const customers = await load(shop.edges, staff, 6)
    for (const [host, replica] of [
      ['back', 1],
      ['back', 2],
      ['edge', 1],
      ['edge', 2],
    ] as const) {
      assert.equal(await process1(host, replica).stop(), 0)
      const before = customers.done()
      await eventually(() => customers.done() > before + 20, 'the other goes on')
      await shop.start(host, replica)
      await eventually(() => registry.places(host === 'back' ? 'order' : 'gateway').length === 2, 'both are there')
      await sleep(300)
    }
    assert.deepEqual(await customers.stop(), [])
  })

  test('one that is killed is gone from the lists, and takes back its place', async () => {
    process1('back', 1).kill('SIGKILL')
    await sees('back-2')
    for (const edge of shop.edges)
      assert.equal((await apiClient(edge).send('GET', '/api/catalog/products')).status, 200)
    await shop.start('back', 1)
    await sees('back-1', 'back-2')
  })
})

describe('Redis killed and brought back', () => {
  test('costs no customer a request; hosts come and go meanwhile and are known afterwards', async () => {
    const customers = await load(shop.edges, staff, 3)
    await eventually(() => customers.done() > 10, 'they are at it')
    const { port } = engine
    await engine.kill()
    await sleep(3_000)
    const [status, ready] = await fetch(`${shop.internal('back')}/health/ready`).then(async (answer) => [
      answer.status,
      (await answer.json()) as { dependencies: { name: string; status: string }[] },
    ])
    assert.equal(status, 200)
    assert.equal((ready as any).dependencies.find((each: any) => each.name === 'redis').status, 'down')
    engine = await startRedis({ folder, port, progress: () => {} })
    await eventually(() => registry.hosts().filter((each) => each.alive).length === 5, 'all announced again')
    const before = customers.done()
    await eventually(() => customers.done() > before + 10, 'they go on')
    assert.deepEqual(await customers.stop(), [])
  })

  test('a Redis that comes back empty empties no list', async () => {
    const customers = await load(shop.edges, staff, 3)
    await eventually(redis.ready, 'Redis is reached again')
    await redis.client.flushall()
    await sleep(3_000)
    await sees('back-1', 'back-2')
    assert.deepEqual(await customers.stop(), [])
  })
})

describe('several gateways and several notification services', () => {
  test('a listener at one gateway is told of what was bought through the other, once', async () => {
    const { skuId } = await putOnSale(staff, 5)
    const buyer = await signUp(shop.edges[0]!)
    const { ticket } = await buyer.must('POST', '/api/notifications/tickets', {})
    const heard: string[] = []
    const socket = new WebSocket(`${shop.edges[1]!.replace('http', 'ws')}/api/notifications/stream?ticket=${ticket}`)
    socket.on('message', (text) => heard.push(String(text)))
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await payOrder(buyer, await placeOrder(buyer, skuId))
    const paid = () => heard.filter((each) => each.includes('order.paid'))
    await eventually(() => paid().length > 0, 'the listener is told')
    await sleep(300)
    assert.equal(paid().length, 1)
    socket.close()
  })

  test('whoever signs out at one gateway is out at the other', async () => {
    const buyer = await signUp(shop.edges[0]!)
    const elsewhere = at(shop.edges[1]!, buyer)
    assert.equal((await elsewhere.send('GET', '/api/members/me')).status, 200)
    await buyer.must('POST', '/api/auth/sign-out', {})
    await eventually(async () => (await elsewhere.send('GET', '/api/members/me')).status === 401, 'it is refused')
  })
})
