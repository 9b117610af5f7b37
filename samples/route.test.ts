import assert from 'node:assert/strict'
import test from 'node:test'
import fastify from 'fastify'
import { sampleProducts } from './products.ts'
import { sampleImages } from './route.ts'

const [first] = sampleProducts()
const url = first!.imageUrls[0]!

test('a picture is served with a long life and a policy that lets it do nothing', async (t) => {
  const app = fastify()
  t.after(() => app.close())
  await app.register(sampleImages)
  const answer = await app.inject(url)
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['content-type'], 'image/svg+xml; charset=utf-8')
  assert.match(String(answer.headers['cache-control']), /^public, max-age=604800/)
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
  assert.match(answer.body, /^<svg /)

  const again = await app.inject({ url, headers: { 'if-none-match': `W/${answer.headers.etag}, "other"` } })
  assert.equal(again.statusCode, 304)
  assert.equal(again.body, '')
  const other = await app.inject({ url, headers: { 'if-none-match': '"other"' } })
  assert.equal(other.statusCode, 200)
})

test('a name of nothing is answered with a problem', async (t) => {
  const app = fastify()
  t.after(() => app.close())
  await app.register(sampleImages)
  for (const wrong of ['/sample-images/none.svg', url.replace('.svg', ''), '/sample-images/..%2f..%2fpackage.json']) {
    const answer = await app.inject(wrong)
    assert.equal(answer.statusCode, 404, wrong)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.equal(answer.json().code, 'NOT_FOUND')
    assert.equal(answer.headers['cache-control'], undefined)
  }
})
