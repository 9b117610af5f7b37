import { exponentialBackOff } from '#kernel/time/back-off.ts'
import { errorText } from '#kernel/failures/error-text.ts'
import { storable } from '#kernel/text/storable-text.ts'
import { truncate } from '#kernel/text.ts'

/** Tries of a failing event before a person must look. */
export const MAX_ATTEMPTS = 10

/** Milliseconds until the next try after so many: 0.2 s, doubling to a minute. */
export const backOff = (attempts: number): number => exponentialBackOff(attempts, { first: 200, longest: 60_000 })

/** What went wrong as text that PostgreSQL can store. */
export const reasonOf = (error: unknown): string => truncate(storable(errorText(error)), 2_000)
