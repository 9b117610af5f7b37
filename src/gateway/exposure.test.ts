import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { rawConnection, type RawAnswer } from '#test/support/raw-http.ts'
import { openShop, type Shop } from './gateway.fixture.ts'

const TOKEN = 'a token to read by'
const ID = '01900000-0000-7000-8000-0000000000ff'
const inside = {
  checks: { database: async () => {}, kafka: async () => Promise.reject(new Error('away')) },
  config: () => ({ version: '7' }),
}

let nobody: Shop
let token: Shop
let anybody: Shop
before(async () => {
  ;[nobody, token, anybody] = await Promise.all([
    openShop({ ...inside, settings: { metrics: 'nobody' } }),
    openShop({ ...inside, settings: { metrics: { token: TOKEN } } }),
    openShop({ ...inside, settings: { metrics: 'anybody' } }),
  ])
})
after(() => Promise.all([nobody.stop(), token.stop(), anybody.stop()]))

const get = async (shop: Shop, target: string, headers = ''): Promise<RawAnswer> => {
  const connection = rawConnection(shop.url)
  connection.say(`GET ${target} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n${headers}\r\n`)
  return (await connection.closed)[0]!
}

/** Every way a proxy's rule about `/health` and `/metrics` would not notice. */
const spellings = (path: string): readonly string[] => [
  path,
  path.replace('h', '%68').replace('m', '%6d'),
  `/${path}`,
  `/.${path}`,
  `/api/..${path}`,
  `/%2e%2E${path}`,
  `http://shop${path}`,
  `${path}?x=1`,
]

describe('what the edge tells of its inside', () => {
  test('nothing but whether it is ready, however the path is spelled', async () => {
    for (const target of spellings('/health/ready')) {
      const answer = await get(nobody, target)
      assert.deepEqual([answer.status, JSON.parse(answer.body)], [503, { status: 'down' }], target)
    }
    for (const target of spellings('/metrics')) {
      const answer = await get(nobody, target, `authorization: Bearer ${TOKEN}\r\n`)
      assert.deepEqual([answer.status, JSON.parse(answer.body).code], [404, 'ROUTE_NOT_FOUND'], target)
    }
  })

  test('the rest to who shows the token', async () => {
    for (const target of spellings('/health/ready')) {
      assert.deepEqual(JSON.parse((await get(token, target)).body), { status: 'down' })
      const { body } = await get(token, target, `authorization: Bearer ${TOKEN}\r\n`)
      assert.deepEqual(
        JSON.parse(body).dependencies.map((each: { name: string; status: string }) => [each.name, each.status]),
        [
          ['database', 'up'],
          ['kafka', 'down'],
        ],
      )
    }
    for (const target of spellings('/metrics')) {
      assert.equal((await get(token, target)).status, 401)
      assert.equal((await get(token, target, `authorization: Bearer ${TOKEN}\r\n`)).status, 200)
    }
  })

  test('and to anybody where that is set, as in development', async () => {
    assert.equal(JSON.parse((await get(anybody, '/health/ready')).body).config.version, '7')
  })
})

test('an operation is the same one under every spelling of its path: answer, log and limits', async () => {
  for (const target of spellings(`/api/things/${ID}`)) {
    const answer = await get(anybody, target.replace('/api', '/%61pi'))
    assert.equal(answer.status, 200, target)
    assert.ok(answer.headers['ratelimit-policy'])
    const id = answer.headers['x-request-id']!
    await eventually(() => anybody.access.some((line) => line.includes(id)), 'it is in the access log')
    assert.equal(JSON.parse(anybody.access.find((line) => line.includes(id))!).route, 'demo.look')
  }
  const connection = rawConnection(anybody.url)
  connection.say('POST /%61pi/mine HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  const [refused] = await connection.closed
  assert.deepEqual([refused!.status, refused!.headers['allow']], [405, 'GET, HEAD, OPTIONS'])
})
