import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serialized } from './serialize.ts'

test('a frozen answer is written once, one that may change every time', () => {
  const frozen = Object.freeze({ name: '책상' })
  const bytes = serialized(frozen)
  assert.equal(String(bytes), '{"name":"책상"}')
  assert.equal(serialized(frozen), bytes)

  const loose = { count: 1 }
  assert.equal(serialized(loose), '{"count":1}')
  loose.count = 2
  assert.equal(serialized(loose), '{"count":2}')
})
