import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import type { Database } from '#kernel/store.ts'
import { startTestHost } from '#test/support/host.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { MAX_TRIES } from './code.ts'
import { putCode, takeTry } from './code-store.ts'
import { email } from './contract.ts'
import { emailService } from './service.ts'

const NETWORK_TRIES = 7
const shop = await startTestHost([emailService], {
  settings: { ...testSettings, JANGTEO_CODES_PER_CLIENT: 6, JANGTEO_CODE_TRIES_PER_CLIENT: NETWORK_TRIES },
})
const anyone = shop.as(email, { kind: 'anonymous' })
const db: Database = shop.host.services[0]!.db
const purpose = 'sign-up'

/** Puts a code in place and has many try it at once; answers how many tries were let through to the comparison. */
const stampede = async (address: string, attempt: (address: string) => Promise<boolean>): Promise<number> => {
  const now = shop.runtime.now()
  await db.query(putCode({ address, purpose, id: shop.runtime.id(), hash: 'hash', expiresAt: now + 60_000 }))
  const tried = await Promise.all(Array.from({ length: 60 }, () => attempt(address)))
  return tried.filter(Boolean).length
}

test('however many try at once, five tries are compared', async () => {
  const through = await stampede('guarded', async (address) =>
    Boolean(await db.tx('try', (tx) => takeTry(tx, address, purpose, MAX_TRIES, shop.runtime.now()))),
  )
  assert.equal(through, MAX_TRIES)
})

test('twin: counting after looking lets more than five through', async () => {
  await db.query(sql`ALTER TABLE code DROP CONSTRAINT code_tries_check`)
  const through = await stampede('unguarded', async (address) => {
    const [code] = await db.query<{ tries: number }>(sql`SELECT tries FROM code WHERE address = ${address}`)
    if (code!.tries >= MAX_TRIES) return false
    await db.query(sql`UPDATE code SET tries = tries + 1 WHERE address = ${address}`)
    return true
  })
  assert.ok(through > MAX_TRIES, `${through} got through`)
})

test('wrong codes from one network are limited over all addresses, and the limit wears off', async () => {
  for (let i = 0; i < NETWORK_TRIES; i++)
    await refused('CODE_INVALID', anyone.verifyCode({ email: `victim${i}@example.com`, purpose, code: '123456' }))
  const refusal = await refused('CODE_LIMIT', anyone.verifyCode({ email: 'next@example.com', purpose, code: '123456' }))
  assert.ok(refusal.retryAfter! > 0)
  shop.runtime.advance(3_600_000)
  await refused('CODE_INVALID', anyone.verifyCode({ email: 'next@example.com', purpose, code: '123456' }))
})

test('codes asked for from one network are limited over all addresses', async () => {
  for (let i = 0; i < 6; i++) await anyone.sendCode({ email: `many${i}@example.com`, purpose })
  await refused('CODE_LIMIT', anyone.sendCode({ email: 'many6@example.com', purpose }))
  const [mails] = await db.query<{ count: number }>(sql`SELECT count(*) AS count FROM mail`)
  assert.equal(mails!.count, 6, 'what was refused sent nothing')
})
