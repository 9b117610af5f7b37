import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compact, gramsOf, gramsOfWord, initials, jamo, patternOf } from './hangul.ts'
import { completionOf, otherKeyboard, searchFor, termsOf, textOf } from './search.ts'

const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCharCode(code))
const letter = fc.oneof({ weight: 5, arbitrary: syllable }, { weight: 1, arbitrary: fc.constantFrom(...'az19') })
const word = fc.array(letter, { minLength: 1, maxLength: 6 }).map((letters) => letters.join(''))
const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))

const finds = (typed: string, text: string): boolean => {
  const search = searchFor(typed)!
  const { text: lines, grams } = textOf([text, ''])
  return (
    search.as !== 'sounds' &&
    search.grams.every((gram) => grams.includes(gram)) &&
    search.words.every((word) => (search.as === 'words' ? lines.includes(word) : new RegExp(word, 'u').test(lines)))
  )
}

const completes = (typed: string, text: string): boolean => {
  const completion = completionOf(typed)!
  return termsOf(text).some((term) =>
    completion.by === 'key'
      ? term.key.startsWith(completion.from)
      : term.initials.startsWith(completion.from) && new RegExp(completion.pattern, 'u').test(term.rest),
  )
}

describe('Korean text', () => {
  test('is compared without spaces, case, signs and ways of composing', () => {
    assert.equal(compact(' 무선-이어폰 (PRO) '.normalize('NFD')), '무선이어폰pro')
    assert.equal(initials('무선lg'), 'ㅁㅅlg')
    assert.equal(jamo('값'), 'ㄱㅏㅂㅅ')
  })

  test('compatibility forms are what they stand for, and keep nothing that was stripped', () => {
    const same: readonly (readonly string[])[] = [
      ['10kg', '10㎏', '１０kg', '１０ ｋｇ', '10 KG', '⑩㎏'],
      ['주농심', '(주)농심', '㈜농심', '（주）농심', '㈜ 농심'],
      ['500ml', '500㎖', '５００ｍｌ'],
      ['1l', '1ℓ', '1L'],
      ['10m2', '10㎡', '10m²'],
      ['가', '㉮', '㈎', '가'.normalize('NFD')],
      ['shop', 'Shop™', 'SHOP®', 'ｓｈｏｐ'],
      ['dont', 'don’t', 'don´t', 'don`t'],
    ]
    for (const [plain, ...forms] of same) for (const each of forms) assert.equal(compact(each), plain, each)
  })

  test('letters of a keyboard stay what they are: no compatibility form, and not joined', () => {
    for (const typed of ['ㅇㅇㅍ', 'ㅏ', 'ㅇㅏ', 'ㄳ', 'ㅃ', '무선ㅇ']) assert.equal(compact(typed), typed)
    // Letters that combine, half-width ones and those in a circle are the same to who looks for initial consonants.
    for (const typed of ['\u110b\u110b\u1111', '\uffb7\uffb7\uffbd', '㉧㉧㉬']) assert.equal(compact(typed), 'ㅇㅇㅍ')
  })

  test('what is compact stays as it is, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = compact(text)
        assert.equal(compact(once), once)
        assert.doesNotMatch(once, /[\s%_^$\\]/)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a name is found by every part of itself, in initials too', () => {
    fc.assert(
      fc.property(name, fc.nat(), fc.nat(), fc.func(fc.boolean()), (text, a, b, asInitial) => {
        const letters = [...compact(text)]
        const from = a % letters.length
        const part = letters.slice(from, from + 1 + (b % (letters.length - from)))
        const typed = part.map((each, i) => (asInitial(i) ? initials(each) : each)).join('')
        assert.ok(finds(typed, text), `${typed} in ${text}`)
        assert.ok(finds(part.join(''), text))
      }),
    )
  })

  test('grams of a word are among those of every text that holds it', () => {
    fc.assert(
      fc.property(word, word, word, (before, middle, end) => {
        const text = compact(before + middle + end)
        const grams = new Set(gramsOf(text))
        for (const gram of gramsOfWord(compact(middle))) assert.ok(grams.has(gram))
      }),
    )
  })

  test('a name is completed from any moment of typing it, and from its initials', () => {
    fc.assert(
      fc.property(name, fc.nat(), (text, at) => {
        const whole = [...jamo(compact(text))]
        const typed = whole.slice(0, 1 + (at % whole.length)).join('')
        assert.ok(termsOf(text)[0]!.key.startsWith(typed))
        const letters = [...initials(compact(text))]
        assert.ok(completes(letters.slice(0, 1 + (at % letters.length)).join(''), text))
      }),
    )
  })

  test('half a syllable after initials may end or begin the next', () => {
    for (const typed of ['ㅁ서', 'ㅁ선', 'ㅁ선ㅇ', 'ㅁㅅ이', 'ㅁㅅ잉', '무ㅅ', '무서', '무선잉'])
      assert.ok(completes(typed, '무선 이어폰'), typed)
    for (const typed of ['ㅁ손', '무ㄱ', 'ㅇㅇㅍㅁ', '무선아']) assert.ok(!completes(typed, '무선 이어폰'), typed)
  })

  test('no pattern is broken by what is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        for (const reading of [typed, ...otherKeyboard(typed)])
          assert.doesNotThrow(() => new RegExp(patternOf(compact(reading), true), 'u'))
      }),
    )
  })
})
