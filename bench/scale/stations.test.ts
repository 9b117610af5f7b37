import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { chance, clockOf } from './clock.ts'
import { connectionsOf, coresOf, diskOf, lanesOf, lockOf } from './stations.ts'

const near = (a: number, b: number, told = ''): void =>
  assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)), `${a} is not ${b} ${told}`)

describe('the clock', () => {
  test('lets things happen in the order of their times, and of asking at the same time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), (times) => {
        const clock = clockOf()
        const seen: [number, number][] = []
        for (const [n, ms] of times.entries()) clock.after(ms, () => seen.push([clock.now(), n]))
        clock.runUntil(100)
        const sorted = times.map((ms, n): [number, number] => [ms, n]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
        assert.deepEqual(seen, sorted)
      }),
    )
  })

  test('leaves what is due later', () => {
    const clock = clockOf()
    let happened = 0
    clock.after(10, () => happened++)
    clock.after(11, () => happened++)
    clock.runUntil(10)
    assert.equal(happened, 1)
  })

  test('draws the same numbers for the same seed', () => {
    const [a, b, other] = [chance(7), chance(7), chance(8)]
    const drawn = Array.from({ length: 100 }, () => a())
    assert.deepEqual(
      drawn,
      Array.from({ length: 100 }, () => b()),
    )
    assert.notDeepEqual(
      drawn,
      Array.from({ length: 100 }, () => other()),
    )
    assert.ok(drawn.every((each) => each >= 0 && each < 1))
  })
})

describe('cores', () => {
  const threadsOf = fc.array(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 8,
  })

  test('do all the work that is there, no faster than they can and never idle while more threads wait than cores', () => {
    fc.assert(
      fc.property(threadsOf, fc.integer({ min: 1, max: 4 }), (threads, count) => {
        const clock = clockOf()
        const cores = coresOf(clock, count)
        let ended = 0
        for (const jobs of threads) {
          const work = cores.thread()
          for (const micros of jobs) work(micros, () => (ended = clock.now() * 1_000))
        }
        clock.runUntil(1_000_000)
        const sums = threads.map((jobs) => jobs.reduce((sum, each) => sum + each, 0))
        const all = sums.reduce((sum, each) => sum + each, 0)
        near(cores.done(), all)
        const least = Math.max(all / count, ...sums)
        assert.ok(ended >= least * (1 - 1e-6), `${ended} is sooner than ${least}`)
        assert.ok(ended <= all * (1 + 1e-6))
      }),
    )
  })

  test('share evenly: two threads on one core take twice as long each', () => {
    const clock = clockOf()
    const cores = coresOf(clock, 1)
    const ends: number[] = []
    for (let n = 0; n < 2; n++) cores.thread()(1_000, () => ends.push(clock.now()))
    clock.runUntil(10)
    for (const each of ends) near(each, 2)
    assert.equal(ends.length, 2)
  })
})

test('a disk serves all who wait with one flush, and nobody before it is over', () => {
  const clock = clockOf()
  const disk = diskOf(clock, 2)
  const ends: number[] = []
  for (let n = 0; n < 10; n++) clock.after(n === 0 ? 0 : 1, () => disk.commit(() => ends.push(clock.now())))
  clock.runUntil(10)
  assert.equal(disk.flushes(), 2)
  assert.deepEqual(ends, [2, ...Array<number>(9).fill(4)])
})

test('lanes never run more at once than there are, take no more than they may, and answer everybody once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 100 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 10 }),
      (calls, count, max) => {
        const clock = clockOf()
        let running = 0
        let carried = 0
        let answered = 0
        const call = lanesOf(
          count,
          max,
          (then) => clock.after(0, then),
          (size, done) => {
            assert.ok(++running <= count)
            assert.ok(size >= 1 && size <= max)
            carried += size
            clock.after(5, () => {
              running--
              done()
            })
          },
        )
        for (const at of calls) clock.after(at, () => call(() => answered++))
        clock.runUntil(10_000)
        assert.equal(carried, calls.length)
        assert.equal(answered, calls.length)
      },
    ),
  )
})

test('calls of one turn share a batch while a lane is free', () => {
  const clock = clockOf()
  const sizes: number[] = []
  const call = lanesOf(
    2,
    256,
    (then) => clock.after(0, then),
    (size, done) => (sizes.push(size), done()),
  )
  for (let n = 0; n < 7; n++) call(() => {})
  clock.runUntil(1)
  assert.deepEqual(sizes, [7])
})

test('a lock is held by one at a time, in order', () => {
  const clock = clockOf()
  const lock = lockOf()
  const order: number[] = []
  for (let n = 0; n < 5; n++)
    lock((release) => {
      order.push(n)
      clock.after(3, release)
    })
  clock.runUntil(7)
  assert.deepEqual(order, [0, 1, 2])
})

test('connections serve one at a time each', () => {
  const clock = clockOf()
  const cores = coresOf(clock, 8)
  const use = connectionsOf([cores.thread(), cores.thread()])
  const ends: number[] = []
  for (let n = 0; n < 4; n++)
    use((work, release) =>
      work(1_000, () => {
        ends.push(clock.now())
        release()
      }),
    )
  clock.runUntil(10)
  assert.deepEqual(ends.map(Math.round), [1, 1, 2, 2])
})
