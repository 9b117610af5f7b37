import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { phoneDigitsOf, phoneText } from './phone.ts'

test('a number is the same however it is typed', () => {
  for (const typed of [
    '010-1234-5678',
    '01012345678',
    '010 1234 5678',
    '010.1234.5678',
    '(010) 1234-5678',
    '[010]1234/5678',
    '+82 010-1234-5678',
    '+82-10-1234-5678',
    '+82 (0)10-1234-5678',
    '+82(10)12345678',
    '０１０－１２３４－５６７８',
    '＋８２　１０　１２３４　５６７８',
    '0082 10-1234-5678',
    '00 82 010 1234 5678',
    '82-10-1234-5678',
    '010–1234—5678',
    '010−1234‑5678',
    '010ㅡ1234ー5678',
    '010·1234・5678',
    '\u202a010-1234-5678\u202c',
    '\u2066+821012345678\u2069\ufeff',
    ' \t010-1234-5678\n',
    '010-1234-5678'.normalize('NFD'),
  ])
    assert.equal(phoneDigitsOf(typed), '01012345678', JSON.stringify(typed))
})

test('every kind of number there is has its digits and its hyphens', () => {
  for (const [typed, shown] of [
    ['010-0000-0001', '010-0000-0001'],
    ['011-123-4567', '011-123-4567'],
    ['0199123 4567', '019-9123-4567'],
    ['02-123-4567', '02-123-4567'],
    ['0212345678', '02-1234-5678'],
    ['031 123 4567', '031-123-4567'],
    ['+82 64-1234-5678', '064-1234-5678'],
    ['+82 2 1234 5678', '02-1234-5678'],
    ['044.123.4567', '044-123-4567'],
    ['07012345678', '070-1234-5678'],
    ['080-123-4567', '080-123-4567'],
    ['0505-123-4567', '0505-123-4567'],
    ['050712345678', '0507-1234-5678'],
    ['1588-1234', '1588-1234'],
    ['+82 1661 0000', '1661-0000'],
    ['18001234', '1800-1234'],
  ] as const) {
    const digits = phoneDigitsOf(typed)
    assert.ok(digits, typed)
    assert.match(digits, /^[01]\d{7,11}$/)
    assert.equal(phoneText(digits), shown)
    assert.equal(phoneDigitsOf(shown), digits)
  }
})

test('what nobody can be called by is no number', () => {
  for (const wrong of [
    '',
    ' ',
    '-',
    '112',
    '12345',
    '0000000000',
    '00000000000',
    '010-0000-0000',
    '02-000-0000',
    '010-123-4567',
    '010-1234-567',
    '010-1234-56789',
    '010-12345-67890',
    '012-1234-5678',
    '015-1234-5678',
    '020-1234-5678',
    '021-012-3456-1',
    '02-012-3456',
    '02-12-3456',
    '02-12345-6789',
    '034-123-4567',
    '045-123-4567',
    '056-123-4567',
    '065-123-4567',
    '060-123-4567',
    '071-123-4567',
    '090-1234-5678',
    '070-123-4567',
    '0500-123-4567',
    '0509-123-4567',
    '0505-12345-6789',
    '1234-5678',
    '1388-1234',
    '1588-123',
    '1588-12345',
    '9999-9999',
    '+1 415 555 2671',
    '+81 90 1234 5678',
    '+010-1234-5678',
    '+82',
    '++82 10 1234 5678',
    '010-abcd-5678',
    '010-1234-5678 #12',
    '010_1234_5678',
    '٠١٠١٢٣٤٥٦٧٨',
    '〇一〇一二三四五六七八',
    'null',
  ])
    assert.equal(phoneDigitsOf(wrong), undefined, JSON.stringify(wrong))
})

test('a number stored before is shown, whatever it is', () => {
  assert.equal(phoneText('0000000000'), '000-000-0000')
  assert.equal(phoneText('012345678901'), '012-34567-8901')
  assert.equal(phoneText('021234567890'), '021-23456-7890')
  assert.equal(phoneText('112'), '112')
  assert.equal(phoneText('82642000008'), '064-200-0008')
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,16}$/), (digits) => {
      // One stored with the country code is shown as it is dialled here.
      assert.equal(phoneText(digits).replaceAll('-', ''), phoneDigitsOf(digits) ?? digits)
    }),
  )
})

test('digits are what they were once they are digits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[+0-9 ().-]{1,18}$/), (typed) => {
      const digits = phoneDigitsOf(typed)
      if (digits !== undefined) assert.equal(phoneDigitsOf(digits), digits)
    }),
    { numRuns: 2_000 },
  )
})
