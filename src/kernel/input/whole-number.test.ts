import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { wholeNumberOf } from './decimal.ts'
import { parseInput } from './input.ts'
import { jsonSchemaOf } from '../documents/json-schema.ts'
import { wholeNumber } from './whole-number.ts'

const NO_NUMBERS = [
  '0x10',
  '0b1',
  '0o7',
  '1e3',
  ' 5 ',
  '5 ',
  '+5',
  '5.0',
  '5.',
  '.5',
  'Infinity',
  'NaN',
  '',
  ' ',
  '５',
  '1_000',
  '1,000',
  '--5',
  '-',
  '5n',
]

test('only decimal digits spell a number', () => {
  assert.deepEqual(['0', '7', '-7', '007', '100000000000'].map(wholeNumberOf), [0, 7, -7, 7, 1e11])
  for (const text of [...NO_NUMBERS, null, undefined, '9'.repeat(16), '9'.repeat(400)])
    assert.equal(wholeNumberOf(text), undefined, String(text))
})

const input = z.object({ limit: wholeNumber(1, 100).default(20), most: wholeNumber(0, 9).optional() })

test('an input takes numbers, and the digits of a query, within the range', () => {
  assert.deepEqual(parseInput(input, {}), { value: { limit: 20 } })
  assert.deepEqual(parseInput(input, { limit: 5, most: '9' }), { value: { limit: 5, most: 9 } })
  for (const wrong of [...NO_NUMBERS, true, false, null, [], [5], {}, 1.5, '0', '-1', '101', '9'.repeat(400)]) {
    const parsed = parseInput(input, { limit: wrong })
    assert.ok('fault' in parsed, JSON.stringify(wrong))
    assert.deepEqual([parsed.fault.code, parsed.fault.field], ['INVALID_INPUT', 'limit'])
  }
})

test('it is described as the number it is', () => {
  const { properties, required } = jsonSchemaOf(input, 'input') as Record<string, any>
  assert.deepEqual(properties.limit, { default: 20, type: 'integer', minimum: 1, maximum: 100 })
  assert.deepEqual(properties.most, { type: 'integer', minimum: 0, maximum: 9 })
  assert.equal(required, undefined)
})
