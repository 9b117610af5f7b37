import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRuntime } from './runtime.ts'
import { digest, opaque, secretsFrom } from './secrets.ts'

const runtime = systemRuntime()
const secret = 'a secret of more than thirty-two characters'
const secrets = secretsFrom(secret, runtime)

test('what is sealed opens with the same secret and purpose, and with no other', () => {
  const sealed = secrets.seal('a', '비밀 😀')
  assert.equal(secrets.open('a', sealed), '비밀 😀')
  assert.equal(secretsFrom(secret, runtime).open('a', sealed), '비밀 😀')
  assert.throws(() => secrets.open('b', sealed))
  assert.throws(() => secretsFrom(`${secret}!`, runtime).open('a', sealed))
  assert.ok(!sealed.includes('비밀'))
  assert.notDeepEqual(secrets.seal('a', '비밀 😀'), sealed, 'each sealing has a nonce of its own')
})

test('a changed byte anywhere is noticed', () => {
  const sealed = secrets.seal('a', 'text')
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed)
    changed[i]! ^= 1
    assert.throws(() => secrets.open('a', changed), `byte ${i}`)
  }
})

test('a keyed hash differs by secret, purpose and where its parts begin', () => {
  assert.equal(secrets.mac('a', 'x', 'y'), secrets.mac('a', 'x', 'y'))
  const others = [
    secrets.mac('b', 'x', 'y'),
    secrets.mac('a', 'xy'),
    secrets.mac('a', 'x', '', 'y'),
    secretsFrom(`${secret}!`, runtime).mac('a', 'x', 'y'),
    digest('x'),
  ]
  assert.equal(new Set([secrets.mac('a', 'x', 'y'), ...others]).size, 6)
})

test('a secret that could be guessed is refused with what would be right', () => {
  for (const bad of [undefined, '', 'short', 42]) assert.throws(() => secretsFrom(bad, runtime), /at least 32/)
})

test('an opaque value is 256 bits of chance that travels in an address', () => {
  assert.match(opaque(runtime), /^[\w-]{43}$/)
  assert.notEqual(opaque(runtime), opaque(runtime))
})
