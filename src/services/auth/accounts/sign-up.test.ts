import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { sql } from '#engines/postgres/sql.ts'
import { refused } from '#test/support/refused.ts'
import { PASSWORD, startIdentity } from '#test/support/identity.ts'
import { member } from '#services/member/contract.ts'
import { accessClaims, auth, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../contract.ts'

const { shop, anyone, somebody, proof, join, actorOf } = await startIdentity()

test('a person whose address is proven signs up, and the access token verifies with the public keys', async () => {
  const to = somebody()
  const session = await anyone.signUp({ email: to, password: PASSWORD, name: ' 홍길동 ', emailProof: await proof(to) })
  assert.equal(session.member.name, '홍길동')
  assert.equal(session.member.email, to)
  assert.equal(session.expiresIn, 900)
  const { keys } = await shop.inside(auth).keys({})
  assert.ok(
    keys.every((each) => !('d' in each)),
    'no private part is published',
  )
  const checked = await jwtVerify(session.accessToken, createLocalJWKSet({ keys: keys as never }), {
    issuer: TOKEN_ISSUER,
    audience: TOKEN_AUDIENCE,
    algorithms: ['EdDSA'],
    currentDate: new Date(shop.runtime.now()),
  })
  assert.equal(accessClaims.parse(checked.payload).sub, session.member.id)
  const me = await shop.as(member, actorOf(session)).me({})
  assert.equal(me.email, to)
  const again = await anyone.signIn({ email: to.toUpperCase(), password: PASSWORD })
  assert.equal(again.member.id, session.member.id)
})

test('a taken address is told only to who has shown that they read its mail', async () => {
  const { member: first } = await join()
  const again = { email: first.email, password: 'another password 2', name: '임꺽정' }
  await refused('PROOF_INVALID', anyone.signUp({ ...again, emailProof: 'x'.repeat(43) }))
  await refused('EMAIL_TAKEN', anyone.signUp({ ...again, emailProof: await proof(first.email) }))
  // With the right password too: passwords are tried where guesses are slowed down.
  const known = { ...again, password: PASSWORD, emailProof: await proof(first.email) }
  await refused('EMAIL_TAKEN', anyone.signUp(known))
  assert.equal((await anyone.signIn({ email: first.email, password: PASSWORD })).member.name, '홍길동')
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: first.email, password: again.password }))
})

const counts = async (): Promise<Record<string, number>> => {
  const [row] = await shop.db('auth').query<Record<string, number>>(sql`
    SELECT (SELECT count(*) FROM credential) AS credentials, (SELECT count(*) FROM session) AS sessions`)
  const [members] = await shop.db('member').query<Record<string, number>>(sql`SELECT count(*) AS members FROM member`)
  return { ...row, ...members }
}

test('a double click signs up one member', async () => {
  const to = somebody()
  const input = { email: to, password: PASSWORD, name: '홍길동', emailProof: await proof(to) }
  const before = await counts()
  const answers = await Promise.all(Array.from({ length: 6 }, () => anyone.signUp(input)))
  assert.equal(new Set(answers.map((each) => each.member.id)).size, 1)
  const after = await counts()
  assert.equal(after['credentials'], before['credentials']! + 1)
  assert.equal(after['members'], before['members']! + 1)
})

test('two proofs of one address racing make one member; the other is told it is taken', async () => {
  const to = somebody()
  const proofs = [await proof(to), await proof(to)]
  const before = await counts()
  const outcomes = await Promise.allSettled(
    proofs.map((emailProof, i) =>
      anyone.signUp({ email: to, password: `${PASSWORD} ${i}`, name: '홍길동', emailProof }),
    ),
  )
  assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
  const after = await counts()
  assert.equal(after['members'], before['members']! + 1)
  assert.equal(after['credentials'], before['credentials']! + 1)
})

test('twin: looking before inserting, without the key on the address, makes two', async () => {
  const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db
  await db.query(sql`CREATE TABLE unguarded (email text)`)
  const join = async (): Promise<void> => {
    const found = await db.query(sql`SELECT FROM unguarded WHERE email = 'same'`)
    if (found.length === 0) await db.query(sql`INSERT INTO unguarded VALUES ('same')`)
  }
  await Promise.all(Array.from({ length: 6 }, join))
  assert.ok((await db.query(sql`SELECT FROM unguarded`)).length > 1)
})

test('a refused sign-up leaves nothing behind', async () => {
  const to = somebody()
  const before = await counts()
  const input = { email: to, password: PASSWORD, name: '홍길동', emailProof: 'x'.repeat(43) }
  await refused('PROOF_INVALID', anyone.signUp(input))
  const good = await proof(to)
  for (const wrong of [
    { ...input, emailProof: good, password: 'short1' },
    { ...input, emailProof: good, password: 'onlyletters'.slice(0, 9) },
    { ...input, emailProof: good, name: '\u202eevil' },
    { ...input, emailProof: good, name: ' ' },
    { ...input, emailProof: good, email: 'not an address' },
  ])
    await refused('INVALID_INPUT', anyone.signUp(wrong))
  await refused('PROOF_INVALID', anyone.signUp({ ...input, emailProof: good, email: somebody() }))
  assert.deepEqual(await counts(), before)
  await anyone.signUp({ ...input, emailProof: good })
})

test('the proof again with another password is not a way in', async () => {
  const to = somebody()
  const input = { email: to, password: PASSWORD, name: '홍길동', emailProof: await proof(to) }
  await anyone.signUp(input)
  await refused('EMAIL_TAKEN', anyone.signUp({ ...input, password: 'a guessed password' }))
})

test('a name in Hangul pieces, or with a smile, is stored whole', async () => {
  const to = somebody()
  const name = '홍길동 😀 עברית'
  const emailProof = await proof(to)
  const session = await anyone.signUp({ email: to, password: PASSWORD, name: name.normalize('NFD'), emailProof })
  assert.equal(session.member.name, name)
})
