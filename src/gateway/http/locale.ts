import type { IncomingHttpHeaders } from 'node:http'
import type { Locale } from '#kernel/fault.ts'
import { cookieOf, LOCALE, PAGE_LOCALE } from '../identity/cookies.ts'

/** The first of our languages in an `Accept-Language` header, by its weights. */
const accepted = (header: string): Locale | undefined => {
  let best: Locale | undefined
  let weight = 0
  for (const part of header.split(',', 20)) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';')
    const language = range.slice(0, 2)
    if ((language !== 'ko' && language !== 'en') || (range.length > 2 && range[2] !== '-')) continue
    const q = parameters.map((each) => each.trim()).find((each) => each.startsWith('q='))
    const given = q === undefined ? 1 : Number(q.slice(2))
    if (given > weight) {
      best = language
      weight = given
    }
  }
  return best
}

/** The language the person chose on our pages, if any. */
export const chosenLocale = (headers: IncomingHttpHeaders): Locale | undefined => {
  if (headers.cookie === undefined) return undefined
  const chosen = cookieOf(headers.cookie, LOCALE) ?? cookieOf(headers.cookie, PAGE_LOCALE)
  return chosen === 'ko' || chosen === 'en' ? chosen : undefined
}

/** The caller's language: what the person chose on our pages, else what the client prefers, else Korean. */
export const localeOf = (headers: IncomingHttpHeaders): Locale => {
  const preferred = headers['accept-language']
  return chosenLocale(headers) ?? ((preferred !== undefined && accepted(preferred)) || 'ko')
}
