import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { member } from '#services/member/contract.ts'
import { PASSWORD, startIdentity } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'

/** The step whose commit is followed, or preceded, by the process "dying": the call under way fails there. */
let dies: { step: string; moment: 'before' | 'after' } | undefined
const { shop, anyone, somebody, proof, actorOf } = await startIdentity({
  onStep: (step, moment) => {
    if (dies?.step === step && dies.moment === moment) {
      dies = undefined
      throw new Error('cut off')
    }
  },
})

const signUp = async () => {
  const email = somebody()
  return { email, password: PASSWORD, name: '홍길동', emailProof: await proof(email) }
}
const db = (service: string) => shop.host.services.find((each) => each.definition.contract.name === service)!.db

test('cut off before or after the session is stored, the same request again succeeds with the same member', async () => {
  for (const moment of ['before', 'after'] as const) {
    const input = await signUp()
    dies = { step: 'auth.begin-session', moment }
    await refused('INTERNAL', anyone.signUp(input))
    const session = await anyone.signUp(input)
    assert.equal((await anyone.signIn({ email: input.email, password: PASSWORD })).member.id, session.member.id)
    const members = await db('member').query(sql`SELECT FROM member WHERE email = ${input.email}`)
    assert.equal(members.length, 1)
  }
})

test('cut off between credential and profile, the sweep makes the profile, and the person can sign in', async () => {
  const input = await signUp()
  await db('member').query(sql`ALTER TABLE member RENAME TO gone`)
  await refused('INTERNAL', anyone.signUp(input))
  const pending = await db('auth').query<{ state: string }>(
    sql`SELECT state FROM credential WHERE email = ${input.email}`,
  )
  assert.deepEqual(pending, [{ state: 'PENDING' }])
  await refused('INTERNAL', anyone.signIn({ email: input.email, password: PASSWORD }))
  await db('member').query(sql`ALTER TABLE gone RENAME TO member`)

  const { sweeps } = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.built
  const finish = sweeps!.find((each) => each.name === 'finish-sign-ups')!
  shop.runtime.advance(60_000)
  while ((await finish.run(shop.runtime.now())) > 0);
  const after = await db('auth').query(sql`SELECT state FROM credential WHERE email = ${input.email}`)
  assert.deepEqual(after, [{ state: 'ACTIVE' }])
  const session = await anyone.signIn({ email: input.email, password: PASSWORD })
  assert.equal((await shop.as(member, actorOf(session)).me({})).name, '홍길동')
})

test('a person in the middle of signing up is finished by signing in', async () => {
  const input = await signUp()
  await db('member').query(sql`ALTER TABLE member RENAME TO gone`)
  await refused('INTERNAL', anyone.signUp(input))
  await db('member').query(sql`ALTER TABLE gone RENAME TO member`)
  assert.equal((await anyone.signIn({ email: input.email, password: PASSWORD })).member.email, input.email)
})

test('after withdrawal the old proof brings nobody back; a new one makes a new member', async () => {
  const input = await signUp()
  const first = await anyone.signUp(input)
  await shop.as(member, actorOf(first)).withdraw({})
  await shop.settled()
  await refused('PROOF_INVALID', anyone.signUp(input))
  assert.equal((await db('auth').query(sql`SELECT FROM credential WHERE email = ${input.email}`)).length, 0)
  const second = await anyone.signUp({ ...input, emailProof: await proof(input.email) })
  assert.notEqual(second.member.id, first.member.id)
})
