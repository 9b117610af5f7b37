import { convertHangulToQwerty, convertQwertyToHangul } from 'es-hangul'
import { truncate } from '#kernel/text.ts'
import { fold } from './fold.ts'
import {
  compact,
  gramsOf,
  gramsOfWord,
  hasLoneConsonant,
  initials,
  jamo,
  patternOf,
  soundsOf,
  spread,
} from './hangul.ts'

/** What someone looks for. Every word must be found somewhere in a product's text; of sounds, most. */
export type Search =
  | {
      /** Words as they are; or, where initial consonants stand among them, as regular expressions. */
      readonly as: 'words' | 'patterns'
      /** The words as they were typed, compact. */
      readonly plain: readonly string[]
      readonly words: readonly string[]
      /** The same, all words run together. */
      readonly whole: string
      readonly grams: readonly string[]
    }
  | { readonly as: 'sounds'; readonly sounds: readonly string[] }

/** A search for what was typed; undefined when it holds nothing to look for. */
export const searchFor = (typed: string): Search | undefined => {
  const words = typed.split(/\s+/).map(compact).filter(Boolean)
  if (words.length === 0) return undefined
  const grams = [...new Set(words.flatMap(gramsOfWord))]
  const whole = words.join('')
  return hasLoneConsonant(whole)
    ? { as: 'patterns', plain: words, words: words.map((word) => patternOf(word)), whole: patternOf(whole), grams }
    : { as: 'words', plain: words, words, whole, grams }
}

/** What was meant if the keyboard was in the other language: antjs is 무선, 메ㅔㅣㄷ is apple. */
export const otherKeyboard = (typed: string): string[] => {
  const text = fold(typed)
  const variants = [
    ...(/[a-z]/i.test(text) ? [convertQwertyToHangul(text)] : []),
    ...(/[ㄱ-ㅎㅏ-ㅣ가-힣]/.test(text) ? [convertHangulToQwerty(text)] : []),
  ]
  return variants.filter((each) => each !== typed)
}

/**
 * Version of what is made of a text to find it by: grows whenever these functions or those of hangul.ts and fold.ts make
 * something else of the same text. Rows of an earlier version are made anew (reanalysis.ts); MAPPING of the search index
 * grows with it.
 */
export const ANALYSIS = 1

/** Sounds below which too much would be similar. */
const FEWEST_SOUNDS = 6
/** Sounds that are listened to: no more than a hundred, so that each makes a difference to how many of a hundred are shared. */
const MOST_SOUNDS = 100
/** Of a hundred sounds, how many must be shared. One wrong letter among three syllables leaves two thirds. */
export const SIMILAR = 65

const similarTo = (typed: string): Search | undefined => {
  const whole = compact(typed)
  const sounds = hasLoneConsonant(whole) ? [] : soundsOf(whole).slice(0, MOST_SOUNDS)
  return sounds.length < FEWEST_SOUNDS ? undefined : { as: 'sounds', sounds }
}

/** Ways to read what was typed, the likeliest first: as it is, as typed on the other keyboard, as mistyped. The next is for when one finds nothing. */
export const readingsOf = (typed: string): Search[] =>
  [searchFor(typed), ...otherKeyboard(typed).map(searchFor), similarTo(typed)].filter((each) => each !== undefined)

/** A product's searchable text, one line for each field, and what it is found by. Name and brand come first, and are heard. */
export const textOf = (fields: readonly [name: string, brand: string, ...more: string[]]): SearchText => {
  const lines = fields.map(compact)
  return {
    text: `${lines.join('\n')}\n`,
    grams: [...new Set(lines.flatMap(gramsOf))],
    sounds: [...new Set(lines.slice(0, 2).flatMap(soundsOf))],
  }
}

/** What is searched of a product. */
export interface SearchText {
  readonly text: string
  readonly grams: readonly string[]
  readonly sounds: readonly string[]
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

/** A completion and whom it belongs to. */
export interface OwnedTerm extends Term {
  readonly owner: string
  /** How much speaks for it: units sold. */
  readonly weight: number
}

/** Every word start of a text. */
export const termsOf = (text: string): Term[] => {
  const words = text.split(/\s+/).filter((word) => compact(word) !== '')
  return words.slice(0, MAX_STARTS).map((_, i) => {
    const rest = [...compact(words.slice(i).join(''))].slice(0, COMPARED).join('')
    return { text, key: truncate(jamo(rest), COMPARED * 2), initials: initials(rest), rest, opens: i === 0 }
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
    const from = truncate(jamo(given), COMPARED * 2)
    return { by: 'key', from, to: from + END }
  }
  // The last syllable's final may begin the next one: only what stands before it is sure.
  const letters = [...given]
  const sure = initials(hasLoneConsonant(letters.at(-1)!) ? given : letters.slice(0, -1).join('')) || initials(given)
  return { by: 'initials', from: sure, to: sure + END, pattern: `^${patternOf(given, true)}` }
}
