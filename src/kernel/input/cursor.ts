import type { z } from 'zod'
import { invalid } from './invalid.ts'
import { unstorableAt } from '../text/storable-text.ts'

/** Where the next page begins, as text nobody needs to understand. */
export const cursorOf = (place: readonly unknown[]): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** The place a cursor stands for; undefined on the first page. Throws INVALID_INPUT for one we did not make. */
export const placeOf = <T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined => {
  if (cursor === undefined) return undefined
  let given: unknown
  try {
    given = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    given = undefined
  }
  const parsed = schema.safeParse(given)
  // Its text is hidden from the check that inputs go through.
  if (parsed.success && unstorableAt(parsed.data) === undefined) return parsed.data
  throw invalid('cursor', 'unknown_cursor', {
    ko: '목록의 처음부터 다시 불러와 주세요.',
    en: 'Please load the list from its beginning.',
  })
}
