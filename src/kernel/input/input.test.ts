import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { parseInput } from './input.ts'
import { wholeNumber } from './whole-number.ts'

/** The first problem of an input, as `field · code · ko · en`. */
const problem = (schema: z.ZodType, input: unknown): string => {
  const parsed = parseInput(schema, input)
  if (!('fault' in parsed)) return 'ok'
  const [first] = parsed.fault.fields!
  assert.equal(parsed.fault.field, first!.field)
  return [first!.field, first!.code, first!.message.ko, first!.message.en].join(' · ')
}
const required = '꼭 입력해 주세요. · This is required.'
const invalid = '형식이 올바르지 않습니다. · The format is not valid.'

const cases: readonly [name: string, rule: z.ZodType, value: unknown, problem: string][] = [
  ['nothing at all', z.string(), undefined, `x · required · ${required}`],
  ['nothing where a choice is wanted', z.enum(['a']), undefined, `x · required · ${required}`],
  ['nothing where one of several is wanted', z.union([z.string(), z.int()]), undefined, `x · required · ${required}`],
  ['another type', z.string(), 1, 'x · invalid_type · 글자로 입력해 주세요. · This must be text.'],
  ['a fraction', z.int(), 1.5, 'x · invalid_type · 정수로 입력해 주세요. · This must be a whole number.'],
  ['null for a list', z.array(z.int()), null, 'x · invalid_type · 목록이어야 합니다. · This must be a list.'],
  ['a type without a word of its own', z.date(), 1, `x · invalid_type · ${invalid}`],
  ['too short', z.string().min(2), 'a', 'x · too_small · 2자 이상이어야 합니다. · This needs at least 2 characters.'],
  ['too long', z.string().max(2), 'abc', 'x · too_big · 2자 이하여야 합니다. · This may have at most 2 characters.'],
  ['too few', z.array(z.int()).min(1), [], 'x · too_small · 1개 이상이어야 합니다. · This needs at least 1.'],
  ['too many', z.array(z.int()).max(1), [1, 2], 'x · too_big · 1개 이하여야 합니다. · This may have at most 1.'],
  ['too little', z.int().min(1), 0, 'x · too_small · 1 이상이어야 합니다. · This must be 1 or more.'],
  ['not above', z.int().positive(), 0, 'x · too_small · 0보다 커야 합니다. · This must be more than 0.'],
  ['too much', z.int().max(9), 10, 'x · too_big · 9 이하여야 합니다. · This must be 9 or less.'],
  ['not below', z.int().negative(), 0, 'x · too_big · 0보다 작아야 합니다. · This must be less than 0.'],
  [
    'no choice',
    z.enum(['a', 'b']),
    'c',
    'x · invalid_value · 다음 중 하나여야 합니다: a, b · This must be one of: a, b',
  ],
  [
    'no e-mail',
    z.email(),
    'a',
    'x · invalid_format · 올바른 이메일 주소가 아닙니다. · This is not a valid e-mail address.',
  ],
  ['no pattern', z.string().regex(/^a$/), 'b', `x · invalid_format · ${invalid}`],
  [
    'no multiple',
    z.int().multipleOf(10),
    5,
    'x · not_multiple_of · 10의 배수여야 합니다. · This must be a multiple of 10.',
  ],
  ['none of several', z.union([z.string(), z.int()]), true, `x · invalid_union · ${invalid}`],
  ['a rule of our own', z.string().refine(() => false, 'repeated_sku'), 'a', `x · repeated_sku · ${invalid}`],
  [
    'a rule of our own with its own sentences',
    z.string().refine(() => false, { message: 'not_that', params: { ko: '그건 안 됩니다.', en: 'Not that.' } }),
    'a',
    'x · not_that · 그건 안 됩니다. · Not that.',
  ],
  [
    'deep inside',
    z.array(z.object({ q: z.int().min(1) })),
    [{ q: 1 }, { q: 0 }],
    'x.1.q · too_small · 1 이상이어야 합니다. · This must be 1 or more.',
  ],
  [
    'text with U+0000',
    z.string(),
    'a\0',
    'x · unstorable_text · 저장할 수 없는 문자가 들어 있습니다. · The text holds characters that cannot be stored.',
  ],
]

describe('an input', () => {
  for (const [name, rule, value, expected] of cases)
    test(`${name} is named with its field, code and both sentences`, () => {
      assert.equal(problem(z.object({ x: rule }), { x: value }), expected)
    })

  test('a member nobody knows is named where the schema is strict, dropped where it is not', () => {
    assert.equal(
      problem(z.strictObject({}), { y: 1 }),
      ' · unrecognized_keys · 알 수 없는 항목입니다: y · Unknown members: y',
    )
    assert.deepEqual(parseInput(z.object({}), { y: 1 }), { value: {} })
  })

  test('every field at fault is named, twenty at most', () => {
    const parsed = parseInput(z.array(z.string()), Array(50).fill(1))
    assert.ok('fault' in parsed)
    assert.equal(parsed.fault.fields!.length, 20)
    assert.equal(parsed.fault.status, 400)
  })

  test('text that cannot be stored is found at any depth, in keys too, however deep', () => {
    const any = z.object({ x: z.any() })
    assert.match(problem(any, { x: [{ y: ['ok', '\ud800'] }] }), /^x\.0\.y\.1 · unstorable_text/)
    assert.match(problem(any, { x: { 'a\0': 1 } }), /^x · unstorable_text/)
    assert.equal(problem(any, { x: ['👍', '가', ''] }), 'ok')
    let deep: unknown = '\0'
    for (let n = 0; n < 100_000; n++) deep = [deep]
    assert.match(problem(any, { x: deep }), /unstorable_text/)
  })

  test('defaults of the schema are applied', () => {
    assert.deepEqual(parseInput(z.object({ n: wholeNumber(0, 9).default(3) }), {}), { value: { n: 3 } })
  })
})
