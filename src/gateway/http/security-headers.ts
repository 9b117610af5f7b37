import type { GatewaySettings } from '../settings.ts'

const YEAR = 31_536_000

/** Headers of every answer, page or API: no guessing of types, no framing by others, no leaking of addresses. */
export const securityHeaders = (settings: Pick<GatewaySettings, 'production'>): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'SAMEORIGIN',
  ...(settings.production && { 'strict-transport-security': `max-age=${YEAR}; includeSubDomains` }),
})

/**
 * Headers of answers of the API: theirs besides those of all, as name, value, name, value. Languages and codings are
 * negotiated; pages of `trusted` origins may read.
 */
export const apiHeaders = (
  settings: Pick<GatewaySettings, 'production'>,
  trusted: ReadonlySet<string>,
): readonly string[] =>
  Object.entries({
    ...securityHeaders(settings),
    'cache-control': 'no-store',
    vary: `accept-encoding, accept-language, cookie${trusted.size > 0 ? ', origin' : ''}`,
  }).flat()
