import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { openCaches, type OpenCaches } from '#engines/cache/caches.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { openRedis, type RedisStore } from '#engines/redis/connection.ts'
import type { Cache } from '#kernel/cache.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { overheard } from '#test/support/silent.ts'

// Two processes of one shop, as far as caches go, on a Redis that is killed, stopped and brought back.

const folder = mkdtempSync(join(tmpdir(), 'jangteo-cache-'))
const runtime = systemRuntime()
const schema = z.object({ n: z.int() })
type N = z.output<typeof schema>

const TOLD = { fresh: 1_500, bound: 3_000 }
const BOUND = 3_000
const LASTING = { fresh: 60_000, bound: 60_000 }

let redis = await startRedis({ folder })
after(async () => {
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What is true, as a database would know it. */
const truth = new Map<string, number>()
let loads: string[] = []
let slowly = 0
const load = async (key: string): Promise<N> => {
  loads.push(key)
  const n = truth.get(key) ?? 0
  if (slowly > 0) await sleep(slowly)
  return { n }
}

interface Process {
  readonly store: RedisStore
  readonly caches: OpenCaches
  readonly lagging: Cache<N>
  readonly exact: Cache<N>
  /** The same, for so long that no end of an entry hides anything. */
  readonly lasting: { readonly lagging: Cache<N>; readonly exact: Cache<N> }
  readonly lines: () => string
  count(level: string, outcome: string): number
  close(): Promise<void>
}

const processes: Process[] = []
const startProcess = (given: { shape?: number; url?: string } = {}): Process => {
  const { shape = 1, url = redis.url } = given
  const { log, lines } = overheard()
  const store = openRedis(url, { name: 'test', log })
  const caches = openCaches({ runtime, log, redis: store })
  const of = { schema, load, max: 100, shape }
  const made = caches.of('test')
  const started: Process = {
    store,
    caches,
    lagging: made.staleWhileRevalidate({
      ...of,
      name: 'lagging',
      freshness: { fresh: 300, bound: 600 },
      subscribed: TOLD,
    }),
    exact: made.validated({ ...of, name: 'exact', bound: BOUND }),
    lasting: {
      lagging: made.staleWhileRevalidate({
        ...of,
        name: 'long',
        freshness: { fresh: 300, bound: 600 },
        subscribed: LASTING,
      }),
      exact: made.validated({ ...of, name: 'long-exact', bound: LASTING.bound }),
    },
    lines,
    count: (level, outcome) =>
      caches
        .counted()
        .filter((each) => each.level === level && each.outcome === outcome)
        .reduce((sum, each) => sum + each.count, 0),
    close: async () => {
      await caches.close()
      await store.close()
    },
  }
  processes.push(started)
  return started
}
after(async () => {
  for (const each of processes) await each.close()
})

/** It hears what others let go of: nothing it keeps is given up after a moment. */
const hearing = async (each: Process): Promise<void> => {
  await eventually(async () => {
    const key = `probe ${runtime.id()}`
    await each.lagging.get(key)
    await sleep(350)
    const before = each.count('memory', 'stale')
    await each.lagging.get(key)
    return each.count('memory', 'stale') === before
  }, 'the process hears')
}

let key = ''
const another = (): string => (key = `key ${runtime.id()}`)
const entryOf = (cache: string, of = key): string => `jangteo:cache:test.${cache}:${of}`

let a: Process
let b: Process
before(async () => {
  a = startProcess()
  b = startProcess()
  await hearing(a)
  await hearing(b)
})

describe('two processes', () => {
  test('share what one of them made', async () => {
    truth.set(another(), 1)
    loads = []
    for (const kind of ['lagging', 'exact'] as const) {
      await a[kind].get(key)
      await eventually(async () => (await a.store.client.exists(entryOf(kind))) === 1, 'it is shared')
      assert.deepEqual(await b[kind].get(key), { n: 1 })
    }
    assert.deepEqual(loads, [key, key])
  })

  test('hear of what the other lets go of', async () => {
    truth.set(another(), 1)
    const [here, there] = [a.lasting.lagging, b.lasting.lagging]
    await here.get(key)
    await there.get(key)
    truth.set(key, 2)
    assert.deepEqual(await there.get(key), { n: 1 })
    await here.invalidate([key])
    assert.deepEqual(await here.get(key), { n: 2 })
    // It would keep the old one for longer than it is waited for here.
    await eventually(async () => (await there.get(key)).n === 2, 'the other gives the new one', 30)
  })

  test('see their own and each other’s changes at once where that must be, however often and fast', async () => {
    truth.set(another(), 0)
    for (let n = 1; n <= 300; n++) {
      const [writer, reader] = n % 2 ? [a, b] : [b, a]
      // Readers who come all the time, also while the change is made.
      const meanwhile = [reader.exact.get(key), writer.exact.get(key)]
      truth.set(key, n)
      await writer.exact.invalidate([key])
      assert.deepEqual(await reader.exact.get(key), { n }, `change ${n}`)
      assert.deepEqual(await writer.exact.get(key), { n }, `change ${n}`)
      await Promise.all(meanwhile)
      assert.deepEqual(await reader.exact.get(key), { n }, `change ${n}`)
    }
    await eventually(async () => {
      const before = loads.length
      for (let n = 0; n < 10; n++) await a.exact.get(key)
      return loads.length === before
    }, 'what did not change is kept')
  })

  test('do not keep what was made from before a change, however late it comes', async () => {
    truth.set(another(), 1)
    slowly = 300
    const late = [b.exact.get(key), b.lagging.get(key)]
    await sleep(100)
    truth.set(key, 2)
    slowly = 0
    await Promise.all([a.exact.invalidate([key]), a.lagging.invalidate([key])])
    assert.deepEqual(await b.exact.get(key), { n: 2 }, 'nobody who comes later joins it')
    await Promise.all(late)
    await sleep(50)
    for (const each of [a, b]) {
      assert.deepEqual(await each.exact.get(key), { n: 2 })
      assert.deepEqual(await each.lagging.get(key), { n: 2 })
    }
  })

  test('give nothing that is older than the bound, even when nobody tells them', async () => {
    truth.set(another(), 1)
    await a.lagging.get(key)
    await a.exact.get(key)
    await b.lagging.get(key)
    const bound = performance.now() + BOUND
    truth.set(key, 2)
    const lagged = new Set<boolean>()
    for (let late = false; !late;) {
      // Asked before that, it may be answered after it.
      late = performance.now() >= bound
      const answers = await Promise.all([a.lagging.get(key), b.lagging.get(key), b.exact.get(key)])
      if (answers.some(({ n }) => n === 1)) lagged.add(late)
      await sleep(20)
    }
    assert.deepEqual([...lagged], [false], 'the old one is given for a while, and not after the bound')
  })

  test('of different versions do not believe each other’s answers, and let go of each other’s', async () => {
    const newer = startProcess({ shape: 2 })
    await hearing(newer)
    truth.set(another(), 1)
    await a.exact.get(key)
    await eventually(async () => (await a.store.client.exists(entryOf('exact'))) === 1, 'it is shared')
    loads = []
    await newer.exact.get(key)
    assert.deepEqual(loads, [key])
    assert.equal(newer.count('redis', 'poisoned'), 0)
    truth.set(key, 2)
    await a.exact.invalidate([key])
    assert.deepEqual(await newer.exact.get(key), { n: 2 })
  })
})

describe('an entry that is not an answer of ours', () => {
  const plant = async (kind: 'lagging' | 'exact', how: (name: string) => Promise<unknown>): Promise<void> => {
    truth.set(another(), 7)
    // On a busy machine Redis may be taken for away just then.
    await eventually(async () => {
      await b[kind].invalidate([key])
      await how(entryOf(kind))
      const before = b.count('redis', 'poisoned')
      assert.deepEqual(await b[kind].get(key), { n: 7 })
      return b.count('redis', 'poisoned') === before + 1
    }, 'it is not believed')
    await eventually(async () => (await b.store.client.type(entryOf(kind))) === 'string', 'it is replaced')
    assert.deepEqual(await a[kind].get(key), { n: 7 })
  }
  const token = 'AAAAAAAAAAAAAAAA'
  const plants: Record<string, (name: string) => Promise<unknown>> = {
    garbage: (name) => a.store.client.set(name, 'not one of ours', 'PX', 60_000),
    'of the wrong shape': (name) => a.store.client.set(name, `${token}v1\n{"n":"7"}`, 'PX', 60_000),
    'of another type': (name) => a.store.client.multi().del(name).hset(name, 'n', '1').exec(),
    'that would stay for ever': (name) => a.store.client.set(name, `${token}v1\n{"n":1}`),
    'that would live longer than ours do': (name) => a.store.client.set(name, `${token}v1\n{"n":1}`, 'PX', 3_600_000),
    'that is huge': (name) =>
      a.store.client.set(name, `${token}v1\n{"n":1,"x":"${'x'.repeat(600_000)}"}`, 'PX', 60_000),
  }
  for (const [what, how] of Object.entries(plants))
    test(`is dropped: one ${what}`, async () => {
      await plant('lagging', how)
      await plant('exact', how)
    })

  test('is told in one line, however many there are', () => {
    const told = b.lines().split('Dropped an undecodable cache entry').length - 1
    assert.equal(told, 1)
  })
})

/** Counts how often a process looks into Redis from now on. */
const looks = ({ store: { client } }: Process): (() => number) => {
  let count = 0
  const send = client.sendCommand.bind(client)
  client.sendCommand = (command, ...rest) => {
    if (command.name === 'getrange') count++
    return send(command, ...rest)
  }
  return () => count
}

describe('a Redis in trouble', () => {
  test('that hangs keeps nobody waiting, and nothing it missed is given once it is back', async () => {
    truth.set(another(), 1)
    for (const each of [a, b]) await each.exact.get(key)
    const looked = looks(b)
    process.kill(redis.pid, 'SIGSTOP')
    try {
      await b.exact.get(key)
      const before = looked()
      for (let n = 2; n < 60; n++) {
        truth.set(key, n)
        await a.exact.invalidate([key])
        assert.deepEqual(await b.exact.get(key), { n })
        await b.lagging.get(`${key} ${n}`)
        await sleep(10)
      }
      assert.equal(looked(), before, 'whoever asks first waits for it, and nobody after that')
    } finally {
      process.kill(redis.pid, 'SIGCONT')
    }
    const until = performance.now() + 2_000
    while (performance.now() < until) {
      for (const each of [a, b]) assert.deepEqual(await each.exact.get(key), { n: 59 })
      await sleep(5)
    }
    await eventually(async () => {
      const before = b.count('memory', 'hit')
      await b.exact.get(key)
      return b.count('memory', 'hit') > before
    }, 'answers are kept again')
  })

  test('that was killed and comes back with what it had, gives nothing wrong', async () => {
    truth.set(another(), 1)
    await eventually(async () => {
      await a.exact.get(key)
      return (await a.store.client.exists(entryOf('exact'))) === 1
    }, 'it is shared')
    await a.lagging.get(key)
    await b.lagging.get(key)
    // What it was told has been written to its disk by then.
    await sleep(1_100)
    await redis.kill()
    truth.set(key, 2)
    await Promise.all([a.exact.invalidate([key]), a.lagging.invalidate([key])])
    assert.deepEqual(await b.exact.get(key), { n: 2 })
    const bound = performance.now() + TOLD.bound
    redis = await startRedis({ folder, port: redis.port })
    for (let late = false; !late;) {
      for (const each of [a, b]) assert.deepEqual(await each.exact.get(key), { n: 2 })
      late = performance.now() >= bound
      const { n } = await b.lagging.get(key)
      assert.ok(n === 2 || !late, 'a page that lags behind does so no longer than the bound')
      await sleep(5)
    }
    await hearing(b)
    await b.lasting.lagging.get(key)
    truth.set(key, 3)
    await a.lasting.lagging.invalidate([key])
    await eventually(async () => (await b.lasting.lagging.get(key)).n === 3, 'they tell each other again', 30)
  })

  test('comes back without the word of a change whose maker is gone, and still gives nothing from before', async () => {
    const maker = startProcess()
    const idle = startProcess()
    await Promise.all([maker, idle, b].map(hearing))
    truth.set(another(), 1)
    await eventually(async () => {
      for (const each of [maker, idle, b]) {
        await each.lasting.lagging.get(key)
        await each.lasting.exact.get(key)
      }
      return (await b.store.client.exists(entryOf('long-exact'), entryOf('long'))) === 2
    }, 'they are shared')
    await sleep(1_100)
    await redis.kill()
    truth.set(key, 2)
    await Promise.all([maker.lasting.exact.invalidate([key]), maker.lasting.lagging.invalidate([key])])
    await maker.close()
    assert.deepEqual(await b.lasting.exact.get(key), { n: 2 })
    redis = await startRedis({ folder, port: redis.port })
    const until = performance.now() + 1_500
    while (performance.now() < until) {
      assert.deepEqual(await b.lasting.exact.get(key), { n: 2 })
      await sleep(5)
    }
    await hearing(idle)
    assert.deepEqual(await idle.lasting.exact.get(key), { n: 2 })
    assert.deepEqual(await idle.lasting.lagging.get(key), { n: 2 })
  })

  test('that was never there is done without', async () => {
    const without = startProcess({ url: 'redis://127.0.0.1:1' })
    truth.set(another(), 1)
    for (let n = 1; n < 20; n++) {
      truth.set(key, n)
      await without.exact.invalidate([key])
      assert.deepEqual(await without.exact.get(key), { n })
    }
    assert.deepEqual(await without.lagging.get(key), { n: 19 })
  })
})
