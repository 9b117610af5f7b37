import { instant, type Client, type StaffRole } from '#kernel/contract.ts'
import { digest, secretsFrom, type Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import type { member as memberContract, Member } from '#services/member/contract.ts'
import { ACCESS_TOKEN_SECONDS, REFRESH_INVALID, sessionEnded, type Session } from '../contract.ts'
import { findByMember, type Credential } from '../accounts/credential-store.ts'
import type { Keys } from '../keys/keys.ts'
import { judge, newRefreshToken, sessionOfToken } from './refresh-token.ts'
import {
  endedSince,
  endSession,
  endSessionsOf,
  insertSession,
  lockSession,
  memberOfSession,
  rotate,
} from './session-store.ts'

const DAY = 24 * 3_600_000
/** Milliseconds a sign-in lasts without being used. */
export const IDLE = 30 * DAY
/** Milliseconds a sign-in lasts at all. */
export const LONGEST = 180 * DAY
/** Milliseconds by which the end of a session may become visible later than it is dated. */
const OVERLAP = 30_000

export type EndReason = 'signed-out' | 'refresh-reused' | 'password-changed' | 'withdrawn'

/** Sign-ins: begun, prolonged, ended. */
export interface Sessions {
  /** Stores a session for a credential that was just checked; undefined where its password changed or it is gone meanwhile. */
  begin(tx: Tx, credential: Credential): Promise<Begun | undefined>
  /** What a session begun is answered with, once its transaction is committed. */
  answer(begun: Begun, member: Member, roles: readonly StaffRole[]): Promise<Session>
  /** Exchanges a refresh token. Throws REFRESH_INVALID. */
  exchange(token: string, leeway: number): Promise<Session>
  end(sessionId: string, reason: EndReason): Promise<void>
  endAll(tx: Tx, memberId: string, reason: EndReason): Promise<void>
  revocations(since: number): Promise<{ sessions: { id: string; at: number }[]; now: number }>
}

export interface Begun {
  readonly sessionId: string
  readonly refreshToken: string
}

export const sessions = (
  { db, runtime, log }: Pick<Tools, 'db' | 'runtime' | 'log'>,
  secrets: Secrets,
  keys: Keys,
  members: Client<typeof memberContract>,
): Sessions => {
  const tell = (tx: Tx, ended: readonly { id: string; memberId: string }[], reason: EndReason): Promise<void> => {
    const at = instant(runtime.now())
    return tx.emitAll(
      sessionEnded,
      ended.map((each) => ({ memberId: each.memberId, sessionId: each.id, reason, at })),
    )
  }

  const answer: Sessions['answer'] = async ({ sessionId, refreshToken }, member, roles) => ({
    member: { id: member.id, email: member.email, name: member.name, roles: [...roles] },
    accessToken: await keys.sign(member.id, sessionId, roles),
    refreshToken,
    expiresIn: ACCESS_TOKEN_SECONDS,
  })

  /** The next token of a family, in one transaction; undefined when there is none, with the family ended if it was stolen. */
  const next = (sessionId: string, token: string, leeway: number): Promise<string | undefined> =>
    db.tx('auth.refresh', async (tx) => {
      const locked = await lockSession(tx, sessionId)
      if (!locked) return undefined
      const now = runtime.now()
      const { session, raced } = locked
      switch (judge(session, { hash: digest(token), raced, leeway }, now)) {
        case 'exchange': {
          const successor = newRefreshToken(sessionId, secrets, runtime)
          const sealed = secretsFrom(token, runtime).seal('successor', successor)
          await tx.query(rotate(sessionId, { hash: digest(successor), successor: sealed, idleUntil: now + IDLE }, now))
          return successor
        }
        case 'repeat':
          return secretsFrom(token, runtime).open('successor', session.successor!)
        case 'reuse':
          log.warn({ session: sessionId }, 'Refresh token reuse detected: its token family is revoked')
          await tell(tx, await endSession(tx, sessionId, 'refresh-reused', now), 'refresh-reused')
          return undefined
        case 'over':
          return undefined
      }
    })

  const exchangeOnce = async (token: string, leeway: number): Promise<Session> => {
    const sessionId = sessionOfToken(token, secrets)
    const memberId = sessionId && (await memberOfSession(db, sessionId))
    if (!memberId) throw REFRESH_INVALID()
    // Asked before the exchange: a member service that is away must not cost anyone their token.
    const [member, credential] = await Promise.all([members.find({ id: memberId }), findByMember(db, memberId)])
    if (!member || !credential) throw REFRESH_INVALID()
    const refreshToken = await next(sessionId, token, leeway)
    if (!refreshToken) throw REFRESH_INVALID()
    return answer({ sessionId, refreshToken }, member, credential.roles)
  }
  // Requests with one token that overlap in this process are one exchange; between processes the session's lock tells.
  const underWay = new Map<string, Promise<Session>>()

  return {
    begin: async (tx, credential) => {
      const now = runtime.now()
      const sessionId = runtime.id()
      const refreshToken = newRefreshToken(sessionId, secrets, runtime)
      const session = {
        id: sessionId,
        memberId: credential.memberId,
        hash: digest(refreshToken),
        idleUntil: now + IDLE,
        goodUntil: now + LONGEST,
      }
      return (await insertSession(tx, session, credential.passwordHash, now)) ? { sessionId, refreshToken } : undefined
    },
    answer,
    exchange: (token, leeway) => {
      const key = `${leeway} ${digest(token)}`
      const running = underWay.get(key)
      if (running) return running
      const started = exchangeOnce(token, leeway).finally(() => underWay.delete(key))
      underWay.set(key, started)
      return started
    },
    end: (sessionId, reason) =>
      db.tx('auth.end-session', async (tx) => {
        await tell(tx, await endSession(tx, sessionId, reason, runtime.now()), reason)
      }),
    endAll: async (tx, memberId, reason) => {
      await tell(tx, await endSessionsOf(tx, memberId, reason, runtime.now()), reason)
    },
    revocations: async (since) => {
      const now = runtime.now()
      const oldest = now - ACCESS_TOKEN_SECONDS * 1000 - OVERLAP
      return { sessions: await endedSince(db, Math.max(since - OVERLAP, oldest)), now }
    },
  }
}
