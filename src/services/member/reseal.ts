import { reseal } from '#kernel/secrets/re-encrypt.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Queryable } from '#kernel/store.ts'
import { memosAfter, replaceSealedMemo } from './address-store.ts'
import { replaceRetained, retainedAfter } from './store.ts'

/** Seals under the secret in use what lies under another: memos of addresses, and what is kept of people who left. */
export const resealMembers = async (db: Queryable, secrets: Secrets): Promise<number> => {
  const memos = await reseal(secrets, 'address-memo', {
    after: (id) => memosAfter(db, id),
    replace: (row, sealed) => db.query(replaceSealedMemo(row, sealed)),
  })
  const retained = await reseal(secrets, 'retained', {
    after: (id) => retainedAfter(db, id),
    replace: (row, sealed) => db.query(replaceRetained(row, sealed)),
  })
  return memos + retained
}
