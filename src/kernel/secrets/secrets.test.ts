import assert from 'node:assert/strict'
import { createCipheriv, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { systemRuntime } from '../runtime.ts'
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

test('while a secret is changed, what either made is believed, and only the one in use makes anything', () => {
  const next = `${secret}, the next`
  const both = secretsFrom(next, runtime, secret)
  const alone = secretsFrom(next, runtime)
  const old = secrets.seal('a', 'text')
  assert.equal(both.open('a', old), 'text')
  assert.throws(() => alone.open('a', old), /a secret that is not given/)
  assert.throws(() => both.open('b', old))
  assert.equal(alone.open('a', both.seal('a', 'text')), 'text')
  assert.equal(both.mac('a', 'x'), alone.mac('a', 'x'))
  assert.deepEqual(both.macs('a', 'x'), [alone.mac('a', 'x'), secrets.mac('a', 'x')])
  assert.deepEqual(alone.macs('a', 'x'), [alone.mac('a', 'x')])
})

test('sealed anew is what another secret sealed, and nothing else', () => {
  const next = `${secret}, the next`
  const both = secretsFrom(next, runtime, secret)
  const renewed = both.renewed('a', secrets.seal('a', 'text'))!
  assert.equal(secretsFrom(next, runtime).open('a', renewed), 'text')
  assert.equal(both.renewed('a', renewed), undefined)
})

test('what was sealed before seals said by which secret still opens, and is sealed anew', () => {
  const key = Buffer.from(hkdfSync('sha256', secret, 'jangteo', 'seal a', 32))
  const nonce = Buffer.alloc(12, 7)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = Buffer.concat([cipher.update('text', 'utf8'), cipher.final()])
  const unmarked = Buffer.concat([Buffer.of(1), nonce, cipher.getAuthTag(), body])
  assert.equal(secrets.open('a', unmarked), 'text')
  assert.equal(secretsFrom(`${secret}, the next`, runtime, secret).open('a', unmarked), 'text')
  assert.equal(secrets.open('a', secrets.renewed('a', unmarked)!), 'text')
  assert.throws(() => secretsFrom(`${secret}!`, runtime).open('a', unmarked))
})
