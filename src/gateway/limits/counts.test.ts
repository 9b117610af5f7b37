import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counts } from './counts.ts'

const WINDOW = 60_000

test('a window lasts from its first call to its end, whoever else comes in between', () => {
  const all = counts('test', { calls: 10, seconds: 60 })
  const first = all.of('a', 0)
  const second = all.of('b', WINDOW / 2)
  // Long enough after the first for those nobody asked for to be forgotten.
  all.of('c', WINDOW + 1)
  assert.equal(all.of('b', WINDOW + 2), second)
  assert.equal(all.of('b', WINDOW * 1.5 - 1), second)
  assert.notEqual(all.of('b', WINDOW * 1.5), second)
  assert.notEqual(all.of('a', WINDOW + 2), first)
})
