import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { refused } from '#test/support/refused.ts'
import { PASSWORD, startIdentity } from '#test/support/identity.ts'
import { member } from '#services/member/contract.ts'
import { accessClaims, auth, TOKEN_AUDIENCE, TOKEN_ISSUER } from './contract.ts'

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
  assert.equal((await anyone.signIn({ email: first.email, password: PASSWORD })).member.name, '홍길동')
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: first.email, password: again.password }))
})
