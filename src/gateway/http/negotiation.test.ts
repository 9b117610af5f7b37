import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Endpoint } from '#kernel/call.ts'
import { openShop, type Shop } from '../gateway.fixture.ts'

const ID = '01900000-0000-7000-8000-0000000000ff'
const items = Array.from({ length: 100 }, (_, n) => ({ n, name: `책상 ${n}` }))
/** A view that a service hands out again and again, as the catalog does. */
const kept = Object.freeze({ items })

let shop: Shop
before(async () => {
  const call: Endpoint['call'] = async (operation, input) =>
    operation === 'look' ? ((input as { tag?: string }).tag === 'kept' ? kept : { items }) : { items, small: true }
  const small: Endpoint['call'] = async (operation, input, context) =>
    (input as { tag?: string }).tag === 'small' ? { ok: true } : call(operation, input, context)
  shop = await openShop({ endpoints: { demo: { call: small } }, settings: { corsOrigins: ['https://admin.example'] } })
})
after(() => shop.stop())

/** Answers as they come over the wire: fetch would decode them. */
const ask = async (path: string, encoding?: string, method = 'GET') => {
  const { request } = await import('undici')
  const { statusCode, headers, body } = await request(`${shop.url}${path}`, {
    method: method as 'GET',
    headers: { ...(encoding !== undefined && { 'accept-encoding': encoding }), 'content-type': 'application/json' },
    ...(method === 'POST' && { body: '{"name":"a"}' }),
  })
  return { status: statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) }
}

describe('what is read by the API', () => {
  test('is encoded for who asks for it, when it is large enough', async () => {
    for (const tag of ['kept', 'made']) {
      const path = `/api/things/${ID}?tag=${tag}`
      const plain = await ask(path)
      assert.equal(plain.headers['content-encoding'], undefined)
      const br = await ask(path, 'gzip, br')
      assert.equal(br.headers['content-encoding'], 'br')
      assert.equal(brotliDecompressSync(br.bytes).toString(), plain.bytes.toString())
      const gzip = await ask(path, 'br;q=0, GZIP')
      assert.equal(gzip.headers['content-encoding'], 'gzip')
      assert.equal(gunzipSync(gzip.bytes).toString(), plain.bytes.toString())
      const refused = await ask(path, 'gzip;q=0')
      assert.deepEqual([refused.headers['content-encoding'], refused.bytes], [undefined, plain.bytes])
      const head = await ask(path, 'gzip, br', 'HEAD')
      assert.deepEqual(
        [head.headers['content-encoding'], head.headers['content-length'], head.bytes.length],
        ['br', br.headers['content-length'], 0],
      )
    }
  })

  test('is sent as it is when it is small, unless that is refused', async () => {
    const path = `/api/things/${ID}?tag=small`
    assert.equal((await ask(path, 'br')).headers['content-encoding'], undefined)
    assert.equal((await ask(path, 'br, identity;q=0')).headers['content-encoding'], 'br')
    // Nothing that is accepted can be had: it is answered all the same.
    const none = await ask(path, 'identity;q=0')
    assert.deepEqual([none.status, none.headers['content-encoding']], [200, undefined])
  })

  test('an answer to a write is not: it may hold a token beside what the caller sent', async () => {
    const made = await ask('/api/things', 'br', 'POST')
    assert.equal(made.status, 201)
    assert.ok(made.bytes.length > 1_024)
    assert.equal(made.headers['content-encoding'], undefined)
  })

  test('documents and metrics are encoded too', async () => {
    for (const path of ['/api/openapi.json', '/api/docs', '/metrics']) {
      const plain = await ask(path)
      const { headers, bytes } = await ask(path, 'gzip')
      assert.equal(headers['content-encoding'], 'gzip', path)
      assert.equal(headers['content-type'], plain.headers['content-type'])
      assert.ok(bytes.length < plain.bytes.length / 2)
    }
  })

  test('every answer says what it depends on, refusals too', async () => {
    for (const path of [`/api/things/${ID}?tag=small`, '/api/none', '/health/live', '/api/docs', `/api/things/x`])
      assert.equal((await ask(path)).headers['vary'], 'accept-encoding, accept-language, cookie, origin', path)
  })
})
