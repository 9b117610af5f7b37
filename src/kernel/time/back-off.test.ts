import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exponentialBackOff } from './back-off.ts'

test('a back-off doubles from its first wait to its longest, and stays there', () => {
  const wait = { first: 200, longest: 60_000 }
  assert.deepEqual(
    [0, 1, 2, 8, 9, 10].map((attempt) => exponentialBackOff(attempt, wait)),
    [200, 400, 800, 51_200, 60_000, 60_000],
  )
  assert.equal(exponentialBackOff(5_000, wait), 60_000)
  assert.equal(exponentialBackOff(5_000, { first: 0, longest: 60_000 }), 0)
})
