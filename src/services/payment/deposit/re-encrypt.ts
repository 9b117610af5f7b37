import { reseal } from '#kernel/secrets/re-encrypt.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Queryable } from '#kernel/store.ts'
import { replaceSealed, sealedAfter } from './deposit-store.ts'
import { REFUND_ACCOUNT, VIRTUAL_ACCOUNT } from './virtual-account.ts'

/** Seals under the secret in use what lies under another: accounts that deposits come to and go back to. */
export const resealAccounts = async (db: Queryable, secrets: Secrets): Promise<number> => {
  let count = 0
  for (const [purpose, column] of [
    [VIRTUAL_ACCOUNT, 'account'],
    [REFUND_ACCOUNT, 'refund_account'],
  ] as const)
    count += await reseal(secrets, purpose, {
      after: (id) => sealedAfter(db, column, id),
      replace: (row, sealed) => db.query(replaceSealed(column, row, sealed)),
    })
  return count
}
