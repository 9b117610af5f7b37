import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Announcement, Registry } from '#kernel/remote/instances/registry.ts'
import { signing, type Signing } from '#kernel/remote/security/signing.ts'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis, type RedisStore } from '#engines/redis/connection.ts'
import { HEARTBEAT, leasedRegistry, type LeasedRegistry } from '#engines/redis/leased-registry.ts'
import { holdingSleeps } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'

// A Redis of our own: it is killed, emptied and brought back.

const runtime = systemRuntime()
const ours = signing(['a secret of many characters'], 'leases')
let folder: string
let engine: Awaited<ReturnType<typeof startRedis>>
const start = async (port?: number): Promise<void> => {
  engine = await startRedis({ folder, progress: () => {}, ...(port !== undefined && { port }) })
}
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jangteo-redis-'))
  await start()
})
after(async () => {
  await engine.stop()
  rmSync(folder, { recursive: true, force: true })
})

const otherwise: Registry = {
  places: () => [],
  hosts: () => [],
  announce: async () => ({ leave: async () => {} }),
  close: async () => {},
}
const opened: { redis: RedisStore; registry: LeasedRegistry }[] = []
const warnings: object[] = []
const log = { info: () => {}, warn: (facts: object) => void warnings.push(facts) }
/** One process: its connection and its registry. */
const join1 = (given: { prefix?: string; otherwise?: Registry; runtime?: Runtime; signing?: Signing } = {}) => {
  const redis = openRedis(engine.url, { name: 'test', log: silent, prefix: given.prefix ?? 'jangteo:' })
  const registry = leasedRegistry(redis, { signing: ours, runtime, log, otherwise, ...given })
  opened.push({ redis, registry })
  /** Dies without a word. */
  const die = async (): Promise<void> => {
    await redis.close()
    await registry.close()
  }
  return { redis, registry, die }
}
afterEach(async () => {
  for (const { redis, registry } of opened.splice(0)) {
    await registry.close()
    if (redis.ready()) await redis.client.flushall()
    await redis.close()
  }
  warnings.length = 0
})

const own = (name: string, port: number, more: Partial<Announcement> = {}): Announcement => ({
  host: name,
  origin: `http://127.0.0.1:${port}`,
  weight: 100,
  services: ['order'],
  ...more,
})
const ready = async () => true
const ports = (registry: Registry, service = 'order') =>
  registry
    .places(service)
    .map((each) => new URL(each.origin).port)
    .join()
/** Waits until a registry names these ports. */
const sees = (registry: Registry, wanted: string): Promise<void> =>
  eventually(() => ports(registry) === wanted, `it names ${wanted}, not ${ports(registry)}`)
const announced = async (name: string, port: number, more: Partial<Announcement> = {}) => {
  const one = join1()
  await one.registry.begun()
  return { ...one, ...(await one.registry.announce(own(name, port, more), ready)) }
}

