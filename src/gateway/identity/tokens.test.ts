import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { pino } from 'pino'
import { systemRuntime } from '#kernel/runtime.ts'
import { tokens } from './tokens.ts'

interface Key {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Record<string, unknown>
}

const keyNamed = async (kid: string): Promise<Key> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}

let first: Key
let second: Key
before(async () => {
  first = await keyNamed('k1')
  second = await keyNamed('k2')
})

/** A verifier whose keys and clock the test sets. */
const verifier = () => {
  const state = { keys: [first], ahead: 0, asked: 0 }
  const runtime = systemRuntime({ now: () => Date.now() + state.ahead })
  const fetchKeys = async () => {
    state.asked++
    return { keys: state.keys.map((each) => each.jwk) }
  }
  const sign = (
    key: Key,
    {
      iss = 'jangteo',
      aud = 'jangteo',
      sub = 'm',
      sid = 's',
      roles = [],
    }: Partial<Record<'iss' | 'aud' | 'sub' | 'sid', string>> & { readonly roles?: readonly unknown[] } = {},
  ) =>
    new SignJWT({ sid, roles })
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
      .setSubject(sub)
      .setIssuer(iss)
      .setAudience(aud)
      .setExpirationTime(Math.floor(runtime.now() / 1_000) + 900)
      .sign(key.privateKey)
  return { state, sign, ...tokens(fetchKeys, { runtime, log: pino({ level: 'silent' }), roles: ['catalog'] }) }
}

test('a token that was good is refused once it has expired', async () => {
  const { state, sign, verify } = verifier()
  const token = await sign(first)
  assert.ok(await verify(token))
  assert.ok(!(verify(token) instanceof Promise), 'what is known is answered at once')
  state.ahead = 901_000
  assert.equal(await verify(token), undefined)
})

test('a new key is found when a token names it; a retired one stops verifying, tokens already seen included', async () => {
  const { state, sign, verify } = verifier()
  const old = await sign(first)
  assert.ok(await verify(old))
  state.keys = [first, second]
  state.ahead = 6_000
  assert.ok(await verify(await sign(second)))
  assert.equal(state.asked, 2)
  state.keys = [second]
  state.ahead = 400_000
  assert.ok(await verify(await sign(second)))
  assert.equal(await verify(old), undefined)
})

test('a token of another issuer, for others, or that names no member and no sign-in is nobody’s', async () => {
  const { sign, verify } = verifier()
  assert.ok(await verify(await sign(first)))
  for (const claims of [{ iss: 'elsewhere' }, { aud: 'elsewhere' }, { sub: '' }, { sid: '' }])
    assert.equal(await verify(await sign(first, claims)), undefined, JSON.stringify(claims))
})

test('roles that no service declares are left out of what a token says', async () => {
  const { sign, verify } = verifier()
  const bearer = await verify(await sign(first, { roles: ['catalog', 'king', 7, null] }))
  assert.deepEqual(bearer?.roles, ['catalog'])
})
