import type { IncomingHttpHeaders } from 'node:http'
import type { Actor } from '#kernel/context.ts'
import { UNAUTHENTICATED } from '#kernel/faults.ts'
import { invalid } from '#kernel/input/invalid.ts'
import { ACCESS, cookieOf, GUEST, REFRESH } from './cookies.ts'
import type { Revocations } from './revocations.ts'
import type { Bearer, Tokens } from './tokens.ts'
import { UUID } from './uuid.ts'

/** Who makes a request, as far as its headers say. */
export interface Identity {
  readonly actor: Actor
  /** Epoch milliseconds at which a member's token expires. */
  readonly expiresAt?: number
  /** Whether the member is known by an `Authorization` header, which no other site can make a browser send. */
  readonly byHeader: boolean
  /** A refresh token in a cookie, where the access token is missing, expired or ended. */
  readonly refreshable?: string
}

const SCHEME = /^bearer +/i

const nobody: Identity = { actor: { kind: 'anonymous' }, byHeader: false }

/** The guest identity a client carries. Throws INVALID_INPUT for a header that is no UUID; a broken cookie counts as none. */
const guestOf = (headers: IncomingHttpHeaders): string | undefined => {
  const given = headers['x-guest-id']
  if (given !== undefined) {
    if (typeof given === 'string' && UUID.test(given)) return given.toLowerCase()
    throw invalid('x-guest-id', 'uuid', { ko: 'UUID여야 합니다.', en: 'This must be a UUID.' })
  }
  const guestCookie = headers.cookie === undefined ? undefined : cookieOf(headers.cookie, GUEST)
  return guestCookie !== undefined && UUID.test(guestCookie) ? guestCookie.toLowerCase() : undefined
}

/** The actor a verified token stands for. */
export const actorOf = (bearer: Bearer, guestId: string | undefined): Actor => {
  const { memberId, sessionId, roles } = bearer
  const guest = guestId === undefined ? {} : { guestId }
  return roles.length > 0
    ? { kind: 'staff', memberId, sessionId, roles, ...guest }
    : { kind: 'member', memberId, sessionId, ...guest }
}

const signedOut = (guestId: string | undefined, refreshable?: string): Identity => ({
  actor: guestId === undefined ? { kind: 'anonymous' } : { kind: 'guest', guestId },
  byHeader: false,
  ...(refreshable !== undefined && { refreshable }),
})

/**
 * Tells who makes a request. A bearer token must be good: a forged, expired or ended one is refused with UNAUTHENTICATED
 * wherever it is shown. A cookie that is not good any more counts as signed out: browsers send it without being asked.
 */
export const identify = (
  headers: IncomingHttpHeaders,
  tokens: Tokens,
  revocations: Revocations,
): Identity | Promise<Identity> => {
  const { authorization, cookie } = headers
  if (authorization === undefined && cookie === undefined && headers['x-guest-id'] === undefined) return nobody
  const guestId = guestOf(headers)

  const settle = (bearer: Bearer | undefined): Identity => {
    if (bearer !== undefined && !revocations.has(bearer.sessionId))
      return {
        actor: actorOf(bearer, guestId),
        byHeader: authorization !== undefined,
        expiresAt: bearer.expiresAt,
      }
    if (authorization !== undefined) throw UNAUTHENTICATED()
    return signedOut(guestId, cookieOf(cookie, REFRESH))
  }

  const token = authorization === undefined ? cookieOf(cookie, ACCESS) : authorization.replace(SCHEME, '')
  if (token === undefined) return signedOut(guestId, cookieOf(cookie, REFRESH))
  if (authorization !== undefined && !SCHEME.test(authorization)) throw UNAUTHENTICATED()
  const bearer = tokens.verify(token)
  return bearer instanceof Promise ? bearer.then(settle) : settle(bearer)
}
