import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { errorText } from './error-text.ts'

test('a schema’s error names the members that do not fit, on one line', () => {
  const shape = z.object({ skus: z.array(z.object({ price: z.number() })), name: z.string() })
  const text = errorText(shape.safeParse({ skus: [{ price: 'a' }] }).error)
  assert.match(text, /^Does not fit its schema: skus\.0\.price: .+; name: .+$/)
  assert.equal(text.split('\n').length, 1)
  assert.match(errorText(z.object({}).safeParse(null).error), /^Does not fit its schema: /)
})

test('of many issues only some are named', () => {
  const text = errorText(z.array(z.number()).safeParse(Array.from({ length: 25 }, () => 'x')).error)
  assert.match(text, /; and 15 more$/)
})

test('several errors say what each says, once', () => {
  const refused = new Error('connect ECONNREFUSED')
  assert.equal(errorText(new AggregateError([refused, refused, 'gone'])), 'Error: connect ECONNREFUSED; gone')
})

test('any other error says its own message', () => {
  assert.equal(errorText(new RangeError('too much')), 'RangeError: too much')
  assert.equal(errorText(undefined), 'undefined')
})
