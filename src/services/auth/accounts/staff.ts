import { CannotStart } from '#kernel/cannot-start.ts'
import { INVALID_INPUT } from '#kernel/faults.ts'
import type { StaffRole } from '#kernel/contract.ts'
import type { Tools } from '#kernel/service.ts'
import type { Accounts } from './accounts.ts'
import { changeHash, findByEmail, grantRoles, insertPending } from './credential-store.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Sessions } from '../sessions/sessions.ts'

/** The account of staff in development. */
export const STAFF_EMAIL = 'staff@jangteo.local'
const NAME = '장터 직원'

/** Refuses a password of staff that is too easily guessed: CannotStart with the reason. */
const refuseWeakSetting = (passwords: Passwords, password: string): void => {
  try {
    passwords.refuseWeak('JANGTEO_STAFF_PASSWORD', password)
  } catch (error) {
    if (!INVALID_INPUT.is(error)) throw error
    throw new CannotStart(`JANGTEO_STAFF_PASSWORD cannot be used: ${error.fields![0]!.message.en}`)
  }
}

/**
 * Makes the staff account of development, with every role there is, or gives it the password and the roles it now has. Can be run
 * at every start, by several processes. A member service that is not up yet is caught up with by the sweep.
 */
export const seedStaff = async (
  { db, runtime, log }: Pick<Tools, 'db' | 'runtime' | 'log'>,
  { passwords, accounts, sessions }: { passwords: Passwords; accounts: Accounts; sessions: Sessions },
  password: string,
  roles: readonly StaffRole[],
): Promise<void> => {
  const found = await findByEmail(db, STAFF_EMAIL)
  // A role may have been introduced since the account was made.
  if (found) await db.query(grantRoles(found.memberId, roles))
  if (found && (await passwords.verify(found.passwordHash, password))) return
  refuseWeakSetting(passwords, password)
  const passwordHash = await passwords.hash(password)
  const account = await db.tx('auth.seed-staff', async (tx) => {
    const now = runtime.now()
    if (found) {
      await changeHash(tx, found.memberId, found.passwordHash, passwordHash, now)
      await sessions.endAll(tx, found.memberId, 'password-changed')
      return found
    }
    await tx.query(insertPending({ memberId: runtime.id(), email: STAFF_EMAIL, passwordHash, name: NAME }, now, now))
    // Another process may have been first.
    const stored = (await findByEmail(tx, STAFF_EMAIL))!
    await tx.query(grantRoles(stored.memberId, roles))
    return stored
  })
  const { memberId, email, pendingName } = account
  if (pendingName === null) return
  await accounts
    .finish({ memberId, email, pendingName })
    .catch((error: unknown) =>
      log.warn({ err: error }, 'The profile of the staff account could not be created and will be retried'),
    )
}
