import type { Client } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Handlers, Tools } from '#kernel/service.ts'
import { PROOF_INVALID, type email as emailContract } from '#services/email/contract.ts'
import type { Member, member as memberContract } from '#services/member/contract.ts'
import { OVERDUE, type Accounts } from '../accounts/accounts.ts'
import { CREDENTIALS_INVALID, EMAIL_TAKEN, type auth, type Session } from '../contract.ts'
import { changeHash, findByEmail, insertPending, type Credential } from '../accounts/credential-store.ts'
import type { LoginThrottle } from './login-throttle.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Sessions } from '../sessions/sessions.ts'

export interface SignInTools extends Pick<Tools, 'db' | 'runtime'> {
  readonly secrets: Secrets
  readonly passwords: () => Passwords
  readonly guard: LoginThrottle
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly members: Client<typeof memberContract>
  readonly emails: Client<typeof emailContract>
}

/** The ways in: signing up and signing in. */
export const signInHandlers = (given: SignInTools): Pick<Handlers<typeof auth>, 'signUp' | 'signIn'> => {
  const { db, runtime, secrets, passwords, guard, sessions, accounts, members, emails } = given

  const letIn = async (credential: Credential, member: Member): Promise<Session | undefined> => {
    const begun = await db.tx('auth.begin-session', (tx) => sessions.begin(tx, credential))
    if (!begun) return undefined
    return sessions.answer(begun, member, credential.roles)
  }

  const profileOf = async (credential: Credential): Promise<Member | undefined> => {
    const { memberId, email, pendingName } = credential
    if (pendingName !== null) return accounts.finish({ memberId, email, pendingName })
    return (await members.find({ id: memberId })) ?? undefined
  }

  /** The credential at an address, made if nobody has it; undefined when it is another's. */
  const claim = async (
    memberId: string,
    email: string,
    password: string,
    name: string,
  ): Promise<Credential | undefined> => {
    if (!(await findByEmail(db, email))) {
      const passwordHash = await passwords().hash(password)
      const now = runtime.now()
      await db.query(insertPending({ memberId, email, passwordHash, name }, now, now + OVERDUE))
    }
    const found = await findByEmail(db, email)
    // The same proof again is the same sign-up, if it is with the same password.
    const same = found?.memberId === memberId && (await passwords().verify(found.passwordHash, password))
    return same ? found : undefined
  }

  return {
    signUp: async ({ email, password, name, emailProof }) => {
      // Before the proof is used: it is still good for the next try.
      passwords().refuseWeak('password', password)
      const use = secrets.mac('sign-up', emailProof)
      await emails.redeemProof({ proof: emailProof, email, purpose: 'sign-up', use })
      const credential = await claim(derivedId('member', emailProof), email, password, name)
      if (!credential) throw EMAIL_TAKEN(undefined, { field: 'email' })
      const member = await profileOf(credential)
      const session = member && (await letIn(credential, member))
      // Signed up, withdrawn, and the old proof once more: it has done its work.
      if (!session) throw PROOF_INVALID(undefined, { field: 'emailProof' })
      return session
    },
    signIn: async ({ email, password }, context) => {
      const attempt = await guard.admit(email, context.address)
      const found = await findByEmail(db, email)
      const right = await passwords().verify(found?.passwordHash, password)
      if (!found || !right) throw CREDENTIALS_INVALID()
      await attempt.forgive(found.memberId)
      let credential = found
      if (passwords().outdated(found.passwordHash)) {
        const passwordHash = await passwords().hash(password)
        const changed = await changeHash(db, found.memberId, found.passwordHash, passwordHash, runtime.now())
        if (changed) credential = { ...found, passwordHash }
      }
      const member = await profileOf(credential)
      const session = member && (await letIn(credential, member))
      if (!session) throw CREDENTIALS_INVALID()
      return session
    },
  }
}
