import { instant } from '#kernel/contract.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import { dropAddresses } from './address-store.ts'
import { memberWithdrawn } from './contract.ts'
import { retentionOf, yearsAfter } from './retention.ts'
import { blankMember, deleteConsents, lockMember, retain } from './store.ts'

/**
 * Ends a membership in one transaction: personal data goes, what the law has us keep is set apart, and the world is
 * told. A member who has left already is left alone.
 */
export const withdrawMember = (
  { db, runtime }: Pick<Tools, 'db' | 'runtime'>,
  secrets: Secrets,
  memberId: string,
  everOrdered: boolean,
): Promise<void> =>
  db.tx('member.withdraw', async (tx) => {
    const member = await lockMember(tx, memberId)
    if (!member) return
    const now = runtime.now()
    const kept = retentionOf(everOrdered)
    if (kept) {
      const { email, name, phone } = member
      const sealed = secrets.seal('retained', JSON.stringify({ email, name, phone }))
      await tx.query(retain({ id: runtime.id(), memberId, purpose: kept.purpose, sealed }, yearsAfter(now, kept.years)))
    }
    await tx.query(dropAddresses(memberId))
    await tx.query(deleteConsents(memberId))
    await tx.query(blankMember(memberId, now))
    await tx.emit(memberWithdrawn, { memberId, at: instant(now) })
  })
