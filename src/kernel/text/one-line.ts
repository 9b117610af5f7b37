import { z } from 'zod'

/** Runs of what looks like a space between words: tabs, no-break and full-width spaces, and many at once. */
const SPACES = /[\t\p{Zs}]+/gu
/** Whatever breaks a line, with the spaces around it. */
const BREAKS = /\s*[\n\v\f\r\u0085\u2028\u2029]\s*/gu

/** Letters of scripts in which a joiner between two letters changes how they are written. */
const JOINING =
  'Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala'
    .split(' ')
    .map((script) => `\\p{Script=${script}}`)
    .join('')
/** Invisible characters where they do something that is seen: inside an emoji, and between letters they join. */
const AT_WORK = new RegExp(
  [
    // A family is people with joiners between them; a tone of skin or a selector may follow each.
    String.raw`(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{Extended_Pictographic})`,
    // As a picture, or as text.
    String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
    String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
    // The flags of England, Scotland and Wales are spelled in tags.
    String.raw`(?<=\u{1F3F4})[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]+\u{E007F}`,
    `(?<=[${JOINING}])[\\u200C\\u200D](?=[${JOINING}])`,
  ].join('|'),
  'gu',
)

/** Characters that end a line, command a terminal, or turn the direction of what follows. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u
/**
 * Characters nobody sees: of no width, fillers that stand for a letter, soft hyphens, tags, the blank of Braille. Those of
 * `Cf` that are seen (signs before Arabic and Kaithi numbers) are none.
 */
const INVISIBLE =
  /(?![\u0600-\u0605\u06DD\u0890\u0891\u08E2\u{110BD}\u{110CD}])[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\uFFFC\u{1D159}]/u
/** Characters without a meaning all agree on: private ones, unassigned ones, and those that never will be characters. */
const UNKNOWN = /[\p{Co}\p{Cn}]/u
/** Something that is seen by itself: neither a space nor a mark that needs a letter to stand on. */
const VISIBLE = /[^\p{M}\p{Z}]/u

type Sentences = { readonly ko: string; readonly en: string }

/** Why a text is no line of plain text. */
export interface TextProblem {
  readonly code: 'control_characters' | 'invisible_characters' | 'unknown_characters' | 'nothing_visible'
  /** The first character at fault, as `U+200B`; undefined when none is. */
  readonly character: string | undefined
  readonly message: Sentences
}

const named = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`

const rules: readonly (readonly [TextProblem['code'], RegExp, (character: string) => Sentences])[] = [
  [
    'control_characters',
    CONTROLS,
    (character) => ({
      ko: `줄바꿈이나 글자 방향을 바꾸는 문자(${character})는 쓸 수 없습니다. 지우고 한 줄로 입력해 주세요.`,
      en: `Line breaks and characters that turn the direction of text (${character}) cannot be used. Please write one line without them.`,
    }),
  ],
  [
    'invisible_characters',
    INVISIBLE,
    (character) => ({
      ko: `보이지 않는 문자(${character})가 들어 있습니다. 지우고 다시 입력해 주세요.`,
      en: `There is a character that cannot be seen (${character}). Please remove it.`,
    }),
  ],
  [
    'unknown_characters',
    UNKNOWN,
    (character) => ({
      ko: `다른 기기에서 보이지 않을 수 있는 문자(${character})가 들어 있습니다. 다른 글자로 바꿔 주세요.`,
      en: `There is a character that other devices cannot show (${character}). Please use another.`,
    }),
  ],
]

const NOTHING_VISIBLE: TextProblem = {
  code: 'nothing_visible',
  character: undefined,
  message: { ko: '눈에 보이는 글자를 입력해 주세요.', en: 'Please enter text that can be seen.' },
}

/** Why a text is no line that everybody sees as it is; undefined when it is one. The empty text is. */
export const textProblem = (text: string): TextProblem | undefined => {
  const bare = text.replace(AT_WORK, '')
  for (const [code, rule, message] of rules) {
    const [found] = rule.exec(bare) ?? []
    if (found !== undefined) return { code, character: named(found), message: message(named(found)) }
  }
  return text.length > 0 && !VISIBLE.test(text) ? NOTHING_VISIBLE : undefined
}

/**
 * A text in the form it is stored in: composed (NFC; macOS writes Hangul in pieces), one ordinary space between words, none
 * around it. What differs only in this looks the same.
 */
export const tidied = (text: string): string => text.normalize('NFC').replace(SPACES, ' ').trim()

/**
 * What two short texts have in common that look alike, or differ only in ways nobody means: half and full width (`Ｓ`, `S`),
 * single Hangul letters of any kind, units and words in one square or one pair of brackets (`㎏`, `㈜`), upper and lower case,
 * and how an emoji is spelled. Letters of other scripts that look
 * alike (Latin A, Greek Α) are not made one, nor are forms that look different (`①`, `1`).
 */
export const lookKey = (text: string): string =>
  tidied(text)
    .replace(/[\p{Default_Ignorable_Code_Point}]/gu, '')
    // Half-width kana come with their marks apart: a run of them is composed. Single Hangul letters must not be.
    .replace(/[\uFF65-\uFF9F]+/gu, (kana) => kana.normalize('NFKC'))
    .replace(/[\u00B5\u3131-\u318E\u3200-\u321E\u3380-\u33DF\uFF01-\uFFEF]/gu, (each) => each.normalize('NFKC'))
    .toLowerCase()

const line = (min: number, max: number, put: (text: string) => string) =>
  z
    .string()
    .overwrite(put)
    .min(min)
    .max(max)
    .superRefine((text, context) => {
      const problem = textProblem(text)
      if (problem) context.addIssue({ code: 'custom', message: problem.code, params: problem.message, input: text })
    })

/**
 * One line of text as people type it, `min` to `max` characters long: put into the form it is stored in (see `tidied`), and
 * refused with a code and a sentence when it holds what nobody sees or what turns a line around (see `textProblem`). With
 * `min` 0 it may be empty.
 */
export const oneLine = (min: number, max: number) => line(min, max, tidied)

/** The name of something, 1 to `max` characters long, on one line. */
export const nameText = (max: number) => oneLine(1, max)

/** A sentence or two, such as a reason: as `oneLine`, but a line break in it is a space, for it may come from a larger box. */
export const shortProse = (min: number, max: number) => line(min, max, (text) => tidied(text.replace(BREAKS, ' ')))
