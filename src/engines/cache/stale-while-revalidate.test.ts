import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { Cache, StaleWhileRevalidateOptions } from '#kernel/cache.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { openCaches } from './caches.ts'

const schema = z.object({ n: z.int() })
type N = z.output<typeof schema>

/** A cache whose answers count up, made when the test lets them be. */
const counting = (more: Partial<StaleWhileRevalidateOptions<N>> = {}) => {
  const runtime = steerableRuntime()
  const caches = openCaches({ runtime, log: silent })
  const loads: string[] = []
  const waiting: (() => void)[] = []
  const state = { held: false }
  const cache: Cache<N> = caches.of('test').staleWhileRevalidate({
    name: 'numbers',
    shape: 1,
    schema,
    max: 3,
    freshness: { fresh: 1_000, bound: 2_000 },
    load: async (key) => {
      const n = loads.push(key)
      if (state.held) await new Promise<void>((resolve) => waiting.push(resolve))
      return { n }
    },
    ...more,
  })
  const letGo = (): void => {
    state.held = false
    for (const each of waiting.splice(0)) each()
  }
  return { ...cache, runtime, caches, loads, letGo, hold: () => (state.held = true) }
}

describe('answers kept in memory', () => {
  test('are made once for everyone who asks meanwhile, and everyone gets the same frozen object', async () => {
    const cache = counting()
    cache.hold()
    const all = Promise.all([cache.get('a'), cache.get('a'), cache.get('a')])
    cache.letGo()
    const [one, two, three] = await all
    assert.ok(one === two && two === three && Object.isFrozen(one))
    assert.deepEqual(cache.loads, ['a'])
  })

  test('are given stale while one newer is made, and by nobody twice at a time', async () => {
    const cache = counting()
    assert.deepEqual(await cache.get('a'), { n: 1 })
    cache.runtime.advance(1_500)
    cache.hold()
    assert.deepEqual(await Promise.all([cache.get('a'), cache.get('a')]), [{ n: 1 }, { n: 1 }])
    assert.equal(cache.loads.length, 2)
    cache.letGo()
    await eventually(async () => (await cache.get('a')).n === 2, 'the newer one is given')
    assert.equal(cache.loads.length, 2)
  })

  test('are given to nobody after the bound, however long the next takes', async () => {
    const cache = counting()
    await cache.get('a')
    cache.runtime.advance(1_900)
    assert.deepEqual(await cache.get('a'), { n: 1 })
    const old = counting()
    await old.get('a')
    old.runtime.advance(2_000)
    assert.deepEqual(await old.get('a'), { n: 2 })
  })

  test('are as old as the moment they began to be made', async () => {
    const cache = counting()
    cache.hold()
    const slow = cache.get('a')
    cache.runtime.advance(2_500)
    cache.letGo()
    assert.deepEqual(await slow, { n: 1 })
    assert.deepEqual(await cache.get('a'), { n: 2 })
  })

  test('are not believed when the clock was put back', async () => {
    const cache = counting()
    cache.runtime.advance(60_000)
    await cache.get('a')
    cache.runtime.advance(-60_000)
    assert.deepEqual(await cache.get('a'), { n: 2 })
  })

  test('are not kept when they were let go of while they were made', async () => {
    const cache = counting()
    cache.hold()
    const before = cache.get('a')
    await cache.invalidate(['a'])
    const after = cache.get('a')
    cache.letGo()
    assert.deepEqual([await before, await after], [{ n: 1 }, { n: 2 }])
    assert.deepEqual(await cache.get('a'), { n: 2 })
  })

  test('let go of while they are made anew, are not kept either', async () => {
    const cache = counting()
    await cache.get('a')
    cache.runtime.advance(1_500)
    cache.hold()
    await cache.get('a')
    await cache.invalidate(['a'])
    cache.letGo()
    assert.deepEqual(await cache.get('a'), { n: 3 })
  })

  test('that could not be made are not kept, and an old one is given until the bound', async () => {
    let fails = true
    let n = 0
    const cache = counting({ load: async () => (fails ? Promise.reject(new Error('away')) : { n: ++n }) })
    await assert.rejects(cache.get('a'), /away/)
    fails = false
    assert.deepEqual(await cache.get('a'), { n: 1 })
    fails = true
    cache.runtime.advance(1_500)
    assert.deepEqual(await cache.get('a'), { n: 1 })
    cache.runtime.advance(400)
    assert.deepEqual(await cache.get('a'), { n: 1 })
    cache.runtime.advance(200)
    await assert.rejects(cache.get('a'), /away/)
  })

  test('are good for longer where they say so', async () => {
    const cache = counting({ longer: ({ n }) => (n === 1 ? 20_000 : 0) })
    await cache.get('a')
    cache.runtime.advance(20_500)
    assert.deepEqual(await cache.get('a'), { n: 1 })
    cache.runtime.advance(1_500)
    assert.deepEqual(await cache.get('a'), { n: 2 })
  })

  test('are no more than were allowed', async () => {
    const cache = counting()
    for (const key of ['a', 'b', 'c', 'd', 'a']) await cache.get(key)
    assert.deepEqual(cache.loads, ['a', 'b', 'c', 'd', 'a'])
  })

  test('are counted', async () => {
    const cache = counting()
    await cache.get('a')
    await cache.get('a')
    cache.runtime.advance(1_500)
    await cache.get('a')
    const counted = cache.caches.counted().filter((each) => each.count > 0)
    assert.deepEqual(
      counted.map((each) => [each.cache, each.level, each.outcome, each.count]),
      [
        ['test.numbers', 'memory', 'hit', 1],
        ['test.numbers', 'memory', 'stale', 1],
        ['test.numbers', 'memory', 'miss', 1],
      ],
    )
  })
})

test('what must be exact is made anew each time where nothing is shared', async () => {
  const caches = openCaches({ runtime: steerableRuntime(), log: silent })
  let n = 0
  const cache = caches
    .of('test')
    .validated({ name: 'exact', shape: 1, schema, max: 3, bound: 1_000, load: async () => ({ n: ++n }) })
  assert.deepEqual([await cache.get('a'), await cache.get('a')], [{ n: 1 }, { n: 2 }])
})
