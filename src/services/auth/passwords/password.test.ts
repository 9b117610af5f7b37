import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsFor } from '#kernel/settings/setting.ts'
import { sql } from '#engines/postgres/sql.ts'
import { blocked } from '#test/support/blocked.ts'
import { claimsOf, startIdentity } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { auth } from '../contract.ts'
import { passwords } from './passwords.ts'
import { insertSession } from '../sessions/session-store.ts'
import { authSettings } from '../settings.ts'

const { shop, anyone, join, proof, somebody, actorOf } = await startIdentity()
const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db
const next = 'the next password 2'

const reasonOf = (field: string, work: Promise<unknown>): Promise<string | undefined> =>
  refused('INVALID_INPUT', work).then((fault) => {
    const [problem] = fault.fields!
    assert.equal(problem!.field, field)
    assert.match(problem!.message.ko, /[가-힣]/)
    return problem!.code
  })

test('a password that is too easily guessed is refused with the reason wherever a new one is set', async () => {
  const email = somebody()
  const emailProof = await proof(email)
  const signUp = (password: string) => anyone.signUp({ email, password, name: '홍길동', emailProof })
  assert.equal(await reasonOf('password', signUp('          ')), 'repeated_characters')
  assert.equal(await reasonOf('password', signUp('Password1')), 'common_password')
  assert.equal(await reasonOf('password', signUp('abc1!')), 'too_small')
  assert.equal(await reasonOf('password', signUp('ksjfwoei')), 'password_too_simple')
  // The proof was not used up by the tries.
  const session = await signUp('정말로 긴 비밀번호')
  const me = shop.as(auth, actorOf(session))
  const change = (newPassword: string) => me.changePassword({ currentPassword: '정말로 긴 비밀번호', newPassword })
  assert.equal(await reasonOf('newPassword', change('1q2w3e4r!')), 'common_password')
  const resetProof = await proof(email, 'password-reset')
  const reset = (newPassword: string) => anyone.resetPassword({ email, newPassword, emailProof: resetProof })
  assert.equal(await reasonOf('newPassword', reset('dkssud1234')), 'common_password')
  await anyone.signIn({ email, password: '정말로 긴 비밀번호' })
  await reset(next)
})

test('who has a weak password from before still signs in with it', async () => {
  const { member } = await join()
  const hashed = await (await passwords({ runtime: shop.runtime, settings: testSettings })).hash('aaaaaaaaaa')
  await db.query(sql`UPDATE credential SET password_hash = ${hashed} WHERE member_id = ${member.id}`)
  const session = await anyone.signIn({ email: member.email, password: 'aaaaaaaaaa' })
  await shop.as(auth, actorOf(session)).changePassword({ currentPassword: 'aaaaaaaaaa', newPassword: next })
})

test('a changed password ends every sign-in and answers with a new one', async () => {
  const session = await join()
  const { email } = session.member
  const other = await anyone.signIn({ email, password: session.password })
  const me = shop.as(auth, actorOf(session))
  await refused('CREDENTIALS_INVALID', me.changePassword({ currentPassword: 'not it', newPassword: next }))
  await anyone.refresh({ refreshToken: other.refreshToken }).then((again) => (other.refreshToken = again.refreshToken))

  const changed = await me.changePassword({ currentPassword: session.password, newPassword: next })
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: other.refreshToken }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: session.refreshToken }))
  await anyone.refresh({ refreshToken: changed.refreshToken })
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email, password: session.password }))
  await anyone.signIn({ email, password: next })
  const ended = (await shop.inside(auth).revocations({ since: 0 })).sessions.map((each) => each.id)
  for (const each of [session, other]) assert.ok(ended.includes(claimsOf(each.accessToken).sid))
  assert.ok(!ended.includes(claimsOf(changed.accessToken).sid))
})

test('of two changes at once one wins, and no session of the other is left', async () => {
  const session = await join()
  const me = shop.as(auth, actorOf(session))
  const changes = ['first password 1', 'second password 2'].map((each) =>
    me.changePassword({ currentPassword: session.password, newPassword: each }),
  )
  const won = (await Promise.allSettled(changes)).filter((each) => each.status === 'fulfilled')
  assert.equal(won.length, 1)
  const live = await db.query(sql`
    SELECT FROM session WHERE member_id = ${session.member.id} AND ended_at IS NULL`)
  assert.equal(live.length, 1)
})

