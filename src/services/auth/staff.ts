import type { StaffRole } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Tools } from '#kernel/service.ts'
import type { Accounts } from './accounts.ts'
import { changeHash, findByEmail, grantRoles, insertPending } from './credential-store.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions } from './sessions.ts'

/** The account of staff in development. */
export const STAFF_EMAIL = 'staff@jangteo.local'
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
  const memberId = derivedId('staff', STAFF_EMAIL)
  const found = await findByEmail(db, STAFF_EMAIL)
  if (found && (await passwords.verify(found.passwordHash, password))) return
  const passwordHash = await passwords.hash(password)
  await db.tx('auth.seed-staff', async (tx) => {
    const now = runtime.now()
    if (found) {
      await changeHash(tx, found.memberId, found.passwordHash, passwordHash, now)
      await sessions.endAll(tx, found.memberId, 'password-changed')
    } else {
      await tx.query(insertPending({ memberId, email: STAFF_EMAIL, passwordHash, name: '장터 직원' }, now, now))
      await tx.query(grantRoles(memberId, EVERY_ROLE))
    }
  })
  if (found) return
  await accounts
    .finish({ memberId, email: STAFF_EMAIL, pendingName: '장터 직원' })
    .catch((error: unknown) => log.warn({ err: error }, 'The profile of the staff account will be made later'))
}
