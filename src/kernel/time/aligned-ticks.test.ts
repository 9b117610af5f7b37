import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilTick } from './aligned-ticks.ts'
import { systemRuntime } from '../runtime.ts'

/** A runtime whose clock the test sets. */
const clock = (at: number) => {
  const state = { at }
  return { runtime: systemRuntime({ now: () => state.at }), set: (to: number) => void (state.at = to) }
}

test('those who look now and then end their sleeps together, and none sleeps for longer than it asked', () => {
  const { runtime, set } = clock(10_007)
  assert.equal(untilTick(runtime, 1_000), 1_000)
  set(10_012)
  assert.equal(10_012 + untilTick(runtime, 1_000), 11_007)
  set(10_130)
  assert.equal(10_130 + untilTick(runtime, 500), 10_507)
  assert.equal(10_130 + untilTick(runtime, 1_000), 11_007)
})

test('short sleeps are as they were asked for', () => {
  const { runtime, set } = clock(0)
  untilTick(runtime, 1_000)
  set(77)
  assert.equal(untilTick(runtime, 499), 499)
})

test('a clock that is put back makes nobody sleep for longer', () => {
  const { runtime, set } = clock(10_000)
  untilTick(runtime, 1_000)
  set(5_100)
  assert.equal(untilTick(runtime, 1_000), 900)
})

test('processes that started at different moments do not all look at once', () => {
  const [a, b] = [clock(1_000), clock(1_100)]
  untilTick(a.runtime, 1_000)
  untilTick(b.runtime, 1_000)
  a.set(5_010)
  b.set(5_010)
  assert.notEqual(untilTick(a.runtime, 1_000), untilTick(b.runtime, 1_000))
})