describe('leases', () => {
  test('who joins and who leaves is seen at once, with weight, zone and version', async () => {
    // It does not look by itself: what it sees it was told.
    const { registry, redis } = join1({ runtime: holdingSleeps(runtime, HEARTBEAT).runtime })
    await registry.begun()
    const hears = async () => Number((await redis.client.pubsub('NUMSUB', 'jangteo:leases:news'))[1]) === 1
    await eventually(hears, 'it hears')
    const one = await announced('a', 4001, { weight: 70, zone: 'z', version: '1.2' })
    await sees(registry, '4001')
    assert.deepEqual(registry.places('order'), [
      { origin: 'http://127.0.0.1:4001', weight: 70, host: 'a', zone: 'z', version: '1.2' },
    ])
    assert.equal(registry.places('order'), registry.places('order'), 'the same array until something changes')
    assert.deepEqual(registry.places('cart'), [])
    await announced('b', 4002)
    await sees(registry, '4001,4002')
    const looking = join1().registry
    await sees(looking, '4001,4002')
    await one.leave()
    await sees(registry, '4002')
    await sees(looking, '4002')
    await sleep(1_500)
    for (const each of [registry, looking]) assert.equal(ports(each), '4002', 'whoever left does not come back')
  })

  test('who dies without a word is gone when its lease has run out', async () => {
    const { registry } = join1()
    const one = await announced('a', 4001)
    await announced('b', 4002)
    await sees(registry, '4001,4002')
    await one.die()
    await sees(registry, '4002')
    assert.deepEqual(
      registry.hosts().map(({ host, alive }) => [host, alive]),
      [
        ['a', false],
        ['b', true],
      ],
    )
  })

  test('the last one of a service that fell silent is still tried: it may only be slow', async () => {
    const { registry } = join1()
    const one = await announced('a', 4001)
    await sees(registry, '4001')
    await one.die()
    await eventually(() => registry.hosts().every((each) => !each.alive), 'its lease has run out')
    assert.equal(ports(registry), '4001')
  })

  test('a process that is not ready is passed over while another is', async () => {
    const { registry } = join1()
    let is = true
    const one = join1()
    await one.registry.begun()
    await one.registry.announce(own('a', 4001), async () => is)
    await announced('b', 4002)
    await sees(registry, '4001,4002')
    is = false
    await sees(registry, '4002')
    is = true
    await sees(registry, '4001,4002')
  })

  test('a service that nobody announced yet is where the placement says', async () => {
    const placed = { ...otherwise, places: (service: string) => [{ origin: `http://${service}:1`, weight: 100 }] }
    const { registry } = join1({ otherwise: placed })
    assert.equal(registry.places('order')[0]!.origin, 'http://order:1')
    await announced('a', 4001)
    await sees(registry, '4001')
    assert.equal(registry.places('cart')[0]!.origin, 'http://cart:1')
  })
})

describe('two hosts with one name', () => {
  const refused = (port: number) =>
    assert.rejects(announced('a', port), (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(
        error.message,
        /^A host named a lives already, at http:\/\/127\.0\.0\.1:4001 since .*JANGTEO_HOST_NAME/,
      )
      return true
    })

  test('the later one is refused and leaves no trace', async () => {
    const { registry } = join1()
    await announced('a', 4001)
    await refused(4009)
    await sees(registry, '4001')
    await sleep(600)
    assert.equal(ports(registry), '4001')
  })

  test('of two that start at the same moment one comes in', async () => {
    const { registry } = join1()
    const both = await Promise.allSettled([announced('a', 4001), announced('a', 4001)])
    assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected'])
    await sees(registry, '4001')
  })

  test('a Redis that takes its time is asked again: of two still one comes in', async () => {
    const two = [join1(), join1()]
    for (const { registry } of two) await registry.begun()
    process.kill(engine.pid, 'SIGSTOP')
    const both = Promise.allSettled(two.map(({ registry }) => registry.announce(own('a', 4001), ready)))
    // Longer than a command may take.
    await sleep(600)
    process.kill(engine.pid, 'SIGCONT')
    assert.deepEqual((await both).map((each) => each.status).sort(), ['fulfilled', 'rejected'])
    await sees(two[0]!.registry, '4001')
  })

  test('one that died and is started again takes its own place', async () => {
    const { registry } = join1()
    const first = await announced('a', 4001)
    await first.die()
    await announced('a', 4001)
    const alive = () => registry.hosts().filter((each) => each.alive).length
    await eventually(() => ports(registry) === '4001' && alive() === 1, 'it is there once')
  })
})

