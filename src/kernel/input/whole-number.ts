import { z } from 'zod'
import { wholeNumberOf } from './decimal.ts'

/**
 * A whole number from `least` to `most` in an input. A query or a path has only text: decimal digits are taken there as a
 * number, and nothing else is. (zod's `coerce` also takes `0x10`, an empty text, null, true and an empty list for numbers.)
 */
export const wholeNumber = (least: number, most: number): z.ZodType<number, number | string> =>
  z.preprocess(
    (given) => (typeof given === 'string' ? (wholeNumberOf(given) ?? given) : given),
    z.number().int().min(least).max(most),
  ) as unknown as z.ZodType<number, number | string>
