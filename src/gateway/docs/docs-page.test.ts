import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openShop, type Shop } from '../gateway.fixture.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const get = async (path: string, language = 'ko') => {
  const answer = await fetch(`${shop.url}${path}`, { headers: { 'accept-language': language } })
  return { answer, text: await answer.text() }
}

test('the page shows every operation and fault, in the language asked for, with scripts of its own only', async () => {
  const { answer, text } = await get('/api/docs')
  const document = JSON.parse((await get('/api/openapi.json')).text)
  const ids = Object.values<any>(document.paths).flatMap((each) =>
    Object.values<any>(each).map((one) => one.operationId),
  )
  assert.ok(ids.length > 8)
  for (const id of ids) assert.ok(text.includes(`<details id="${id}">`), id)
  for (const code of ['TOO_MANY', 'CROSS_SITE', 'INVALID_INPUT']) assert.ok(text.includes(`id="fault-${code}"`), code)
  assert.match(text, /<html lang="ko">/)
  assert.match((await get('/api/docs', 'en')).text, /<html lang="en">/)
  const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy')!)![1]!
  assert.ok(text.includes(`nonce="${nonce}"`))
  assert.ok(!/(src|href)="https?:/.test(text))
})

test('every field has a label', async () => {
  const { text } = await get('/api/docs')
  for (const [, id] of text.matchAll(/<(?:input|textarea) id="([^"]+)"/g))
    assert.ok(text.includes(`<label for="${id}">`), id ?? '')
})

test('a problem leads to where it is explained', async () => {
  const { text } = await get('/api/things/x')
  const { type } = JSON.parse(text)
  assert.ok((await get('/api/docs')).text.includes(`id="${type.split('#')[1]}"`))
})

test('the events are told too', async () => {
  assert.equal(JSON.parse((await get('/api/asyncapi.json')).text).asyncapi, '3.0.0')
})
