import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fault } from '../fault.ts'
import { DEADLINE_EXCEEDED, INTERNAL, RATE_LIMITED, UNAVAILABLE } from '../faults.ts'
import { isolate } from './isolate.ts'
import { isTransient, markTransient } from './transient.ts'

/** Numbers from 0, some of which make whatever they are in fail. */
const numbered = (
  count: number,
  atFault: ReadonlySet<number>,
  because: (n: number) => unknown = (n) => `because of ${n}`,
) => {
  const inputs = Array.from({ length: count }, (_, n) => n)
  const runs: (readonly number[])[] = []
  const done: number[] = []
  const failed = new Map<number, unknown>()
  return {
    runs,
    done,
    failed,
    isolate: (mayIsolate?: (error: unknown) => boolean) =>
      isolate(
        inputs,
        async (part) => {
          runs.push(part)
          await Promise.resolve()
          const found = part.find((n) => atFault.has(n))
          if (found !== undefined) throw because(found)
          done.push(...part)
        },
        (n, error) => {
          assert.ok(!failed.has(n), `${n} fails twice`)
          failed.set(n, error)
        },
        mayIsolate,
      ),
  }
}

describe('isolating the inputs at fault', () => {
  test('whichever they are: each of them fails with its own error, every other is done once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 256 }),
        fc.array(fc.nat(255), { maxLength: 12 }),
        async (count, places) => {
          const atFault = new Set(places.filter((n) => n < count))
          const one = numbered(count, atFault)
          const splits = await one.isolate()
          const innocent = Array.from({ length: count }, (_, n) => n).filter((n) => !atFault.has(n))
          assert.deepEqual(one.done, innocent)
          assert.deepEqual(
            [...one.failed],
            [...atFault].toSorted((a, b) => a - b).map((n) => [n, `because of ${n}`]),
          )
          assert.ok(one.runs.length <= 1 + 2 * atFault.size * Math.ceil(Math.log2(count)))
          assert.equal(one.runs.length, 1 + 2 * splits)
        },
      ),
    )
  })

  test('costs nothing when nothing fails', async () => {
    const one = numbered(256, new Set())
    assert.equal(await one.isolate(), 0)
    assert.equal(one.runs.length, 1)
    const none = numbered(0, new Set())
    assert.equal(await none.isolate(), 0)
    assert.equal(none.runs.length, 0)
  })

  test('ends at once when the store is away: an outage is not asked 511 times', async () => {
    const outage = markTransient(new Error('ECONNREFUSED'))
    const one = numbered(256, new Set([200]), () => outage)
    assert.equal(await one.isolate(), 0)
    assert.equal(one.runs.length, 1)
    assert.deepEqual([...one.failed.keys()].length, 256)
    assert.ok([...one.failed.values()].every((error) => error === outage))
  })

  test('ends at once when the store goes away meanwhile: what was done stands, the rest is refused', async () => {
    const outage = markTransient(new Error('ECONNRESET'))
    const one = numbered(8, new Set([0, 5]), (n) => (n === 0 ? new TypeError('a bad input') : outage))
    await one.isolate()
    // 0‥7 fail by 0; 0‥3, 0‥1 and 0 as well; 1 and 2‥3 are done; then the store is away.
    assert.deepEqual(
      one.runs.map((part) => part.length),
      [8, 4, 2, 1, 1, 2, 4],
    )
    assert.deepEqual(one.done, [1, 2, 3])
    assert.ok(one.failed.get(0) instanceof TypeError)
    assert.deepEqual(
      [4, 5, 6, 7].map((n) => one.failed.get(n)),
      [outage, outage, outage, outage],
    )
  })

  test('is left out where running again would do something twice', async () => {
    const one = numbered(8, new Set([3]))
    await one.isolate(() => false)
    assert.equal(one.runs.length, 1)
    assert.equal(one.failed.size, 8)
  })
})

test('a transient error is one the engine marked, or a callee that cannot answer now', () => {
  const REFUSED = fault('REFUSED', 409, { ko: '안 됩니다.', en: 'No.' })
  for (const error of [UNAVAILABLE(), DEADLINE_EXCEEDED(), RATE_LIMITED(), markTransient(new Error('away'))])
    assert.ok(isTransient(error), String(error))
  // What fails unexpectedly may do so because of one input.
  for (const error of [INTERNAL(), REFUSED(), new TypeError('undefined is not a function'), 'text', null, undefined])
    assert.ok(!isTransient(error), String(error))
  assert.equal(markTransient('text'), 'text')
})
