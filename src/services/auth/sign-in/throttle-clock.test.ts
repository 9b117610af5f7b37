import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted, forgiven, PAIR } from './throttle.ts'

test('an attempt that costs no delay blocks nobody, whatever the clock of the host that counted it', () => {
  const ahead = Date.UTC(2026, 10, 30, 12, 20)
  const first = counted(undefined, PAIR, ahead)
  assert.deepEqual(first, { failures: 1, lastAt: ahead, blockedUntil: 0 })
  assert.deepEqual(forgiven(first, PAIR), { failures: 0, lastAt: ahead, blockedUntil: 0 })
})

test('an attempt that costs one blocks until it is over', () => {
  let failures = counted(undefined, PAIR, 0)
  for (let n = 1; n < PAIR.free + 1; n++) failures = counted(failures, PAIR, 0)
  assert.deepEqual([failures.failures, failures.blockedUntil], [PAIR.free + 1, 2_000])
})
