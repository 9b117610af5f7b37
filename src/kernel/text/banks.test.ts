import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bankCodeOf, bankNameOf, BANKS } from './banks.ts'

test('a bank is known by its code, its three digits and its names in both languages', () => {
  for (const [code, { ko, en }] of BANKS)
    for (const name of [code, `0${code}`, ko, en, ` ${en.toLowerCase()} `, ko.normalize('NFD')])
      assert.equal(bankCodeOf(name), code, name)
  for (const [name, code] of [
    ['신한', '88'],
    ['shinhan', '88'],
    ['SHINHAN', '88'],
    ['국민은행', '06'],
    ['국민', '06'],
    ['KB', '06'],
    ['004', '06'],
    ['카카오', '90'],
    ['８８', '88'],
    ['새마을', '45'],
    ['농협', '11'],
    ['제일은행', '23'],
    ['하나', '81'],
    ['토스', '92'],
  ] as const)
    assert.equal(bankCodeOf(name), code, name)
})

test('any other text is no bank', () => {
  for (const text of [
    '',
    '은행',
    '99',
    '1088',
    // A last two digits of a bank make no bank of three.
    '188',
    '000',
    'toString',
    '__proto__',
    '신한은행 강남지점',
    'X'.repeat(10_000),
  ])
    assert.equal(bankCodeOf(text), undefined, text.slice(0, 20))
  assert.deepEqual(bankNameOf('99'), { ko: '99', en: '99' })
})