describe('Redis', () => {
  test('away: the last good list goes on; back: who joined meanwhile is seen, and nobody was lost', async () => {
    const { registry } = join1()
    const known = await announced('a', 4001)
    await announced('c', 4003)
    await sees(registry, '4001,4003')
    let looking = true
    const missed = new Set<string>()
    const looks = (async () => {
      for (; looking; await sleep(5)) {
        const now = ports(registry)
        for (const each of ['4001', '4003']) if (!now.includes(each)) missed.add(each)
      }
    })()
    const { port } = engine
    await engine.kill()
    await sleep(4_000)
    assert.equal(ports(registry), '4001,4003')
    assert.deepEqual(
      registry.hosts().map((each) => each.alive),
      [true, true],
    )
    // Whoever starts meanwhile is told of as soon as it can be.
    const late = join1()
    await late.registry.announce(own('b', 4002), ready)
    await start(port)
    await sees(registry, '4001,4003,4002')
    await sleep(1_500)
    looking = false
    await looks
    assert.deepEqual([...missed], [], 'nobody is taken out before all had time to announce again')
    await known.leave()
    await sees(registry, '4003,4002')
  })

  test('that comes back empty empties no list', async () => {
    const { registry, redis } = join1()
    await announced('a', 4001)
    await announced('b', 4002)
    await sees(registry, '4001,4002')
    let least = '4001,4002'
    const until = Date.now() + 5_000
    await redis.client.flushall()
    while (Date.now() < until) {
      if (ports(registry).length < least.length) least = ports(registry)
      await sleep(20)
    }
    assert.equal(least, '4001,4002')
    assert.deepEqual(
      registry.hosts().map((each) => each.alive),
      [true, true],
    )
  })

  test('with garbage under our key: it is told once and passed over', async () => {
    const { registry, redis } = join1()
    await announced('a', 4001)
    await sees(registry, '4001')
    const far = Date.now() + 60_000
    await redis.client.hset('jangteo:leases', {
      x: 'nonsense',
      y: `${far} {"host": "evil"}`,
      z: `${far} {"host":"e","origin":"javascript:0","weight":1,"services":["order"],"ready":true,"since":1}`,
      old: `${Date.now() - 90_000} ${JSON.stringify({ ...own('old', 4003), ready: true, since: 1 })}`,
    })
    const told = () => (warnings as { fields?: string[] }[]).flatMap((each) => each.fields ?? []).sort()
    await eventually(() => told().length >= 6, 'both tell')
    const old = () => redis.client.hexists('jangteo:leases', 'old')
    await eventually(async () => (await old()) === 0, 'what ran out long ago is cleared away')
    await sleep(1_200)
    assert.equal(ports(registry), '4001')
    assert.deepEqual(told(), ['x', 'x', 'y', 'y', 'z', 'z'], 'once by each process')
  })

  test('with a lease that nobody of this shop signed: it is told and passed over', async () => {
    const { registry } = join1()
    await announced('a', 4001)
    await sees(registry, '4001')
    const stranger = join1({ signing: signing(['another secret, of somebody else'], 'leases') })
    await stranger.registry.begun()
    await stranger.registry.announce(own('b', 4002), ready)
    await eventually(() => warnings.some((each) => 'fields' in each), 'it is told')
    await sleep(600)
    assert.equal(ports(registry), '4001')
  })

  test('while the secret is changed: leases under the old one and the new one are believed', async () => {
    const [old, fresh] = ['a secret of many characters', 'the secret that comes after it']
    const join = (...secrets: string[]) => join1({ signing: signing(secrets, 'leases') }).registry
    const [before, meanwhile] = [join(old, fresh), join(fresh, old)]
    await before.announce(own('a', 4001), ready)
    await meanwhile.announce(own('b', 4002), ready)
    for (const each of [before, meanwhile, join(fresh, old)]) await sees(each, '4001,4002')
    await sees(join(fresh), '4002')
  })

  test('with a key of another kind: the registry counts as away and nothing crashes', async () => {
    const { registry, redis } = join1()
    await announced('a', 4001)
    await sees(registry, '4001')
    await redis.client.set('jangteo:leases', 'something else')
    await sleep(1_200)
    assert.equal(ports(registry), '4001')
    await redis.client.del('jangteo:leases')
    await sleep(1_200)
    assert.equal(ports(registry), '4001')
  })

  test('shared by two shops: each sees its own', async () => {
    const other = join1({ prefix: 'other:' })
    await announced('a', 4001)
    await other.registry.begun()
    await other.registry.announce(own('a', 4009), ready)
    await sees(other.registry, '4009')
    await sleep(600)
    assert.equal(ports(other.registry), '4009')
  })
})
