import { KOREA_OFFSET } from '#kernel/time/korean-time.ts'

/** An instant as Toss writes it: Korea time with its offset, to the second. */
export const koreanTime = (ms: number): string => `${new Date(ms + KOREA_OFFSET).toISOString().slice(0, 19)}+09:00`

/** An instant as Toss writes it in webhooks: Korea time without an offset, a fraction of varying length. */
export const webhookTime = (ms: number): string =>
  new Date(ms + KOREA_OFFSET)
    .toISOString()
    .slice(0, -1)
    .replace(/\.?0+$/, '')

/** Date and time in Korea as 14 digits, the middle of a payment key. */
export const koreanDigits = (ms: number): string =>
  new Date(ms + KOREA_OFFSET).toISOString().replace(/\D/g, '').slice(0, 14)

/** Year and month in Korea, `2026-11`. */
export const koreanMonth = (ms: number): string => new Date(ms + KOREA_OFFSET).toISOString().slice(0, 7)

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
