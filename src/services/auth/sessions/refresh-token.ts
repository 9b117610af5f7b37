import { timingSafeEqual } from 'node:crypto'
import { idSchema } from '#kernel/ids.ts'
import { opaque, type Secrets } from '#kernel/secrets/secrets.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Milliseconds in which a page may present the token exchanged last again. */
export const LEEWAY = 10_000

/**
 * A refresh token: the session, 256 random bits, and a seal of ours over both. The seal tells an old token of the family
 * from a made-up one without remembering every token there was: only a real one may end a session.
 */
export const newRefreshToken = (sessionId: string, secrets: Secrets, runtime: Pick<Runtime, 'random'>): string => {
  const secret = opaque(runtime)
  return `${sessionId}.${secret}.${secrets.mac('refresh-token', sessionId, secret)}`
}

/** The session a token was made for, or undefined when we never made it. */
export const sessionOfToken = (token: string, secrets: Secrets): string | undefined => {
  const [sessionId = '', secret = '', seal = '', ...rest] = token.split('.')
  if (rest.length > 0 || !idSchema.safeParse(sessionId).success) return undefined
  const given = Buffer.from(seal)
  const isOurs = secrets.macs('refresh-token', sessionId, secret).some((each) => {
    const expected = Buffer.from(each)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isOurs ? sessionId : undefined
}

/** What judging a refresh needs to know of a session. Instants in epoch milliseconds. */
export interface Family {
  readonly currentHash: string
  readonly previousHash: string | null
  readonly rotatedAt: number | null
  readonly idleUntil: number
  readonly goodUntil: number
  readonly endedAt: number | null
}

/** How a token came. */
export interface Presented {
  readonly hash: string
  /** It arrived while another exchange of this family was under way, whose answer nobody can have seen yet. */
  readonly raced: boolean
  /** Milliseconds in which the token exchanged last may come again. */
  readonly leeway: number
}

/**
 * What to do with a token of ours. `exchange`: it is the live one. `repeat`: it is the one exchanged last, come again
 * for an honest reason, and gets the same successor. `reuse`: somebody kept a copy, so the family must end.
 * `over`: the session has ended.
 */
export const judge = (family: Family, presented: Presented, now: number): 'exchange' | 'repeat' | 'reuse' | 'over' => {
  if (family.endedAt !== null || now >= family.idleUntil || now >= family.goodUntil) return 'over'
  if (presented.hash === family.currentHash) return 'exchange'
  const last = presented.hash === family.previousHash && family.rotatedAt !== null
  if (last && (presented.raced || now - family.rotatedAt! < presented.leeway)) return 'repeat'
  return 'reuse'
}
