import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCaches } from '#engines/cache/caches.ts'
import { sql } from '#engines/postgres/sql.ts'
import { email } from '#services/email/contract.ts'
import { member } from '#services/member/contract.ts'
import { claimsOf, startIdentity, testRoles } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { silent } from '#test/support/silent.ts'
import { noPlatform } from '#kernel/reports/platform.ts'
import { authServiceOf } from '../service.ts'
import { STAFF_EMAIL } from '../accounts/staff.ts'

const STAFF_PASSWORD = 'a staff password 1'
const { shop, anyone, join, somebody, actorOf } = await startIdentity({
  settings: { JANGTEO_STAFF_PASSWORD: STAFF_PASSWORD },
})
const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db

test('a wrong password and an address nobody has are told apart by nothing', async () => {
  const { member: somebodyElse } = await join()
  const wrong = await refused('CREDENTIALS_INVALID', anyone.signIn({ email: somebodyElse.email, password: 'wrong' }))
  const nobody = await refused('CREDENTIALS_INVALID', anyone.signIn({ email: somebody(), password: 'wrong' }))
  const told = ({ code, status, messages, data, field }: typeof wrong) => ({ code, status, messages, data, field })
  assert.deepEqual(told(wrong), told(nobody))
})

test('staff sign in with every role in their token; customers have none', async () => {
  const session = await anyone.signIn({ email: STAFF_EMAIL, password: STAFF_PASSWORD })
  assert.deepEqual(claimsOf(session.accessToken).roles.toSorted(), ['catalog', 'members', 'operations', 'orders'])
  assert.deepEqual(claimsOf((await join()).accessToken).roles, [])
})

test('starting again leaves the staff account alone, unless its password is another now or it is gone', async () => {
  const hashOf = async (): Promise<string> =>
    (
      await db.query<{ hash: string }>(sql`SELECT password_hash AS hash FROM credential WHERE email = ${STAFF_EMAIL}`)
    )[0]!.hash
  const before = await hashOf()
  const restart = async (password: string): Promise<void> => {
    const { host, runtime } = shop
    const call = {
      member: host.client(member, 'auth'),
      email: host.client(email, 'auth'),
    }
    const settings = { ...testSettings, JANGTEO_STAFF_PASSWORD: password }
    const history = { read: () => Promise.reject(new Error('auth reads no history')) }
    const cache = openCaches({ runtime, log: silent }).of('auth')
    await authServiceOf({ roles: () => [...testRoles, 'lately'] }).build({
      db,
      cache,
      runtime,
      log: silent,
      call,
      settings,
      history,
      platform: noPlatform,
    }).start!()
  }
  await Promise.all([restart(STAFF_PASSWORD), restart(STAFF_PASSWORD)])
  assert.equal(await hashOf(), before)
  const granted = await db.query<{ role: string }>(sql`SELECT role FROM staff_role ORDER BY role`)
  assert.deepEqual(
    granted.map((each) => each.role),
    ['catalog', 'lately', 'members', 'operations', 'orders'],
  )
  await restart('another staff password 2')
  await anyone.signIn({ email: STAFF_EMAIL, password: 'another staff password 2' })
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: STAFF_EMAIL, password: STAFF_PASSWORD }))
  assert.equal((await db.query(sql`SELECT FROM staff_role`)).length, 5)

  const staff = await anyone.signIn({ email: STAFF_EMAIL, password: 'another staff password 2' })
  await shop.as(member, actorOf(staff)).withdraw({})
  await shop.settled()
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: STAFF_EMAIL, password: 'another staff password 2' }))
  await Promise.all([restart(STAFF_PASSWORD), restart(STAFF_PASSWORD)])
  const again = await anyone.signIn({ email: STAFF_EMAIL, password: STAFF_PASSWORD })
  assert.equal(claimsOf(again.accessToken).roles.length, 5)
})
