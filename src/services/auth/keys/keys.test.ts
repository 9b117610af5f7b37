import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { sql } from '#engines/postgres/sql.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import { startIdentity } from '#test/support/identity.ts'
import { testSettings } from '#test/support/settings.ts'
import { auth, TOKEN_ISSUER } from '../contract.ts'
import { KEY_LEAD, KEY_LIFE, nextSignsFrom, published, signer } from './key-ring.ts'
import { keys } from './keys.ts'

const { shop, anyone, join } = await startIdentity()
const { runtime } = shop
const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db
const rotate = async (): Promise<void> => {
  const { sweeps } = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.built
  await sweeps!.find((each) => each.name === 'keys')!.run(runtime.now())
}
const verify = async (token: string): Promise<string> => {
  const set = createLocalJWKSet((await shop.inside(auth).keys({})) as never)
  const { protectedHeader } = await jwtVerify(token, set, {
    issuer: TOKEN_ISSUER,
    currentDate: new Date(runtime.now()),
  })
  return protectedHeader.kid!
}

test('a key is published before it signs, and stays until its last token has run out', () => {
  const first = { id: 'a', signsFrom: 1_000 }
  assert.equal(nextSignsFrom([], 1_000), 1_000)
  assert.equal(nextSignsFrom([first], 1_000 + KEY_LIFE - KEY_LEAD - 1), undefined)
  const due = 1_000 + KEY_LIFE - KEY_LEAD
  assert.equal(nextSignsFrom([first], due), 1_000 + KEY_LIFE)
  const second = { id: 'b', signsFrom: 1_000 + KEY_LIFE }
  const both = [first, second]
  assert.equal(signer(both, second.signsFrom - 1)!.id, 'a')
  assert.equal(signer(both, second.signsFrom)!.id, 'b')
  assert.equal(published(both, second.signsFrom + 15 * 60_000).length, 2)
  assert.deepEqual(published(both, second.signsFrom + 21 * 60_000), [second])
})

test('rotation: tokens of the old key verify to their end, new ones are signed by the new key', async () => {
  const { member, password, accessToken } = await join()
  const oldKey = await verify(accessToken)
  runtime.advance(KEY_LIFE)
  await rotate()
  const before = await anyone.signIn({ email: member.email, password })
  assert.equal(await verify(before.accessToken), oldKey, 'the new key is published and does not sign yet')
  runtime.advance(KEY_LEAD)
  const after = await anyone.signIn({ email: member.email, password })
  assert.notEqual(await verify(after.accessToken), oldKey)
  assert.equal(await verify(before.accessToken), oldKey)
  runtime.advance(21 * 60_000)
  await rotate()
  const { keys: left } = await shop.inside(auth).keys({})
  assert.ok(left.every((each) => each['kid'] !== oldKey))
  assert.equal((await db.query(sql`SELECT FROM signing_key WHERE id = ${oldKey}`)).length, 0, 'it is destroyed')
})

test('many processes rotating at once make one key', async () => {
  const processes = Array.from({ length: 5 }, () =>
    keys({ db, runtime }, secretsFrom(testSettings.JANGTEO_SECRET, runtime)),
  )
  runtime.advance(KEY_LIFE)
  const before = (await db.query(sql`SELECT FROM signing_key`)).length
  await Promise.all(processes.map((each) => each.refresh()))
  assert.equal((await db.query(sql`SELECT FROM signing_key`)).length, before + 1)
  const told = processes.map((each) => each.jwks().keys.map((key) => key['kid']))
  for (const each of told) assert.deepEqual(each, told[0])
})

test('the private part is sealed at rest, and another secret is told so in a sentence', async () => {
  const rows = await db.query<{ sealed: Buffer; publicKey: object }>(
    sql`SELECT sealed, public_key AS "publicKey" FROM signing_key`,
  )
  for (const { sealed, publicKey } of rows) {
    assert.ok(!sealed.includes('"d"') && !('d' in publicKey))
    const jwk = JSON.parse(secretsFrom(testSettings.JANGTEO_SECRET, runtime).open('signing-key', sealed)) as object
    assert.ok('d' in jwk)
  }
  const other = keys({ db, runtime }, secretsFrom('another secret that is long enough to do', runtime))
  await assert.rejects(other.refresh(), /JANGTEO_SECRET/)
})
