import { memberOf } from '#kernel/context.ts'
import { UNAUTHENTICATED } from '#kernel/faults.ts'
import type { Handlers } from '#kernel/service.ts'
import { ACCOUNT_NOT_FOUND, CREDENTIALS_INVALID, type auth } from '../contract.ts'
import { changeHash, findByEmail, findByMember } from '../accounts/credential-store.ts'
import type { SignInTools } from '../sign-in/sign-in.ts'

/** New passwords: by who knows the old one, or by who reads the mailbox. Either ends every sign-in there is. */
export const passwordChange = (
  given: Pick<SignInTools, 'db' | 'runtime' | 'secrets' | 'passwords' | 'guard' | 'sessions' | 'members' | 'emails'>,
): Pick<Handlers<typeof auth>, 'changePassword' | 'resetPassword'> => {
  const { db, runtime, secrets, passwords, guard, sessions, members, emails } = given
  return {
    changePassword: async ({ currentPassword, newPassword }, { actor, address }) => {
      passwords().refuseWeak('newPassword', newPassword)
      const memberId = memberOf(actor)
      const [member, credential] = await Promise.all([members.find({ id: memberId }), findByMember(db, memberId)])
      if (!member || !credential) throw UNAUTHENTICATED()
      const attempt = await guard.admit(credential.email, address)
      const right = await passwords().verify(credential.passwordHash, currentPassword)
      if (!right) throw CREDENTIALS_INVALID(undefined, { field: 'currentPassword' })
      await attempt.forgive(memberId)
      const passwordHash = await passwords().hash(newPassword)
      const begun = await db.tx('auth.change-password', async (tx) => {
        if (!(await changeHash(tx, memberId, credential.passwordHash, passwordHash, runtime.now()))) return undefined
        await sessions.endAll(tx, memberId, 'password-changed')
        return sessions.begin(tx, { ...credential, passwordHash })
      })
      // Another change came first: the password given is the current one no longer.
      if (!begun) throw CREDENTIALS_INVALID(undefined, { field: 'currentPassword' })
      return sessions.answer(begun, member, credential.roles)
    },
    resetPassword: async ({ email, newPassword, emailProof }, { address }) => {
      passwords().refuseWeak('newPassword', newPassword)
      // The proof is used for this very password: a repeat finishes what was begun, and sets no other.
      const use = secrets.mac('password-reset', emailProof, newPassword)
      await emails.redeemProof({ proof: emailProof, email, purpose: 'password-reset', use })
      const credential = await findByEmail(db, email)
      // Told only to who reads the mailbox: they may know whether they have an account.
      if (!credential) throw ACCOUNT_NOT_FOUND(undefined, { field: 'email' })
      const passwordHash = await passwords().hash(newPassword)
      await db.tx('auth.reset-password', async (tx) => {
        await changeHash(tx, credential.memberId, credential.passwordHash, passwordHash, runtime.now())
        await sessions.endAll(tx, credential.memberId, 'password-changed')
      })
      await guard.clear(email, address, credential.memberId)
    },
  }
}
