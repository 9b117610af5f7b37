import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from '#engines/postgres/sql.ts'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { startIdentity } from '#test/support/identity.ts'
import { meetingPoint } from '#test/support/meeting-point.ts'
import { refused } from '#test/support/refused.ts'
import { auth } from '../contract.ts'
import { ACCOUNT, counted, delayAfter, forgiven, PAIR } from './throttle.ts'

const { shop, anyone, join, somebody, actorOf } = await startIdentity({
  settings: { JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: 40 },
})
const from = (address: string) => ({
  signIn: (input: { email: string; password: string }) =>
    withContext({ ...systemContext('edge', shop.runtime), actor: { kind: 'anonymous' }, address }, () =>
      shop.host.client(auth).signIn(input),
    ),
})
const wrong = 'not the password'

test('the first five failures cost nothing, then the delay doubles up to fifteen minutes', () => {
  assert.deepEqual(
    [1, 4, 5, 6, 7, 14, 15, 1_000].map((failures) => delayAfter(failures, PAIR) / 1_000),
    [0, 0, 1, 2, 4, 512, 900, 900],
  )
  assert.equal(delayAfter(1_000, ACCOUNT), 30_000)
})

test('what is counted and then forgiven leaves nothing behind', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 18 }), (failures) => {
      const before = { failures, lastAt: 999_000, blockedUntil: 0 }
      const after = forgiven(counted(before, ACCOUNT, 1_000_000), ACCOUNT)
      assert.equal(after.failures, failures)
      assert.ok(after.blockedUntil <= 1_000_000)
    }),
  )
})

test('failures are forgotten a day after the last', () => {
  const now = 10 * PAIR.memory
  const old = { failures: 50, lastAt: now - PAIR.memory, blockedUntil: 0 }
  assert.equal(counted(old, PAIR, now).failures, 1)
})

test('after five wrong passwords one must wait; then the right one works', async () => {
  const { member, password } = await join()
  for (let i = 0; i < 5; i++)
    await refused('CREDENTIALS_INVALID', anyone.signIn({ email: member.email, password: wrong }))
  const refusal = await refused('SIGN_IN_THROTTLED', anyone.signIn({ email: member.email, password }))
  assert.equal(refusal.status, 429)
  assert.equal(refusal.retryAfter, 1)
  shop.runtime.advance(1_000)
  await anyone.signIn({ email: member.email, password })
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: member.email, password: wrong }))
})

test('guesses at the current password of somebody who left a page open are slowed down as well', async () => {
  const { password, ...session } = await join()
  const change = (currentPassword: string) =>
    shop.as(auth, actorOf(session)).changePassword({ currentPassword, newPassword: '다른 비밀번호 하나' })
  for (let i = 0; i < 5; i++) await refused('CREDENTIALS_INVALID', change(wrong))
  await refused('SIGN_IN_THROTTLED', change(password))
  shop.runtime.advance(1_000)
  await change(password)
})

test('an address nobody has is refused and slowed down exactly the same', async () => {
  const { member } = await join()
  const outcomes = async (email: string): Promise<string[]> => {
    const codes: string[] = []
    for (let i = 0; i < 8; i++)
      codes.push(
        await anyone.signIn({ email, password: wrong }).then(
          () => 'in',
          (error: { code: string; retryAfter?: number }) => `${error.code} ${error.retryAfter ?? ''}`,
        ),
      )
    return codes
  }
  assert.deepEqual(await outcomes(somebody()), await outcomes(member.email))
})

test('attempts side by side cannot slip past the limit together', async () => {
  const { member } = await join()
  const attempts = Array.from({ length: 30 }, () => anyone.signIn({ email: member.email, password: wrong }))
  const codes = (await Promise.allSettled(attempts)).map((each) =>
    each.status === 'rejected' ? (each.reason as { code: string }).code : 'in',
  )
  assert.equal(codes.filter((code) => code === 'CREDENTIALS_INVALID').length, 5)
  assert.equal(codes.filter((code) => code === 'SIGN_IN_THROTTLED').length, 25)
})

test('twin: counting after the password was looked at lets all of them through', async () => {
  const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db
  await db.query(sql`CREATE TABLE unguarded (failures integer)`)
  await db.query(sql`INSERT INTO unguarded VALUES (0)`)
  const allLooked = meetingPoint(30)
  const attempt = async (): Promise<boolean> => {
    const [row] = await db.query<{ failures: number }>(sql`SELECT failures FROM unguarded`)
    if (row!.failures >= 5) return false
    await allLooked()
    await db.query(sql`UPDATE unguarded SET failures = failures + 1`)
    return true
  }
  const through = (await Promise.all(Array.from({ length: 30 }, attempt))).filter(Boolean)
  assert.ok(through.length > 5)
})

test('guessing from everywhere slows strangers down, but not the member where they have signed in before', async () => {
  const { member, password } = await join()
  const home = '203.0.113.7'
  await from(home).signIn({ email: member.email, password })
  for (let i = 0; i < 20; i++)
    await refused('CREDENTIALS_INVALID', from(`198.51.100.${i}`).signIn({ email: member.email, password: wrong }))
  await refused('SIGN_IN_THROTTLED', from('198.51.100.99').signIn({ email: member.email, password }))
  await from(home).signIn({ email: member.email, password })
  shop.runtime.advance(30_000)
  await from('198.51.100.99').signIn({ email: member.email, password })
})

test('one network guessing at many accounts is slowed down; an IPv6 subscriber is one network', async () => {
  const { member, password } = await join()
  for (let i = 0; i < 40; i++)
    await refused('CREDENTIALS_INVALID', from(`2001:db8:1:2::${i}`).signIn({ email: somebody(), password: wrong }))
  await refused('SIGN_IN_THROTTLED', from('2001:db8:1:2:ffff::1').signIn({ email: member.email, password }))
  await from('2001:db8:1:3::1').signIn({ email: member.email, password })
})
