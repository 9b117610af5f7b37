import type { StaffRole } from '#kernel/contract.ts'
import type { Tools } from '#kernel/service.ts'
import type { Accounts } from './accounts.ts'
import { changeHash, findByEmail, grantRoles, insertPending } from './credential-store.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions } from './sessions.ts'

/** The account of staff in development. */
export const STAFF_EMAIL = 'staff@jangteo.local'
const NAME = '장터 직원'
const EVERY_ROLE: readonly StaffRole[] = ['catalog', 'orders', 'members', 'operations']

/**
 * Makes the staff account of development, with every role, or gives it the password it now has. Can be run at every
 * start, by several processes. A member service that is not up yet is caught up with by the sweep.
 */
export const seedStaff = async (
  { db, runtime, log }: Pick<Tools, 'db' | 'runtime' | 'log'>,
  { passwords, accounts, sessions }: { passwords: Passwords; accounts: Accounts; sessions: Sessions },
  password: string,
): Promise<void> => {
  const found = await findByEmail(db, STAFF_EMAIL)
  if (found && (await passwords.verify(found.passwordHash, password))) return
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
    await tx.query(grantRoles(stored.memberId, EVERY_ROLE))
    return stored
  })
  const { memberId, email, pendingName } = account
  if (pendingName === null) return
  await accounts
    .finish({ memberId, email, pendingName })
    .catch((error: unknown) => log.warn({ err: error }, 'The profile of the staff account will be made later'))
}
