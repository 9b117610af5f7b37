import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isStorable, storable, unstorableAt } from './storable-text.ts'

test('U+0000 and lone surrogates cannot be stored; every character can', () => {
  for (const text of ['', '가', '🙂', '\u0001', '\ufffd', '\u{10ffff}']) assert.ok(isStorable(text))
  for (const text of ['a\u0000b', '\ud83d', '🙂\ude42', '\ude42\ud83d']) assert.ok(!isStorable(text))
})

test('what cannot be stored is replaced, the rest stays as it is', () => {
  assert.equal(storable('가\u0000나\ud83d'), '가\ufffd나\ufffd')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const kept = storable(text)
      assert.ok(isStorable(kept))
      assert.equal(kept.length, text.length)
      if (isStorable(text)) assert.equal(kept, text)
    }),
  )
})

test('the place of what cannot be stored is named, at any depth and in names of members too', () => {
  assert.equal(unstorableAt({ a: [{ b: '가' }], c: null, d: 1 }), undefined)
  assert.equal(unstorableAt({ a: ['x', { b: '\ud83d' }] }), 'a.1.b')
  assert.equal(unstorableAt({ a: { 'b\u0000': 1 } }), 'a')
  assert.equal(unstorableAt('\u0000'), '')
})
