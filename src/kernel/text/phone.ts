/** What people put between the digits of a number: spaces, dots, brackets and dashes of every script, and marks nobody sees. */
const BETWEEN = /[\s\p{Pd}\p{Cf}.,·‧・･。()[\]{}/\u2212\u30fc\u3161\u1173]/gu

/** Numbers that can be called in Korea, as they are dialled there; each with where its hyphens stand. */
const KINDS: readonly (readonly [number: RegExp, area: number])[] = [
  // Mobile; the prefixes before 010 are kept by what telemeters and old contracts have left of them.
  [/^010\d{8}$/, 3],
  [/^01[16-9]\d{7,8}$/, 3],
  // Landlines by area: an exchange does not begin with 0.
  [/^02[1-9]\d{6,7}$/, 2],
  [/^0(?:3[1-3]|4[1-4]|5[1-5]|6[1-4])[1-9]\d{6,7}$/, 3],
  // Over the internet, paid by who is called, and numbers that stand for another (couriers know no other).
  [/^070\d{8}$/, 3],
  [/^080[1-9]\d{6,7}$/, 3],
  [/^050[2-8]\d{7}$/, 4],
  [/^050[2-8]\d{8}$/, 4],
  // Of companies, the same in the whole country.
  [/^1[568]\d{6}$/, 4],
]

/** A number whose every digit after the area's is 0 is typed to get past a form. */
const NOBODYS = /^0\d{1,3}0+$/

/**
 * The digits of a Korean phone number however it is typed, as it is dialled in Korea: `+82 010-1234-5678`, `+82-10-…`,
 * `0082 10 …`, `(02) 123.4567` and full-width digits too. Undefined for what is no number of a kind that exists.
 */
export const phoneDigitsOf = (typed: string): string | undefined => {
  const text = typed.normalize('NFKC').replace(BETWEEN, '')
  // A country code is followed by the number with its 0 or without; those that begin with 1 have none.
  const abroad = /^(?:\+|00)?82(\d+)$/.exec(text)?.[1]
  const digits = abroad === undefined ? text : /^(?:0|1[568]\d{6}$)/.test(abroad) ? abroad : `0${abroad}`
  return !NOBODYS.test(digits) && KINDS.some(([number]) => number.test(digits)) ? digits : undefined
}

/**
 * A phone number as Korean readers expect it: `010-1234-5678`. A stored one of no known kind is shown with its digits in
 * groups all the same.
 */
export const phoneText = (phone: string): string => {
  const digits = phoneDigitsOf(phone) ?? phone.replace(/\D/g, '')
  const area = KINDS.find(([number]) => number.test(digits))?.[1] ?? 3
  if (digits.length <= 4) return digits
  if (digits.length <= area + 4) return `${digits.slice(0, -4)}-${digits.slice(-4)}`
  return `${digits.slice(0, area)}-${digits.slice(area, -4)}-${digits.slice(-4)}`
}
