import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { parseInput } from '../input/input.ts'
import { jsonSchemaOf } from '../documents/json-schema.ts'
import { lookKey, nameText, oneLine, shortProse, textProblem, tidied } from './one-line.ts'

const taken = (text: unknown, schema: z.ZodType = nameText(200)): unknown => {
  const parsed = parseInput(schema, text)
  return 'value' in parsed ? parsed.value : parsed.fault.fields![0]!.code
}

describe('one line of text', () => {
  test('what differs only in its form comes in one form', () => {
    for (const [typed, stored] of [
      ['검정'.normalize('NFD'), '검정'],
      ['  검정 ', '검정'],
      ['무선  이어폰', '무선 이어폰'],
      ['무선\u00a0이어폰', '무선 이어폰'],
      ['무선\u3000\u2003이어폰', '무선 이어폰'],
      ['무선\t이어폰', '무선 이어폰'],
      ['이어폰\r\n', '이어폰'],
      ['\ufeff이어폰', '이어폰'],
      ['e\u0301', 'é'],
    ] as const)
      assert.equal(taken(typed), stored, JSON.stringify(typed))
  })

  test('what breaks the line or turns its direction is refused', () => {
    for (const each of ['\n', '\r', '\u0000', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029'])
      assert.equal(taken(`가${each}나`), 'control_characters', JSON.stringify(each))
    for (const each of ['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'])
      assert.equal(taken(`가${each}나`), 'control_characters', JSON.stringify(each))
  })

  test('what nobody sees is refused', () => {
    for (const each of [
      '\u00ad', // soft hyphen
      '\u034f', // grapheme joiner
      '\u115f', // Hangul fillers
      '\u1160',
      '\u3164',
      '\uffa0',
      '\u180e',
      '\u200b', // of no width
      '\u200c',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u2064',
      '\u2800', // the blank of Braille
      '\ufe0f', // a selector of nothing
      '\u{e0041}', // tags
      '\u{e0100}',
      '\u{1d159}',
      '\ufffc',
    ])
      for (const text of [`가${each}나`, each])
        // At an end a byte order mark is no part of the text.
        if (text !== '\ufeff') assert.equal(taken(text), 'invisible_characters', JSON.stringify(text))
    assert.equal(taken('5\ufe0f'), 'invisible_characters', 'a digit that looks like a digit')
    assert.equal(taken('가\u200d🙂'), 'invisible_characters')
  })

  test('private, unassigned and impossible characters are refused', () => {
    for (const each of ['\ue000', '\u{f0000}', '\u0378', '\uffff', '\u{1ffff}'])
      assert.equal(taken(`가${each}`), 'unknown_characters', JSON.stringify(each))
  })

  test('nothing but spaces or marks is refused', () => {
    for (const each of ['', ' ', '\u3000\u00a0', '\t\n']) assert.equal(taken(each), 'too_small', JSON.stringify(each))
    for (const each of ['\u0301', '\u0301\u0302 \u20dd']) assert.equal(taken(each), 'nothing_visible')
    assert.equal(taken(' ', oneLine(0, 10)), '')
  })

  test('emoji, and joiners between letters that join, stay as they are', () => {
    for (const each of [
      '👩‍👩‍👧‍👦🇰🇷🫠',
      '❤️ 하트',
      '❤︎',
      '1️⃣ 번',
      '👩🏽‍🦰',
      '🏳️‍🌈',
      '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
      'ශ්‍රී',
      'می‌خواهم',
      '© 2026 «장터» — 50% ㎏ Ａ',
      'กิ่ง',
    ])
      assert.equal(taken(each), each.normalize('NFC'), each)
  })

  test('a refusal names the character, in Korean and English', () => {
    const parsed = parseInput(z.object({ name: nameText(10) }), { name: '가\u200b나' })
    assert.ok('fault' in parsed)
    const [problem] = parsed.fault.fields!
    assert.equal(problem!.field, 'name')
    assert.match(problem!.message.ko, /보이지 않는 문자\(U\+200B\)/)
    assert.match(problem!.message.en, /cannot be seen \(U\+200B\)/)
    assert.equal(textProblem('\u{e0041}')!.character, 'U+E0041')
  })

  test('a member whose name is wrong is refused for what is wrong with its name', () => {
    const parsed = parseInput(z.record(nameText(10), z.string()), { '가\u200b': 'x' })
    assert.ok('fault' in parsed)
    assert.equal(parsed.fault.fields![0]!.code, 'invisible_characters')
    assert.match(parsed.fault.fields![0]!.message.ko, /U\+200B/)
  })

  test('length counts what is stored, and documents say it', () => {
    assert.equal(taken(' 가나다 ', nameText(3)), '가나다')
    assert.equal(taken('가나다'.normalize('NFD'), nameText(3)), '가나다')
    assert.equal(taken('가나다라', nameText(3)), 'too_big')
    assert.deepEqual(jsonSchemaOf(nameText(3), 'input'), { type: 'string', minLength: 1, maxLength: 3 })
  })

  test('prose may come in lines, and is stored as one', () => {
    assert.equal(taken(' 마음이 \r\n\n 바뀌어서\t요 ', shortProse(2, 100)), '마음이 바뀌어서 요')
    assert.equal(taken('\n \n', shortProse(1, 100)), 'too_small')
    assert.equal(taken('가\u202e나', shortProse(1, 100)), 'control_characters')
  })

  test('what looks alike has one key, what does not has two', () => {
    const pairs: [string, string, boolean][] = [
      ['검정', '검정'.normalize('NFD'), true],
      ['무선 이어폰', '무선  이어폰 ', true],
      ['Ｓ', 's', true],
      ['（대）', '(대)', true],
      ['ㄱ', '\u1100', true],
      ['ㄱ', 'ﾡ', true],
      ['❤️', '❤', true],
      ['검정', '감정', false],
      ['ﾊﾝｸﾞﾙ', 'ハングル', true],
      ['10㎏', '10kg', true],
      ['㈜농심', '(주)농심', true],
      ['5µm', '5μm', true],
      ['①', '1', false],
      ['검정 L', '검정L', false],
      ['ㄱㅏ', '가', false],
    ]
    for (const [one, other, same] of pairs) assert.equal(lookKey(one) === lookKey(other), same, `${one} ${other}`)
  })

  test('whatever comes: what is taken is in its form, and is taken again as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const parsed = nameText(500).safeParse(text)
        if (!parsed.success) return
        assert.equal(tidied(parsed.data), parsed.data)
        assert.equal(nameText(500).parse(parsed.data), parsed.data)
        assert.equal(lookKey(parsed.data), lookKey(text))
      }),
    )
  })
})
