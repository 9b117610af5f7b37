import type { StaffRole } from '#kernel/contract.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { consumer, on, service, sweep } from '#kernel/service.ts'
import { email } from '#services/email/contract.ts'
import { member, memberWithdrawn } from '#services/member/contract.ts'
import { accounts } from './accounts/accounts.ts'
import { auth, sessionEnded } from './contract.ts'
import { dropCredential } from './accounts/credential-store.ts'
import { signInHandlers } from './sign-in/sign-in.ts'
import { guard } from './sign-in/login-throttle.ts'
import { keys } from './keys/keys.ts'
import { passwordChange } from './passwords/password-change.ts'
import { passwords as makePasswords, type Passwords } from './passwords/passwords.ts'
import { LEEWAY } from './sessions/refresh-token.ts'
import { deleteEndedSessions } from './sessions/session-store.ts'
import { sessions as makeSessions } from './sessions/sessions.ts'
import { authSettings } from './settings.ts'
import { seedStaff } from './accounts/staff.ts'
import { deleteExpiredFailures } from './sign-in/throttle-store.ts'

const DAY = 24 * 3_600_000

/**
 * Credentials, sessions and the keys that sign them. `JANGTEO_STAFF_PASSWORD` makes the staff account; not in production. Which
 * roles there are is told by whoever puts the shop together.
 */
export const authServiceOf = (given: { readonly roles: () => readonly StaffRole[] }) =>
  service(
    auth,
    {
      needs: { member, email },
      emits: [sessionEnded],
      consumes: { members: [memberWithdrawn] },
      settings: authSettings,
      migrations: new URL('./migrations/', import.meta.url),
    },
    (tools) => {
      const { db, runtime, settings, call } = tools
      const secrets = secretsOf(settings, runtime)
      const ring = keys(tools, secrets)
      const people = accounts(tools, call.member)
      const sessions = makeSessions(tools, secrets, ring, call.member)
      let ready: Passwords | undefined
      const passwords = (): Passwords => {
        if (!ready) throw new Error('The service has not started')
        return ready
      }
      const parts = {
        ...tools,
        secrets,
        passwords,
        guard: guard(tools, secrets),
        sessions,
        accounts: people,
        members: call.member,
        emails: call.email,
      }

      return {
        operations: {
          ...signInHandlers(parts),
          ...passwordChange(parts),
          refresh: ({ refreshToken }) => sessions.exchange(refreshToken, 0),
          renew: ({ refreshToken }) => sessions.exchange(refreshToken, LEEWAY),
          signOut: async (_, { actor }) => {
            if ('sessionId' in actor) await sessions.end(actor.sessionId, 'signed-out')
          },
          keys: () => ring.jwks(),
          revocations: ({ since }) => sessions.revocations(since),
        },
        consumers: [
          consumer('members', [
            on(memberWithdrawn, async ({ payload }, tx) => {
              await tx.query(dropCredential(payload.memberId))
              await sessions.endAll(tx, payload.memberId, 'withdrawn')
            }),
          ]),
        ],
        sweeps: [
          sweep('finish-sign-ups', 5_000, people.finishOverdue),
          sweep('keys', 60_000, ring.refresh),
          sweep(
            'forget',
            60_000,
            async (now) =>
              (await deleteEndedSessions(db, now - DAY)) + (await deleteExpiredFailures(db, now - DAY, now - 90 * DAY)),
          ),
        ],
        reseal: ring.reseal,
        start: async () => {
          ready = await makePasswords(tools)
          await ring.refresh()
          const password = settings.JANGTEO_STAFF_PASSWORD
          if (password !== '' && settings.mode !== 'production')
            await seedStaff(tools, { passwords: ready, accounts: people, sessions }, password, given.roles())
        },
      }
    },
  )
