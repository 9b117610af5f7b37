/** Letters that combine into syllables, in their order in Unicode, as the letters a keyboard types. */
const LEADING = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
const VOWELS = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
const TRAILING = 'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'

const typed = new Map(
  (
    [
      [0x1100, LEADING],
      [0x1161, VOWELS],
      [0x11a8, TRAILING],
    ] as const
  ).flatMap(([first, letters]) => [...letters].map((letter, i) => [String.fromCharCode(first + i), letter] as const)),
)

/** Signs that say nothing about the word they stand at; NFKC would make letters of the first, and marks of the second. */
const MARKS_OF_TRADE = /[\u2120\u2122]/g
const SPACING_ACCENTS = /\p{Sk}/gu
/** What is left of a space that carried a mark: the mark would join the letter before it. */
const LOOSE_MARKS = / \p{M}+/gu
/** Hangul letters that stand for no letter, and are seen by nobody. */
const FILLERS = /[\u115f\u1160\u3164\uffa0]/g

/**
 * Text with its compatibility forms as ordinary characters: ㎏ and ｋｇ as kg, ㈜ as (주), ㎖ as ml, ㎡ as m2, ① as 1. This
 * is NFKC except for Hangul letters: NFKC makes the ㄱ of a keyboard one that combines (U+1100), which is no initial
 * consonant to a search, and joins it with the vowel after it. Letters that stand alone stay the keyboard's or become them.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFC')
    .replace(FILLERS, '')
    .replace(MARKS_OF_TRADE, '')
    .replace(SPACING_ACCENTS, ' ')
    // Everything but the letters of a keyboard (U+3131 to U+318E).
    .replace(/[^\u3131-\u318e]+/g, (run) => run.normalize('NFKC'))
    .replace(LOOSE_MARKS, ' ')
    .replace(/[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]/g, (each) => typed.get(each)!)
