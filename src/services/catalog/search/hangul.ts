import { disassemble, getChoseong } from 'es-hangul'
import { fold } from './fold.ts'

/** The first syllable that begins with an initial consonant, and how many do. */
const FIRST = 0xac00
const LAST = 0xd7a3
const PER_INITIAL = 588
const PER_VOWEL = 28
const INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'

const char = (code: number): string => String.fromCharCode(code)
const isSyllable = (code: number): boolean => code >= FIRST && code <= LAST

/** Whether the text holds consonants that belong to no syllable, as one types initial consonants. */
export const hasLoneConsonant = (text: string): boolean => /[ㄱ-ㅎ]/.test(text)

/** Text as it is compared: folded, lower case, without spaces, punctuation and signs. Spacing is unreliable in Korean. */
export const compact = (text: string): string =>
  fold(text)
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}\p{C}]+/gu, '')
    .normalize('NFC')

/** Text as its single jamo, so that half a syllable is a prefix of the whole: 이어ㅍ of 이어폰. */
export const jamo = (text: string): string => disassemble(text)

/** Each syllable as its initial consonant; other characters stay. */
export const initials = (text: string): string =>
  [...text].map((each) => (isSyllable(each.codePointAt(0)!) ? getChoseong(each) : each)).join('')

/** Double consonants that only end a syllable, taken apart: someone who types two initials in a row gets one of these. */
export const spread = (text: string): string => text.replace(/[ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ]/g, (each) => disassemble(each))

const anySyllableOf = (initial: string): string => {
  const place = INITIALS.indexOf(initial)
  if (place < 0) return initial
  const from = FIRST + place * PER_INITIAL
  return `[${initial}${char(from)}-${char(from + PER_INITIAL - 1)}]`
}

/** A syllable still being typed: it may get a final consonant, or its final may turn out to begin the next one. */
const unfinished = (syllable: string): string => {
  const code = syllable.codePointAt(0)!
  const open = code - ((code - FIRST) % PER_VOWEL)
  if (code === open) return `[${syllable}-${char(open + PER_VOWEL - 1)}]`
  const [final = ''] = disassemble(syllable).slice(-1)
  return INITIALS.includes(final) ? `(?:${syllable}|${char(open)}${anySyllableOf(final)})` : syllable
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * A regular expression for compact text in which initial consonants stand for any syllable that begins with them.
 * With `typing`, the last syllable may still be unfinished.
 */
export const patternOf = (word: string, typing = false): string => {
  const letters = [...spread(word)]
  return letters
    .map((each, i) => {
      if (hasLoneConsonant(each)) return anySyllableOf(each)
      return typing && i === letters.length - 1 && isSyllable(each.codePointAt(0)!) ? unfinished(each) : escaped(each)
    })
    .join('')
}

/** Every two characters in a row; of a single character, itself. */
const pairs = (text: string): string[] => {
  const letters = [...text]
  return letters.length < 2 ? letters : letters.slice(1).map((each, i) => letters[i]! + each)
}

/** What a field's text is found by: its characters and pairs, and those of its initial consonants. */
export const gramsOf = (text: string): string[] => {
  const consonants = initials(text)
  return [...new Set([...text, ...pairs(text), ...consonants, ...pairs(consonants)])]
}

/** Grams that every text has in which the word is found. */
export const gramsOfWord = (word: string): string[] => {
  const spreadWord = spread(word)
  if (!hasLoneConsonant(spreadWord)) return pairs(spreadWord)
  const whole = spreadWord.split(/[ㄱ-ㅎ]+/).filter(Boolean)
  return [...new Set([...pairs(initials(spreadWord)), ...whole.flatMap(pairs)])]
}

/** Every two jamo in a row. */
export const soundsOf = (text: string): string[] => [...new Set(pairs(jamo(text)))]
