const EXPOSED = 'x-request-id, x-guest-id, retry-after, ratelimit, ratelimit-policy'
const ALLOWED = 'authorization, content-type, idempotency-key, x-guest-id, accept-language, traceparent'
const DAY = '86400'

/** Adds what lets pages of a listed origin read the answer. No credentials: other origins use bearer tokens, never our cookies. */
export const corsHeaders =
  (trusted: ReadonlySet<string>) =>
  (origin: string, headers: string[]): void => {
    if (trusted.has(origin))
      headers.push('access-control-allow-origin', origin, 'access-control-expose-headers', EXPOSED)
  }

/** What a preflight is answered for a path with these methods. */
export const preflightHeaders = (methods: readonly string[]): readonly string[] => [
  'access-control-allow-methods',
  methods.join(', '),
  'access-control-allow-headers',
  ALLOWED,
  'access-control-max-age',
  DAY,
]
