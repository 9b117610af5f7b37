import { errors, importJWK, jwtVerify, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { StaffRole } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Whom an access token speaks for. */
export interface Bearer {
  readonly memberId: string
  readonly sessionId: string
  readonly roles: readonly StaffRole[]
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Verifies access tokens. */
export interface Tokens {
  /** Whom the token speaks for; undefined for one that is forged or expired. Answers without waiting for a token it has seen. Rejects with UNAVAILABLE while there is no key to judge by. */
  verify(token: string): Bearer | undefined | Promise<Bearer | undefined>
  /** Fetches the keys now. Rejects when they cannot be had. */
  refresh(): Promise<void>
}

/** Fetches the public keys that verify access tokens. */
export type FetchKeys = () => Promise<{ readonly keys: readonly Record<string, unknown>[] }>

const ISSUER = 'jangteo'
const ALGORITHMS = ['EdDSA', 'Ed25519']
/** Longer tokens are not ours, and verifying costs. */
const MAX_LENGTH = 4_096
/** Milliseconds between two fetches that unknown keys may cause: forged key ids cannot make us ask in a loop. */
const UNKNOWN_KEY_PAUSE = 5_000
/** Milliseconds after which keys are looked at again, so that a retired one stops verifying. */
const KEYS_AGE = 300_000
const REMEMBERED = 50_000

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/**
 * Verifies access tokens (JWT, EdDSA) against the keys of the auth service. Keys are fetched when first needed, every
 * five minutes, and when a token names one we do not know; while auth is away the last good ones go on working. Roles that no
 * service declares are left out of what a token says.
 */
export const tokens = (
  fetchKeys: FetchKeys,
  given: { readonly runtime: Runtime; readonly log: Logger; readonly roles: readonly StaffRole[] },
): Tokens => {
  const { runtime, log } = given
  const declaredRoles = new Set<unknown>(given.roles)
  const known = new LRUCache<string, Bearer>({ max: REMEMBERED })
  let keys = new Map<string, CryptoKey | Uint8Array>()
  let fetchedAt = -Infinity
  let triedAt = -Infinity
  let fetching: Promise<void> | undefined

  const load = async (): Promise<void> => {
    triedAt = runtime.now()
    const answer = await fetchKeys()
    const fresh = new Map<string, CryptoKey | Uint8Array>()
    for (const jwk of answer.keys) {
      const kid = text(jwk['kid'])
      if (kid !== undefined) fresh.set(kid, await importJWK(jwk as JWK, 'EdDSA'))
    }
    // A token stays believed only as long as the key that signed it.
    if ([...keys.keys()].some((kid) => !fresh.has(kid))) known.clear()
    keys = fresh
    fetchedAt = runtime.now()
  }

  const refresh = (): Promise<void> => {
    fetching ??= load().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  const keyOf = async (header: JWTHeaderParameters): Promise<CryptoKey | Uint8Array> => {
    const kid = header.kid ?? ''
    const now = runtime.now()
    const due = now - fetchedAt > KEYS_AGE || !keys.has(kid)
    if (due && now - triedAt > UNKNOWN_KEY_PAUSE)
      await refresh().catch((error: unknown) =>
        log.warn({ err: error }, 'The public keys of access tokens cannot be fetched'),
      )
    else if (fetching) await fetching.catch(() => {})
    // Without any key nobody's token can be called wrong.
    if (keys.size === 0) throw UNAVAILABLE({ service: 'auth' })
    const key = keys.get(kid)
    if (!key) throw new errors.JWKSNoMatchingKey()
    return key
  }

  const check = async (token: string): Promise<Bearer | undefined> => {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer: ISSUER,
        audience: ISSUER,
        algorithms: ALGORITHMS,
        currentDate: new Date(runtime.now()),
        requiredClaims: ['sub', 'sid', 'exp'],
      })
      const memberId = text(payload.sub)
      const sessionId = text(payload['sid'])
      if (memberId === undefined || sessionId === undefined || payload.exp === undefined) return undefined
      const roles = Array.isArray(payload['roles']) ? payload['roles'].filter((each) => declaredRoles.has(each)) : []
      const bearer: Bearer = { memberId, sessionId, roles, expiresAt: payload.exp * 1_000 }
      known.set(token, bearer)
      return bearer
    } catch (error) {
      if (error instanceof Fault) throw error
      return undefined
    }
  }

  return {
    verify: (token) => {
      const found = known.get(token)
      if (found === undefined) return token.length > MAX_LENGTH ? undefined : check(token)
      if (found.expiresAt > runtime.now()) return found
      known.delete(token)
      return undefined
    },
    refresh,
  }
}
