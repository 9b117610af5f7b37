import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { rawConnection } from '#test/support/raw-http.ts'
import { openShop, type Shop } from '../gateway.fixture.ts'
import { smallBuild } from './pages.fixture.ts'
import { pages } from './pages.ts'

let folder: string
let shop: Shop
before(async () => {
  folder = await smallBuild()
  shop = await openShop({
    settings: { trustProxy: true },
    plugins: (edge) => [
      pages({
        buildDir: folder,
        runtime: systemRuntime(),
        limiter: edge.limits.of(),
        allowed: edge.allowed,
        tossSdkUrl: 'https://js.tosspayments.com/v2/standard',
        shopFor: () => ({ name: 'the viewer', viewer: { kind: 'anonymous' } }) as never,
      }),
    ],
  })
})
after(async () => {
  await shop.stop()
  await rm(folder, { recursive: true })
})

const ask = (path: string, init: RequestInit = {}) => fetch(`${shop.url}${path}`, init)

/** The address a page is rendered for. */
const seenBy = async (target: string, headers = ''): Promise<string> => {
  const connection = rawConnection(shop.url)
  connection.say(`GET ${target} HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n${headers}\r\n`)
  const [answer] = await connection.closed
  return JSON.parse(/\{.*\}/.exec(answer!.body || (await connection.closed)[1]!.body)![0]).url
}

describe('a path is there for some methods', () => {
  for (const [path, allow] of [
    ['/products', 'GET, HEAD, OPTIONS'],
    ['/%70roducts', 'GET, HEAD, OPTIONS'],
    ['/x', 'GET, HEAD, POST, OPTIONS'],
    ['/assets/app-1a2b.js', 'GET, HEAD, OPTIONS'],
    ['/robots.txt', 'GET, HEAD, OPTIONS'],
    ['/health/live', 'GET, HEAD, OPTIONS'],
    ['/api/docs', 'GET, HEAD, OPTIONS'],
    ['/api/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/api/things', 'POST, OPTIONS'],
  ] as const)
    test(`${path}: ${allow}`, async () => {
      const refused = await ask(path, { method: 'DELETE' })
      assert.deepEqual([refused.status, refused.headers.get('allow')], [405, allow])
      const options = await ask(path, { method: 'OPTIONS' })
      assert.deepEqual([options.status, options.headers.get('allow')], [204, allow])
      if (allow.includes('POST')) return
      const posted = await ask(path, { method: 'POST' })
      assert.deepEqual([posted.status, posted.headers.get('allow')], [405, allow])
      assert.equal((await ask(path, { method: 'HEAD' })).ok, true)
    })

  test('where there is nothing it is 404', async () => {
    for (const path of ['/nothing', '/assets/none.js', '/api/none'])
      for (const method of ['DELETE', 'POST', 'OPTIONS']) assert.equal((await ask(path, { method })).status, 404)
  })
})

test('what is no form is refused before a page would fail on it', async () => {
  const boundary = 'multipart/form-data; boundary=b'
  for (const [type, body, status] of [
    ['application/x-www-form-urlencoded', '', 201],
    ['application/x-www-form-urlencoded; charset=UTF-8', 'a=%ff', 201],
    [boundary, '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n', 201],
    [boundary, '--b\r\ncut off', 400],
    ['multipart/form-data', 'no boundary', 400],
    ['application/json', '{}', 400],
    ['text/plain', 'a=1', 400],
    ['nonsense', 'a=1', 415],
  ] as const) {
    const answer = await ask('/x', { method: 'POST', headers: { 'content-type': type }, body })
    assert.equal(answer.status, status, `${type}: ${body}`)
    await answer.text()
  }
})

describe('files', () => {
  const FILE = '/assets/app-1a2b.js'

  test('a range is answered, and one behind the end refused with the length there is', async () => {
    const part = await ask(FILE, { headers: { range: 'bytes=1-2', 'accept-encoding': 'identity' } })
    assert.deepEqual([part.status, part.headers.get('content-range'), await part.text()], [206, 'bytes 1-2/5', 'ho'])
    const past = await ask(FILE, { headers: { range: 'bytes=99-', 'accept-encoding': 'identity' } })
    assert.deepEqual([past.status, past.headers.get('content-range')], [416, 'bytes */5'])
    assert.match(past.headers.get('content-type')!, /^application\/problem\+json/)
    assert.equal(((await past.json()) as { code: string }).code, 'RANGE_NOT_SATISFIABLE')
  })

  test('a condition that is not met is 412', async () => {
    const answer = await ask(FILE, { headers: { 'if-match': '"other"' } })
    assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [412, 'PRECONDITION_FAILED'])
  })

  test('the coding is chosen as everywhere, and every answer says that it depends on what is accepted', async () => {
    for (const [accept, coding] of [
      ['br;q=0, gzip;q=0', null],
      ['BR', 'br'],
      ['br;q=0, *', null],
      ['identity', null],
    ] as const) {
      const answer = await ask(FILE, { headers: { 'accept-encoding': accept } })
      assert.deepEqual([answer.status, answer.headers.get('content-encoding')], [200, coding], accept)
      await answer.arrayBuffer().catch(() => {})
      assert.match(answer.headers.get('vary')!, /accept-encoding/i)
      const again = await ask(FILE, {
        // fetch would ask for a fresh answer by itself.
        headers: {
          'accept-encoding': accept,
          'if-none-match': answer.headers.get('etag')!,
          'cache-control': 'max-age=0',
        },
      })
      assert.equal(again.status, 304)
      assert.match(again.headers.get('vary')!, /accept-encoding/i)
    }
  })
})

describe('the address of a page', () => {
  test('is the normalised path below our own host, whatever the target is made of', async () => {
    assert.equal(await seenBy('/a/../%70roducts?q=%61'), 'http://shop.example/products?q=%61')
    assert.equal(await seenBy('//evil.example/x'), 'http://shop.example/evil.example/x')
    assert.equal(await seenBy('/\\evil.example/x'), 'http://shop.example/%5Cevil.example/x')
    assert.equal(await seenBy('http://other.example/x'), 'http://other.example/x')
  })

  test('what a proxy brings of it counts where it is a host', async () => {
    assert.equal(
      await seenBy('/x', 'x-forwarded-host: public.example\r\nx-forwarded-proto: https\r\n'),
      'https://public.example/x',
    )
    assert.equal(
      await seenBy('/x', 'x-forwarded-host: a b/c\r\nx-forwarded-proto: javascript\r\n'),
      'http://shop.example/x',
    )
  })
})

test('pages depend on cookies and on what is accepted, whether they are packed or not', async () => {
  for (const accept of ['identity', 'br', 'gzip;q=0']) {
    const { headers } = await ask('/products', { headers: { 'accept-encoding': accept } })
    assert.equal(headers.get('vary'), 'accept-encoding, cookie')
    assert.equal(headers.get('content-encoding'), accept === 'br' ? 'br' : null)
  }
})
