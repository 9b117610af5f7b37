import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { systemRuntime } from '#kernel/runtime.ts'
import { decode, encode, gone, MAX_BYTES, newToken } from './entry.ts'

const schema = z.object({ name: z.string() })
const token = newToken(systemRuntime())
const read = (text: string | Buffer) => decode(Buffer.from(text as string), 2, schema)

describe('an entry', () => {
  test('comes back as it was, frozen', () => {
    const decoded = read(encode(token, 2, { name: '장터 🥬' }))
    assert.deepEqual(decoded, { kind: 'answer', token, answer: { name: '장터 🥬' } })
    assert.ok(decoded.kind === 'answer' && Object.isFrozen(decoded.answer))
  })

  test('that was let go of, or is of another version of the shape, is no answer', () => {
    assert.deepEqual(read(gone(token)), { kind: 'gone', token })
    assert.deepEqual(read(encode(token, 1, { name: 'older' })), { kind: 'other', token })
  })

  test('that is not exactly one of ours is not believed', () => {
    for (const bad of [
      'garbage',
      '',
      '{"name":"a"}',
      `${token}v2\n{"name":`,
      `${token}v2\n{"name":7}`,
      `${token}v2\nnull`,
      `${token}v2`,
      `${token}y2\n{"name":"a"}`,
      `${token.slice(1)}\u0000v2\n{"name":"a"}`,
      encode(token, 2, { name: 'x'.repeat(MAX_BYTES) }),
    ])
      assert.equal(read(bad).kind, 'poisoned', bad.slice(0, 40))
  })
})