test('a sign-in that was checked against the old password leaves no session once it is changed', async () => {
  const session = await join()
  const [credential] = await db.query<{ hash: string }>(
    sql`SELECT password_hash AS hash FROM credential WHERE member_id = ${session.member.id}`,
  )
  const row = { id: shop.runtime.id(), memberId: session.member.id, hash: 'x', idleUntil: 1, goodUntil: 1 }
  let signedIn: Promise<boolean> | undefined
  await db.tx('change', async (tx) => {
    await tx.query(sql`UPDATE credential SET password_hash = 'other' WHERE member_id = ${session.member.id}`)
    signedIn = db.tx('in', (other) => insertSession(other, row, credential!.hash, shop.runtime.now()))
    await blocked(db, 1)
  })
  assert.equal(await signedIn, false)
})

test('who reads the mailbox sets a new password; every sign-in ends; the proof sets no other', async () => {
  const session = await join()
  const { email } = session.member
  for (let i = 0; i < 5; i++) await refused('CREDENTIALS_INVALID', anyone.signIn({ email, password: 'wrong one' }))
  const emailProof = await proof(email, 'password-reset')
  await refused('PROOF_INVALID', anyone.resetPassword({ email, newPassword: next, emailProof: 'x'.repeat(43) }))
  await anyone.resetPassword({ email, newPassword: next, emailProof })
  await anyone.resetPassword({ email, newPassword: next, emailProof })
  await refused('PROOF_INVALID', anyone.resetPassword({ email, newPassword: 'another password 3', emailProof }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: session.refreshToken }))
  // No delay for the wrong guesses before: the person has shown who they are.
  await anyone.signIn({ email, password: next })
})

test('a reset for an address nobody has changes nothing, and a sign-up proof is no reset proof', async () => {
  const nobody = somebody()
  const emailProof = await proof(nobody, 'password-reset')
  await refused('ACCOUNT_NOT_FOUND', anyone.resetPassword({ email: nobody, newPassword: next, emailProof }))
  const { member } = await join()
  const signUpProof = await proof(member.email)
  await refused(
    'PROOF_INVALID',
    anyone.resetPassword({ email: member.email, newPassword: next, emailProof: signUpProof }),
  )
})

test('a hash made more cheaply than today’s is made anew at the next sign-in', async () => {
  const { member, password } = await join()
  const cheap = await passwords({
    runtime: shop.runtime,
    settings: { JANGTEO_PASSWORD_MEMORY: 8, JANGTEO_PASSWORD_PASSES: 1 },
  })
  const made = await cheap.hash(password)
  await db.query(sql`UPDATE credential SET password_hash = ${made} WHERE member_id = ${member.id}`)
  const session = await anyone.signIn({ email: member.email, password })
  await anyone.refresh({ refreshToken: session.refreshToken })
  const [after] = await db.query<{ hash: string }>(
    sql`SELECT password_hash AS hash FROM credential WHERE member_id = ${member.id}`,
  )
  assert.match(after!.hash, new RegExp(`m=${testSettings.JANGTEO_PASSWORD_MEMORY},t=1`))
})

test('without settings a hash is argon2id at the strength OWASP asks for', async () => {
  const strong = await passwords({ runtime: shop.runtime, settings: settingsFor(authSettings, {}) })
  const hashed = await strong.hash('a password')
  assert.match(hashed, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(await strong.verify(hashed, 'a password'), true)
  assert.equal(await strong.verify(hashed, 'another'), false)
  assert.equal(await strong.verify(undefined, 'a password'), false)
  assert.equal(await strong.verify(await strong.hash('비밀번호'.normalize('NFD')), '비밀번호'), true)
})

test('checking a password of nobody is as much work as checking one of somebody', async () => {
  const strong = await passwords({ runtime: shop.runtime, settings: settingsFor(authSettings, {}) })
  const hashed = await strong.hash('a password')
  // What the processor did for it, whatever else it did meanwhile for others.
  const worked = async (against: string | undefined): Promise<number> => {
    const before = process.cpuUsage()
    await strong.verify(against, 'wrong')
    return process.cpuUsage(before).user / 1_000
  }
  const pairs: (readonly [number, number])[] = []
  for (let i = 0; i < 9; i++) pairs.push([await worked(hashed), await worked(undefined)])
  const median = (of: 0 | 1): number => pairs.map((each) => each[of]).toSorted((a, b) => a - b)[4]!
  const [somebodys, nobodys] = [median(0), median(1)]
  assert.ok(nobodys > somebodys / 3, `nobody ${nobodys} ms, somebody ${somebodys} ms`)
})

test('more passwords at once than can be hashed are turned away politely, and the rest are hashed', async () => {
  const some = await passwords({ runtime: shop.runtime, settings: testSettings })
  const outcomes = await Promise.allSettled(Array.from({ length: 400 }, () => some.hash('x')))
  const turnedAway = outcomes.filter((each) => each.status === 'rejected')
  assert.ok(turnedAway.length > 0 && turnedAway.length < 220)
  assert.ok(turnedAway.every((each) => (each.reason as { code: string }).code === 'RATE_LIMITED'))
  await some.hash('afterwards')
})
