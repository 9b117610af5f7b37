import { KOREA_OFFSET } from '#kernel/time/korean-time.ts'
import type { Locale } from '#kernel/fault.ts'

// Written out rather than left to Intl: the server's and the browser's data may differ, and a page must not change under the reader.

/** Digits in groups of three. */
export const grouped = (amount: number): string => String(amount).replace(/\B(?=(\d{3})+$)/g, ',')

/** An amount of won as a price: `12,900원`, `₩12,900`. */
export const priceText = (amount: number, locale: Locale): string =>
  locale === 'en' ? `₩${grouped(amount)}` : `${grouped(amount)}원`

const two = (value: number): string => String(value).padStart(2, '0')

/** An instant's date in Korea: `2026.11.20`. */
export const dateText = (instant: string): string => {
  const at = new Date(Date.parse(instant) + KOREA_OFFSET)
  return `${at.getUTCFullYear()}.${two(at.getUTCMonth() + 1)}.${two(at.getUTCDate())}`
}

/** An instant's time of day in Korea: `14:05`. */
export const timeText = (instant: string): string => {
  const at = new Date(Date.parse(instant) + KOREA_OFFSET)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** Date and time in Korea. */
export const momentText = (instant: string): string => `${dateText(instant)} ${timeText(instant)}`

/** Seconds as `9:05`. */
export const countdownText = (seconds: number): string => `${Math.floor(seconds / 60)}:${two(seconds % 60)}`

/** Chosen options in one line: `검정 / L`. */
export const optionsText = (options: Readonly<Record<string, string>>): string => Object.values(options).join(' / ')
