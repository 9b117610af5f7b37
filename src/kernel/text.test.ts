import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { truncate } from './text.ts'

test('a text that fits is left as it is', () => {
  assert.equal(truncate('안녕', 2), '안녕')
  assert.equal(truncate('', 0), '')
})

test('a text is cut between characters, and what marks the cut counts', () => {
  assert.equal(truncate(`${'가'.repeat(98)}🙂b`, 99), '가'.repeat(98))
  assert.equal(truncate(`${'가'.repeat(199)}🙂`, 200), '가'.repeat(199))
  assert.equal(truncate('abcdef', 4, '…'), 'abc…')
  assert.equal(truncate('ab🙂cd', 4, '…'), 'ab…')
})

test('a letter keeps its marks, an emoji its parts, a Hangul syllable its letters', () => {
  assert.equal(truncate('ae\u0301b', 2), 'a')
  assert.equal(truncate('a👩‍👩‍👧‍👦', 8), 'a')
  assert.equal(truncate('가\u1100\u1161\u11a8', 3), '가')
  assert.equal(truncate('a👍🏽', 3), 'a')
})

test('one character that is longer than the room is cut between code points', () => {
  assert.equal(truncate(`e${'\u0301'.repeat(50)}`, 5), `e${'\u0301'.repeat(4)}`)
  assert.equal(truncate('🙂', 1), '')
})

test('whatever the text and the room: a well-formed beginning, no longer than the room', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), fc.constantFrom('', '…'), (text, most, ellipsis) => {
      const cut = truncate(text, most, ellipsis)
      assert.ok(cut.isWellFormed())
      assert.ok(cut.length <= Math.max(most, ellipsis.length))
      if (text.length <= most) assert.equal(cut, text)
      else assert.ok(text.startsWith(cut.slice(0, cut.length - ellipsis.length)))
    }),
  )
})
