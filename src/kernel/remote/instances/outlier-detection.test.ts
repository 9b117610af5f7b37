import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { outlierDetector, type OutlierState } from './outlier-detection.ts'

const steered = () => {
  let now = 1_000_000
  return { runtime: systemRuntime({ now: () => now }), advance: (ms: number) => void (now += ms) }
}

const three = (later = false) => {
  const { runtime, advance } = steered()
  const all = outlierDetector(runtime)
  return { all, advance, of: [all.add(later), all.add(later), all.add(later)] as const }
}

/** Calls of each over some seconds: milliseconds, and every how many-th fails. */
const calls = (
  advance: (ms: number) => void,
  each: readonly (readonly [OutlierState, ms: number, failing?: number])[],
  rounds = 60,
): void => {
  for (let n = 1; n <= rounds; n++) {
    advance(50)
    for (const [outlierState, ms, failing] of each) outlierState.record(ms, failing === undefined || n % failing !== 0)
  }
}

test('who fails much more than the others is left out, and let back in slowly', () => {
  const {
    of: [a, b, c],
    advance,
  } = three()
  calls(advance, [
    [a, 2],
    [b, 2],
    [c, 2, 2],
  ])
  assert.deepEqual([a.share(), b.share(), c.share()], [1, 1, 0])
  while (c.share() === 0) advance(100)
  assert.equal(c.share(), 0.1)
  advance(4_000)
  assert.ok(c.share() > 0.1 && c.share() < 0.8, String(c.share()))
  advance(6_000)
  assert.equal(c.share(), 1)
})

test('who lags far behind the others is left out', () => {
  const {
    of: [a, b, c],
    advance,
  } = three()
  calls(advance, [
    [a, 10],
    [b, 12],
    [c, 200],
  ])
  assert.deepEqual([a.share(), b.share(), c.share()], [1, 1, 0])
})

test('when all are slow or all fail nobody is to blame, and what is slow by little is not', () => {
  for (const each of [
    [400, 2],
    [30, undefined],
  ] as const) {
    const {
      of: [a, b, c],
      advance,
    } = three()
    calls(advance, [
      [a, 400, each[1]],
      [b, 400, each[1]],
      [c, each[0], each[1]],
    ])
    assert.deepEqual([a.share(), b.share(), c.share()], [1, 1, 1])
  }
})

test('never more than half are left out for it: too few would carry all', () => {
  const {
    of: [a, b, c],
    advance,
  } = three()
  calls(advance, [
    [a, 2],
    [b, 900],
    [c, 2],
  ])
  const others = [
    [a, 2],
    [c, 900],
  ] as const
  calls(advance, others, 40)
  assert.deepEqual([a.share(), b.share() === 1, c.share()], [1, false, 1])
})

test('it is left out longer each time in a row, and from the start after it did well', () => {
  const {
    of: [a, b, c],
    advance,
  } = three()
  const outFor = (): number => {
    calls(advance, [
      [a, 2],
      [b, 2],
      [c, 2, 2],
    ])
    let ms = 0
    while (c.share() === 0) {
      advance(100)
      ms += 100
    }
    return ms
  }
  const [first, second] = [outFor(), outFor()]
  assert.ok(second > first * 1.5, `${first} ${second}`)
  advance(120_000)
  assert.equal(outFor(), first)
})

test('who refuses connections is out at once, while any other is in', () => {
  const {
    of: [a, b, c],
    advance,
  } = three()
  a.refused()
  assert.deepEqual([a.share(), b.share(), c.share()], [0, 1, 1])
  b.refused()
  assert.deepEqual([a.share(), b.share(), c.share()], [0, 0, 1])
  c.refused()
  assert.equal(c.share(), 1)
  advance(1_000)
  assert.equal(a.share(), 0.1)
  a.refused()
  advance(1_500)
  assert.equal(a.share(), 0)
})

test('who says that it ends is left alone', () => {
  const {
    of: [a],
    advance,
  } = three()
  a.leaving()
  assert.equal(a.share(), 0)
  advance(5_000)
  assert.equal(a.share(), 0.1)
})

test('who comes later is let in slowly; the first all at once', () => {
  const { all, advance, of } = three()
  assert.equal(of[0].share(), 1)
  const late = all.add(true)
  assert.equal(late.share(), 0.1)
  advance(5_000)
  assert.equal(late.share(), 0.5)
  advance(5_000)
  assert.equal(late.share(), 1)
})

test('who is gone is no measure for the others', () => {
  const { all, advance, of } = three()
  all.remove(of[0])
  all.remove(of[1])
  calls(advance, [[of[2], 2, 2]])
  assert.equal(of[2].share(), 1)
})

test('who may have fallen silent is out until it is found, and back at once when it answered the first question', () => {
  const {
    all,
    of: [a, b, c],
    advance,
  } = three()
  assert.ok(a.suspect())
  assert.ok(!a.suspect(), 'somebody looks after it already')
  assert.deepEqual([a.share(), b.share(), c.share()], [0, 1, 1])
  advance(600_000)
  assert.equal(a.share(), 0)
  a.found(true)
  assert.equal(a.share(), 1)
  assert.ok(a.suspect())
  a.found(false)
  assert.equal(a.share(), 0.1)
  advance(10_000)
  assert.equal(a.share(), 1)
  // Two of three may be silent; the last stays in.
  assert.ok(a.suspect() && b.suspect())
  assert.ok(!c.suspect())
  assert.deepEqual([a.share(), b.share(), c.share()], [0, 0, 1])
  all.remove(c)
  b.found(true)
  assert.ok(!b.suspect())
})

test('three calls in a row that run out of time leave it out, unless the others let theirs run out too', () => {
  const { all, advance } = three()
  const [one, other] = [all.add(false), all.add(false)]
  other.record(5, true)
  for (let n = 0; n < 2; n++) one.timedOut(5_000)
  one.record(5, true)
  for (let n = 0; n < 2; n++) one.timedOut(5_000)
  assert.equal(one.share(), 1, 'an answer in between starts the row anew')
  one.timedOut(5_000)
  assert.equal(one.share(), 0)
  advance(30_000)
  assert.equal(one.share(), 1)
  other.timedOut(5_000)
  for (let n = 0; n < 5; n++) one.timedOut(5_000)
  assert.equal(one.share(), 1)
})
