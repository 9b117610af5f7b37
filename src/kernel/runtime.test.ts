import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from './runtime.ts'

test('random bytes come in the size asked for and never twice, across pools too', () => {
  const { random } = systemRuntime()
  const seen = new Set<string>()
  for (let turn = 0; turn < 3_000; turn++) {
    const bytes = random(16)
    assert.equal(bytes.length, 16)
    seen.add(Buffer.from(bytes).toString('hex'))
  }
  assert.equal(seen.size, 3_000)
  assert.equal(random(100_000).length, 100_000)
})

test('bytes that were given out stay as they are', () => {
  const { random } = systemRuntime()
  const bytes = random(32)
  const before = Buffer.from(bytes).toString('hex')
  for (let turn = 0; turn < 1_000; turn++) random(32)
  assert.equal(Buffer.from(bytes).toString('hex'), before)
})
