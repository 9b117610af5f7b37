import { convertHangulToQwerty, convertQwertyToHangul } from 'es-hangul'
import { compact, gramsOf, gramsOfWord, hasLoneConsonant, initials, jamo, patternOf, spread } from './hangul.ts'

/** What someone looks for. Every word must be found somewhere in a product's text. */
export interface Search {
  /** Words as they are; or, where initial consonants stand among them, as regular expressions. */
  readonly as: 'words' | 'patterns'
  readonly words: readonly string[]
  /** The same, all words run together. */
  readonly whole: string
  readonly grams: readonly string[]
}

/** A search for what was typed; undefined when it holds nothing to look for. */
export const searchFor = (typed: string): Search | undefined => {
  const words = typed.split(/\s+/).map(compact).filter(Boolean)
  if (words.length === 0) return undefined
  const grams = [...new Set(words.flatMap(gramsOfWord))]
  const whole = words.join('')
  return hasLoneConsonant(whole)
    ? { as: 'patterns', words: words.map((word) => patternOf(word)), whole: patternOf(whole), grams }
    : { as: 'words', words, whole, grams }
}

/** What was meant if the keyboard was in the other language: antjs is 무선, 메ㅔㅣㄷ is apple. */
export const otherKeyboard = (typed: string): string[] => {
  const variants = [
    ...(/[a-z]/i.test(typed) ? [convertQwertyToHangul(typed)] : []),
    ...(/[ㄱ-ㅎㅏ-ㅣ가-힣]/.test(typed) ? [convertHangulToQwerty(typed.normalize('NFC'))] : []),
  ]
  return variants.filter((each) => each !== typed)
}

/** A product's searchable text, one line for each field, and what it is found by. */
export const textOf = (fields: readonly string[]): { text: string; grams: string[] } => {
  const lines = fields.map(compact)
  return { text: `${lines.join('\n')}\n`, grams: [...new Set(lines.flatMap(gramsOf))] }
}

/** Characters of a completion that are compared. */
const COMPARED = 40
/** Words of one name at which a completion may begin. */
const MAX_STARTS = 12

/** One word start of a text, as completions are found. */
export interface Term {
  readonly text: string
  readonly key: string
  readonly initials: string
  readonly rest: string
  /** Whether it is the start of the whole text. */
  readonly opens: boolean
}

/** Every word start of a text. */
export const termsOf = (text: string): Term[] => {
  const words = text.split(/\s+/).filter((word) => compact(word) !== '')
  return words.slice(0, MAX_STARTS).map((_, i) => {
    const rest = [...compact(words.slice(i).join(''))].slice(0, COMPARED).join('')
    return { text, key: jamo(rest).slice(0, COMPARED * 2), initials: initials(rest), rest, opens: i === 0 }
  })
}

/** How completions of what is being typed are found: by jamo, or by initial consonants where some stand alone. */
export type Completion =
  | { readonly by: 'key'; readonly from: string; readonly to: string }
  | { readonly by: 'initials'; readonly from: string; readonly to: string; readonly pattern: string }

/** Above every character that follows a prefix. */
const END = '\u{10ffff}'

/** The completions of what is being typed; undefined when nothing was. */
export const completionOf = (typed: string): Completion | undefined => {
  const given = spread([...compact(typed)].slice(0, COMPARED).join(''))
  if (given === '') return undefined
  if (!hasLoneConsonant(given)) {
    const from = jamo(given).slice(0, COMPARED * 2)
    return { by: 'key', from, to: from + END }
  }
  // The last syllable's final may begin the next one: only what stands before it is sure.
  const letters = [...given]
  const sure = initials(hasLoneConsonant(letters.at(-1)!) ? given : letters.slice(0, -1).join('')) || initials(given)
  return { by: 'initials', from: sure, to: sure + END, pattern: `^${patternOf(given, true)}` }
}
