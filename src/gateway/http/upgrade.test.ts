import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rawConnection, type RawAnswer } from '#test/support/raw-http.ts'
import { openShop, type Shop } from '../gateway.fixture.ts'

const ID = '01900000-0000-7000-8000-0000000000ff'
const KEY = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
/** What Java's HttpClient and `curl --http2` send with the first request to an origin. */
const H2C =
  'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n'
const webSocket = (version = '13', key = KEY): string =>
  `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: ${version}\r\n${key}`

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

/** Sends requests on one connection, and the answers to them. */
const ask = async (...requests: readonly string[]): Promise<readonly RawAnswer[]> => {
  const connection = rawConnection(shop.url)
  connection.say(requests.join(''))
  const answers = await connection.heard(requests.length)
  connection.end()
  return answers
}
const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nhost: shop\r\n${headers}\r\n`
const post = (path: string, headers: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n${headers}\r\n${body}`
const codeOf = ({ body }: RawAnswer): string => JSON.parse(body).code

describe('an offer to upgrade that is not our WebSocket is ignored', () => {
  test('h2c: the request is answered over HTTP/1.1, and the connection stays good', async () => {
    const connection = rawConnection(shop.url)
    connection.say(get(`/api/things/${ID}`, H2C))
    const [first] = await connection.heard(1)
    assert.equal(JSON.parse(first!.body).input.id, ID)
    connection.say(get('/health/live', H2C))
    const [, second] = await connection.heard(2)
    assert.deepEqual([first!.status, second!.status, second!.headers['connection']], [200, 200, 'keep-alive'])
    connection.end()
  })

  test('h2c with the next request behind it, which the parser drops: the client is told to ask on another connection', async () => {
    const connection = rawConnection(shop.url)
    connection.say(`${get('/health/live', H2C)}${get('/health/live')}`)
    const answers = await connection.closed
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers['connection']]),
      [[200, 'close']],
    )
  })

  test('h2c with a body: it is read as that of any request', async () => {
    const sized = post('/api/loose', `${H2C}content-length: 7\r\n`, '{"a":1}')
    const chunked = post('/api/loose', `${H2C}transfer-encoding: chunked\r\n`, '7\r\n{"a":2}\r\n0\r\n\r\n')
    const connection = rawConnection(shop.url)
    connection.say(sized)
    await connection.heard(1)
    connection.say(chunked)
    const answers = await connection.closed
    assert.deepEqual(
      answers.map(({ status, body, headers }) => [status, JSON.parse(body).input, headers['connection']]),
      [
        [200, { a: 1 }, 'keep-alive'],
        [200, { a: 2 }, 'close'],
      ],
    )
  })

  test('a protocol nobody knows, and TE: trailers', async () => {
    const [trailers, foo] = await ask(
      get('/health/live', 'connection: TE\r\nte: trailers\r\n'),
      get('/health/live', 'connection: upgrade\r\nupgrade: foo/2\r\n'),
    )
    assert.deepEqual([foo!.status, trailers!.status], [200, 200])
  })

  test('a WebSocket to another address is answered as the address is', async () => {
    const [live] = await ask(get('/health/live', webSocket()))
    const [nowhere] = await ask(get('/api/nowhere', webSocket()))
    assert.equal(live!.status, 200)
    assert.deepEqual([nowhere!.status, codeOf(nowhere!)], [404, 'ROUTE_NOT_FOUND'])
  })
})

describe('at the address of the stream', () => {
  const STREAM = '/api/notifications/stream'

  test('who sends no handshake, or one of another version, is told which to send', async () => {
    for (const headers of ['', H2C, webSocket('12'), 'upgrade: websocket\r\n']) {
      const [answer] = await ask(get(STREAM, headers))
      assert.deepEqual([answer!.status, codeOf(answer!)], [426, 'UPGRADE_REQUIRED'], headers)
      assert.equal(answer!.headers['upgrade'], 'websocket')
      assert.match(answer!.headers['connection']!, /upgrade/i)
      assert.equal(answer!.headers['sec-websocket-version'], '13')
    }
  })

  test('a handshake with a broken key, and another method, are refused', async () => {
    const [key] = await ask(get(STREAM, webSocket('13', 'sec-websocket-key: short\r\n')))
    assert.deepEqual([key!.status, codeOf(key!)], [400, 'BAD_REQUEST'])
    const [posted] = await ask(post(STREAM, `${webSocket()}content-length: 2\r\n`, '{}'))
    assert.deepEqual([posted!.status, posted!.headers['allow']], [405, 'GET, HEAD, OPTIONS'])
  })

  test('a good handshake reaches the stream, however its path is spelled; who it is for is asked there', async () => {
    for (const path of [STREAM, '/api//notifications/./%73tream?x=1', `http://shop${STREAM}`]) {
      const connection = rawConnection(shop.url)
      connection.say(get(path, webSocket()))
      const [answer] = await connection.closed
      assert.deepEqual([answer!.status, codeOf(answer!)], [401, 'UNAUTHENTICATED'], path)
    }
  })

  test('a handshake whose Host is in doubt is refused', async () => {
    const connection = rawConnection(shop.url)
    connection.say(get(STREAM, `host: other\r\n${webSocket()}`))
    const [answer] = await connection.closed
    assert.deepEqual([answer!.status, codeOf(answer!)], [400, 'HOST_INVALID'])
  })
})
