import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rollingStats, statsTable } from './rolling-stats.ts'

/** A clock that the test sets. */
const steered = () => {
  let at = 1_800_000_000_000
  return { now: () => at, on: (ms: number) => void (at += ms) }
}

describe('what is counted of the last minute', () => {
  test('calls, failures and durations, right within an eighth', () => {
    const counted = rollingStats(steered())
    assert.equal(counted.read(), undefined)
    for (let ms = 1; ms <= 1_000; ms++) counted.record(ms, ms % 10 === 0)
    const { calls, errors, p50, p99 } = counted.read()!
    assert.deepEqual([calls, errors], [1_000, 100])
    assert.ok(Math.abs(p50! - 500) < 500 / 8, String(p50))
    assert.ok(Math.abs(p99! - 990) < 990 / 8, String(p99))
  })

  test('is of the last minute: older counts leave part by part, also after a long silence', () => {
    const time = steered()
    const counted = rollingStats(time)
    counted.record(1, false)
    time.on(30_000)
    counted.record(2, true)
    assert.equal(counted.read()!.calls, 2)
    time.on(31_000)
    assert.deepEqual([counted.read()!.calls, counted.read()!.errors], [1, 1])
    time.on(31_000)
    assert.equal(counted.read(), undefined)
    time.on(3_600_000)
    counted.record(3, false)
    assert.deepEqual([counted.read()!.calls, counted.read()!.errors], [1, 0])
  })

  test('is kept apart by both names, and what was silent for a minute is not told', () => {
    const time = steered()
    const counted = statsTable(time)
    counted.record('order', 'product', 1, false)
    counted.record('order', 'payment', 1, true)
    counted.record('order', 'product', 1, false)
    assert.deepEqual(
      counted.read().map(([one, other, { calls, errors }]) => [one, other, calls, errors]),
      [
        ['order', 'product', 2, 0],
        ['order', 'payment', 1, 1],
      ],
    )
    time.on(61_000)
    assert.deepEqual(counted.read(), [])
  })
})
