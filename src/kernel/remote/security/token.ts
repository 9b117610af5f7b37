import { LRUCache } from 'lru-cache'
import type { Actor } from '#kernel/context.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { signing } from './signing.ts'

/** Who calls, and on whose behalf. */
export interface Caller {
  readonly caller: string
  readonly actor: Actor
}

/** Makes and checks the tokens by which hosts of one shop know each other. */
export interface CallerTokens {
  /** A token with which `caller` may call `service` on behalf of `actor`. */
  sign(service: string, caller: string, actor: Actor): string
  /** Who calls; nothing when the token is forged, too old, or meant for another service. */
  verify(service: string, token: string): Caller | undefined
  /** Why a token is refused, for the log. */
  explain(service: string, token: string | undefined): string
}

interface Claims {
  readonly s: string
  readonly c: string
  readonly a: Actor
  /** Epoch milliseconds until which it is good. */
  readonly e: number
}

/** Milliseconds a token is good for, and those it must still have to be used: clocks may be a minute apart and more. */
const LIFE = 180_000
const LEFT = 120_000
const REMEMBERED = 5_000

/**
 * Milliseconds a host's clock may be off before others may refuse its tokens, or it theirs, at any moment: three quarters of
 * what a token bears, because the others' clocks are not quite right either.
 */
export const CLOCK_MAY_BE_OFF = 0.75 * LEFT

/**
 * Tokens signed with the secrets all hosts of a shop have. What was made or checked is remembered: actors call many times
 * in a row.
 */
export const callerTokens = (secrets: readonly string[], runtime: Runtime): CallerTokens => {
  const calls = signing(secrets, 'jangteo internal calls')
  const made = new LRUCache<string, { token: string; until: number }>({ max: REMEMBERED })
  const checked = new LRUCache<string, Claims>({ max: REMEMBERED })

  const claimsOf = (token: string): Claims | undefined => {
    const dot = token.indexOf('.')
    const text = token.slice(0, dot)
    if (!calls.isOurs(text, token.slice(dot + 1))) return undefined
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims
  }

  return {
    sign: (service, caller, actor) => {
      const now = runtime.now()
      const subject = `${service} ${caller} ${JSON.stringify(actor)}`
      const known = made.get(subject)
      if (known && known.until - now > LEFT && known.until - now <= LIFE) return known.token
      const claims: Claims = { s: service, c: caller, a: actor, e: now + LIFE }
      const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
      const token = `${text}.${calls.sign(text)}`
      made.set(subject, { token, until: claims.e })
      return token
    },
    verify: (service, token) => {
      let claims = checked.get(token)
      if (!claims) {
        claims = claimsOf(token)
        if (!claims) return undefined
        checked.set(token, claims)
      }
      return claims.s === service && claims.e > runtime.now() ? { caller: claims.c, actor: claims.a } : undefined
    },
    explain: (service, token) => {
      if (token === undefined) return 'it carries no token'
      const claims = claimsOf(token)
      if (!claims)
        return 'its token was not signed with our secret: JANGTEO_INTERNAL_SECRET must be the same on all hosts'
      if (claims.s !== service) return `its token is for ${claims.s}`
      const late = Math.round((runtime.now() - claims.e) / 1_000)
      return `its token ran out ${late} s ago: the clocks of the hosts are apart, or it was kept`
    },
  }
}
