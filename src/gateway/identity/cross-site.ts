import type { IncomingHttpHeaders } from 'node:http'
import { fault } from '#kernel/fault.ts'

/** A page of another site made this request with our visitor's cookies. */
export const CROSS_SITE = fault('CROSS_SITE', 403, {
  ko: '다른 사이트에서 보낸 요청은 처리할 수 없습니다. 장터에서 다시 시도해 주세요.',
  en: 'Requests from other sites are refused. Please try again on our own pages.',
})

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)

/**
 * Whether a browser says that another site made the request: by `Sec-Fetch-Site`, else by an `Origin` that is not this
 * host. Clients that send neither are no browsers and have no visitor's cookies to misuse.
 */
export const isCrossSite = (headers: IncomingHttpHeaders, trusted: ReadonlySet<string>): boolean => {
  const site = headers['sec-fetch-site']
  const origin = headers.origin
  if (origin !== undefined && trusted.has(origin)) return false
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  if (origin === undefined) return false
  return hostOf(origin) !== headers.host
}
