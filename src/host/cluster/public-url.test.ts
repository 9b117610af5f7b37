import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from '#src/settings.ts'
import { originAt, publicUrlOf } from './public-url.ts'

const urlOf = (env: Record<string, string>, given: Partial<Parameters<typeof publicUrlOf>[1]> = {}) =>
  publicUrlOf(readSettings(env), { placed: undefined, edgePort: undefined, listening: () => undefined, ...given })

test('the address given goes first, then the placement, then where the shop listens', () => {
  const listening = () => 'http://localhost:41000'
  assert.equal(
    urlOf({ PUBLIC_URL: 'https://shop.example' }, { placed: 'http://a:1', listening })(),
    'https://shop.example',
  )
  assert.equal(urlOf({}, { placed: 'http://a:1', listening })(), 'http://a:1')
  assert.equal(urlOf({ PORT: '3100' }, { edgePort: 41_000, listening })(), 'http://localhost:41000')
})

test('before it listens the address is the one it will, and a port yet to be picked is none', () => {
  assert.equal(urlOf({ PORT: '3100' }, { edgePort: 3100 })(), 'http://localhost:3100')
  assert.equal(urlOf({ HOST: '192.168.0.7' }, { edgePort: 3000 })(), 'http://192.168.0.7:3000')
  assert.equal(urlOf({ PORT: '3100' })(), 'http://localhost:3100')
  const bound: string[] = []
  const url = urlOf({ PORT: '0' }, { edgePort: 0, listening: () => bound[0] })
  assert.equal(url(), '')
  bound.push('http://localhost:41000')
  assert.equal(url(), 'http://localhost:41000')
})

test('an address of every network is localhost, and one of six has its brackets', () => {
  assert.deepEqual(
    ['0.0.0.0', '::', '::1', '127.0.0.1', 'localhost'].map((each) => originAt(each, 80)),
    ['http://localhost:80', 'http://localhost:80', 'http://[::1]:80', 'http://127.0.0.1:80', 'http://localhost:80'],
  )
})
