/**
 * The whole number that a text spells in ASCII digits, with a minus before them at most; undefined for every other text:
 * `0x10`, `1e3`, ` 5 `, `+5`, `5.0`, `Infinity`, the empty one, and numbers beyond what JavaScript counts exactly.
 * `Number()` takes all of those for numbers.
 */
export const wholeNumberOf = (text: string | null | undefined): number | undefined => {
  const value = /^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}
