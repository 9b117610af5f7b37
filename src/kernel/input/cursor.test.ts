import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { cursorOf, placeOf } from './cursor.ts'
import { INVALID_INPUT } from '../faults.ts'

const place = z.tuple([z.number().int(), z.string()])

describe('a page’s cursor', () => {
  test('leads back to its place, and is safe in an address', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (number, text) => {
        const cursor = cursorOf([number, text])
        assert.match(cursor, /^[\w-]+$/)
        assert.deepEqual(placeOf(cursor, place), [number, text])
      }),
    )
    assert.equal(placeOf(undefined, place), undefined)
  })

  test('that nobody made is a wrong input, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => cursorOf([text])),
          fc.constantFrom('a\u0000b', '\ud83d', '\ude42x').map((text) => cursorOf([1, text])),
        ),
        (cursor) => {
          assert.throws(
            () => placeOf(cursor, place),
            (error) => INVALID_INPUT.is(error) && error.field === 'cursor',
          )
        },
      ),
    )
  })
})
