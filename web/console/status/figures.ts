import { KOREA_OFFSET } from '#kernel/time/korean-time.ts'
import type { Locale } from '#kernel/fault.ts'

/** Bytes as `128 MB`. */
export const bytesText = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`

/** Milliseconds with as many digits as matter: `0.42 ms`, `12 ms`, `1.2 s`. */
export const msText = (ms: number): string => {
  if (ms >= 10_000) return `${Math.round(ms / 1_000)} s`
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms >= 10) return `${Math.round(ms)} ms`
  return `${ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)} ms`
}

const UNITS = [
  { ms: 86_400_000, ko: '일', en: 'd' },
  { ms: 3_600_000, ko: '시간', en: 'h' },
  { ms: 60_000, ko: '분', en: 'min' },
  { ms: 1_000, ko: '초', en: 's' },
] as const

/** A duration in its two largest units: `3시간 12분`. */
export const durationText = (ms: number, locale: Locale): string => {
  let left = Math.max(0, ms)
  const at = UNITS.findIndex((unit) => left >= unit.ms)
  if (at < 0) return locale === 'en' ? '0 s' : '0초'
  return UNITS.slice(at, at + 2)
    .flatMap((unit) => {
      const count = Math.floor(left / unit.ms)
      left -= count * unit.ms
      return count === 0 ? [] : [locale === 'en' ? `${count} ${unit.en}` : `${count}${unit.ko}`]
    })
    .join(' ')
}

/** A part of a whole as percent: `0.4 %`. */
export const percentText = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return '0 %'
  const percent = (part / whole) * 100
  return `${percent >= 10 ? Math.round(percent) : percent.toFixed(1)} %`
}

/** An instant's time of day in Korea with seconds: `14:05:09`. */
export const secondText = (instant: string): string =>
  new Date(Date.parse(instant) + KOREA_OFFSET).toISOString().slice(11, 19)
