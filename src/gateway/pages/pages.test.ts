import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { RATE_LIMITED } from '#kernel/faults.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { allowedMethods } from '../api/allowed-methods.ts'
import { smallBuild } from './pages.fixture.ts'
import { pages } from './pages.ts'

let app: FastifyInstance
const allowed = allowedMethods()
let folder: string
let refused: (() => never) | undefined
let viewer: { kind: string } = { kind: 'member' }
before(async () => {
  folder = await smallBuild()
  app = fastify()
  app.removeAllContentTypeParsers()
  await app.register(
    pages({
      buildDir: folder,
      runtime: systemRuntime(),
      allowed,
      limiter: { arrived: () => void (refused && refused()), by: () => {} },
      tossSdkUrl: 'https://js.tosspayments.com/v2/standard',
      shopFor: (_request, reply) => {
        reply.header('set-cookie', 'guest=g; Path=/')
        return { name: 'the viewer', viewer } as never
      },
    }),
  )
})
after(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

test('pages that are too many are refused with a sentence and when to come again; files are not counted', async () => {
  refused = () => {
    throw RATE_LIMITED(undefined, { retryAfter: 7 })
  }
  const response = await app.inject({ url: '/products' })
  const asset = await app.inject({ url: '/assets/app-1a2b.js' })
  refused = undefined
  assert.equal(response.statusCode, 429)
  assert.equal(response.headers['retry-after'], '7')
  assert.match(response.body, /^요청이 너무 많습니다.*\nToo many requests\./)
  assert.equal(asset.statusCode, 200)
})

test('every answer names its request, also a refusal', async () => {
  const answers = await Promise.all([
    app.inject({ url: '/products' }),
    app.inject({ url: '/products', method: 'POST', payload: '' }),
    app.inject({ url: '/nothing', method: 'POST', payload: '' }),
  ])
  const ids = answers.map(({ headers }) => headers['x-request-id'])
  for (const id of ids) assert.match(String(id), /./)
  assert.equal(new Set(ids).size, ids.length)
})

test('a page is rendered for its viewer, with the cookies of host and page', async () => {
  const response = await app.inject({ url: '/products?q=1', headers: { host: 'shop.test' } })
  assert.equal(response.statusCode, 201)
  assert.deepEqual(response.json(), { ...response.json(), url: 'http://shop.test/products?q=1', name: 'the viewer' })
  assert.deepEqual(response.headers['set-cookie'], ['guest=g; Path=/', 'a=1; Path=/', 'b=2; Path=/'])
  assert.equal(response.headers['cache-control'], 'private, no-store')

  viewer = { kind: 'anonymous' }
  const strange = await app.inject({ url: '/products' })
  assert.equal(strange.headers['cache-control'], 'private, no-cache')
})

test('each response has a nonce of its own, and the policy lets that one through', async () => {
  const seen = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const response = await app.inject({ url: '/' })
    const { nonce } = response.json() as { nonce: string }
    assert.ok(nonce.length >= 20)
    assert.ok(String(response.headers['content-security-policy']).includes(`'nonce-${nonce}'`))
    assert.ok(!String(response.headers['content-security-policy']).includes("script-src 'self' 'unsafe-inline'"))
    seen.add(nonce)
  }
  assert.equal(seen.size, 3)
})

const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'shop.test' }

test('a form of our own arrives as it was sent', async () => {
  const response = await app.inject({
    method: 'POST',
    url: '/x',
    headers: { ...form, origin: 'http://shop.test' },
    payload: 'name=%EC%9E%A5%ED%84%B0',
  })
  assert.deepEqual((response.json() as { body: unknown }).body, { name: '장터' })
})

test('a form of another site is refused before anything is asked of the shop', async () => {
  for (const from of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    const response = await app.inject({ method: 'POST', url: '/x', headers: { ...form, ...from }, payload: 'a=1' })
    assert.equal(response.statusCode, 403, JSON.stringify(from))
    assert.equal(response.headers['set-cookie'], undefined)
  }
})

test('a form too large to be one is refused', async () => {
  const response = await app.inject({ method: 'POST', url: '/x', headers: form, payload: `a=${'x'.repeat(300_000)}` })
  assert.equal(response.statusCode, 413)
})

test('pages are packed for who can unpack them', async () => {
  const response = await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(response.headers['content-encoding'], 'br')
  assert.match(brotliDecompressSync(response.rawPayload).toString(), /the viewer/)
})

test('an asset with a hash in its name is kept for ever and sent packed', async () => {
  const packed = await app.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'br' } })
  assert.equal(packed.body, 'packed')
  assert.match(String(packed.headers['cache-control']), /max-age=31536000, immutable/)
  assert.equal((await app.inject({ url: '/assets/app-1a2b.js' })).body, 'whole')
  assert.equal((await app.inject({ url: '/assets/none.js' })).statusCode, 404)
})

test('an error of a page is logged by the host and shows nothing', async () => {
  const response = await app.inject({ url: '/boom' })
  assert.equal(response.statusCode, 500)
  assert.equal(response.body, 'broken')
})
