import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { DEFAULT_DEADLINE, type Endpoint } from '#kernel/call.ts'
import { stillRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { rawConnection, type RawAnswer, type RawConnection } from '#test/support/raw-http.ts'
import { openShop, type Shop } from '../gateway.fixture.ts'

let shop: Shop
let hasty: Shop
before(async () => {
  // The hasty one gives a client little time, so that a test need not wait long for it to be over.
  ;[shop, hasty] = await Promise.all([openShop(), openShop({ settings: { headersTimeout: 300, requestTimeout: 300 } })])
})
after(() => Promise.all([shop.stop(), hasty.stop()]))

const HOST = 'host: shop\r\n'
const JSON_TYPE = 'content-type: application/json\r\n'
const GOOD = `GET /health/live HTTP/1.1\r\n${HOST}\r\n`

const open = (text: string, at: Shop = shop): RawConnection => {
  const connection = rawConnection(at.url)
  connection.say(text)
  return connection
}

/** Holds an answer to be a problem document with a request id that the access log knows too. */
const assertProblem = async (answer: RawAnswer | undefined, status: number, code: string, at = shop): Promise<void> => {
  assert.ok(answer, 'no answer came')
  assert.equal(answer.status, status, JSON.stringify(answer))
  assert.match(answer.headers['content-type']!, /^application\/problem\+json/)
  const problem = JSON.parse(answer.body)
  assert.deepEqual([problem.code, problem.status], [code, status])
  assert.ok(problem.message.ko && problem.message.en)
  assert.equal(problem.requestId, answer.headers['x-request-id'])
  await eventually(() => at.access.some((line) => line.includes(problem.requestId)), 'the access log has it')
}

describe('what is refused before it is routed', () => {
  const refusals: readonly (readonly [what: string, text: string, status: number, code: string])[] = [
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n', 400, 'HOST_INVALID'],
    ['an empty Host', 'GET /health/live HTTP/1.1\r\nhost:\r\n\r\n', 400, 'HOST_INVALID'],
    ['two Hosts', `GET /health/live HTTP/1.1\r\n${HOST}host: other\r\n\r\n`, 400, 'HOST_INVALID'],
    ['the same Host twice', `GET /health/live HTTP/1.1\r\n${HOST}HOST: shop\r\n\r\n`, 400, 'HOST_INVALID'],
    ['a Host that is none', 'GET / HTTP/1.1\r\nhost: a b\r\n\r\n', 400, 'HOST_INVALID'],
    ['a Host with a path', 'GET / HTTP/1.1\r\nhost: evil.example/x\r\n\r\n', 400, 'HOST_INVALID'],
    ['a port that is none', 'GET / HTTP/1.1\r\nhost: shop:99999\r\n\r\n', 400, 'HOST_INVALID'],
    ['an authority that is none', `GET http://a@b/ HTTP/1.1\r\n${HOST}\r\n`, 400, 'HOST_INVALID'],
    ['a broken escape', `GET /%zz HTTP/1.1\r\n${HOST}\r\n`, 400, 'BAD_REQUEST'],
    ['an asterisk', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400, 'BAD_REQUEST'],
    ['CONNECT', `CONNECT shop:443 HTTP/1.1\r\n${HOST}\r\n`, 400, 'BAD_REQUEST'],
    ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_REQUEST'],
    ['nonsense', 'NONSENSE\r\n\r\n', 400, 'BAD_REQUEST'],
    ['a long address', `GET /${'a'.repeat(9_000)} HTTP/1.1\r\n${HOST}\r\n`, 414, 'URI_TOO_LONG'],
    ['a very long address', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${HOST}\r\n`, 414, 'URI_TOO_LONG'],
    ['long headers', `GET / HTTP/1.1\r\n${HOST}x: ${'a'.repeat(40_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    [
      'two lengths',
      `POST /api/loose HTTP/1.1\r\n${HOST}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      400,
      'BAD_REQUEST',
    ],
    [
      'a length beside chunks',
      `POST /api/loose HTTP/1.1\r\n${HOST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'BAD_REQUEST',
    ],
    [
      'a coding beside chunks',
      `POST /api/loose HTTP/1.1\r\n${HOST}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      400,
      'BAD_REQUEST',
    ],
    ['a version of another protocol', `GET /health/live HTTP/2.0\r\n${HOST}\r\n`, 400, 'BAD_REQUEST'],
    [
      'another expectation',
      `POST /api/loose HTTP/1.1\r\n${HOST}expect: tea\r\ncontent-length: 2\r\n\r\n`,
      417,
      'EXPECTATION_FAILED',
    ],
  ]
  for (const [what, text, status, code] of refusals)
    test(`${what}: ${status} ${code}, and the connection is closed`, async () => {
      const answers = await open(text).closed
      assert.equal(answers.length, 1)
      await assertProblem(answers[0], status, code)
      assert.equal(answers[0]!.headers['connection'], 'close')
    })

  test('HTTP/1.0 needs no Host, and the authority of an absolute target goes before it', async () => {
    const [old] = await open('GET /health/live HTTP/1.0\r\n\r\n').closed
    assert.equal(old!.status, 200)
    const connection = open(`GET http://shop.example/health/live HTTP/1.1\r\n${HOST}\r\n`)
    assert.equal((await connection.heard(1))[0]!.status, 200)
    connection.end()
  })

  test('OPTIONS * tells what the server takes', async () => {
    const connection = open(`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`)
    const [answer] = await connection.heard(1)
    connection.end()
    assert.deepEqual([answer!.status, answer!.headers['allow']], [204, 'DELETE, GET, HEAD, PATCH, POST, PUT, OPTIONS'])
  })
})

describe('Expect: 100-continue', () => {
  const expecting = (length: number, path = '/api/loose'): string =>
    `POST ${path} HTTP/1.1\r\n${HOST}${JSON_TYPE}expect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`

  test('a body that will be read is asked for, and the connection stays', async () => {
    const connection = open(expecting(2))
    assert.deepEqual(
      (await connection.heard(1)).map((each) => each.status),
      [100],
    )
    connection.say(`{}${GOOD}`)
    assert.deepEqual(
      (await connection.heard(3)).map((each) => each.status),
      [100, 200, 200],
    )
    connection.end()
  })

  test('one that will not be read is not asked for: one final answer, and the connection is closed', async () => {
    for (const [text, status, code] of [
      [expecting(2_000_000), 413, 'PAYLOAD_TOO_LARGE'],
      [expecting(2, '/api/nowhere'), 404, 'ROUTE_NOT_FOUND'],
      [expecting(2).replace('application/json', 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ] as const) {
      const answers = await open(text).closed
      assert.equal(answers.length, 1, JSON.stringify(answers))
      await assertProblem(answers[0], status, code)
      assert.equal(answers[0]!.headers['connection'], 'close')
    }
  })
})

describe('one final answer a request', () => {
  test('garbage behind good requests is answered after them', async () => {
    const slow = `GET /api/slow HTTP/1.1\r\n${HOST}\r\n`
    const answers = await open(`${slow}${GOOD}GARBAGE\r\n\r\n`).closed
    assert.deepEqual(
      answers.map((each) => each.status),
      [504, 200, 400],
    )
    await assertProblem(answers[2], 400, 'BAD_REQUEST')
  })

  test('garbage that comes while the request before it is under way is answered after it', async () => {
    const connection = open(`GET /api/slow HTTP/1.1\r\n${HOST}\r\n`)
    connection.say('GARBAGE\r\n\r\nMORE OF IT\r\n\r\n')
    assert.deepEqual(
      (await connection.closed).map((each) => each.status),
      [504, 400],
    )
  })

  test('a broken chunk fails the request it is part of', async () => {
    const chunked = `POST /api/loose HTTP/1.1\r\n${HOST}${JSON_TYPE}transfer-encoding: chunked\r\n\r\n`
    for (const broken of ['zz\r\n', '5\r\n{"a":1}\r\n0\r\n\r\n']) {
      const answers = await open(`${GOOD}${chunked}${broken}`).closed
      assert.deepEqual(
        answers.map((each) => each.status),
        [200, 400],
      )
      await assertProblem(answers[1], 400, 'BAD_REQUEST')
    }
  })

  test('a broken rest of a body that was refused already is answered no more', async () => {
    const connection = open(`POST /api/nowhere HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n`)
    await connection.heard(1)
    connection.say('zz\r\n')
    assert.deepEqual(
      (await connection.closed).map((each) => each.status),
      [404],
    )
  })
})

describe('a client that is slow', () => {
  const requests = async (status: number): Promise<number> => {
    const text = await (await fetch(`${hasty.url}/metrics`)).text()
    const found = new RegExp(
      `jangteo_request_seconds_count\\{operation="demo.loose",method="POST",status="${status}"\\} (\\d+)`,
    )
    return Number(found.exec(text)?.[1] ?? 0)
  }
  const body = (path: string): string => `POST ${path} HTTP/1.1\r\n${HOST}${JSON_TYPE}content-length: 20\r\n\r\n{"a`

  test('with its body: one 408, counted as such and in no time of ours', async () => {
    const answers = await open(body('/api/loose'), hasty).closed
    assert.equal(answers.length, 1)
    await assertProblem(answers[0], 408, 'REQUEST_TIMEOUT', hasty)
    assert.equal(answers[0]!.headers['connection'], 'close')
    assert.deepEqual([await requests(408), await requests(504)], [1, 0])
    const text = await (await fetch(`${hasty.url}/metrics`)).text()
    assert.match(
      text,
      /jangteo_request_seconds_bucket\{le="0.025",operation="demo.loose",method="POST",status="408"\} 1/,
    )
  })

  test('with a body that was refused already: answered no more', async () => {
    const answers = await open(body('/api/nowhere'), hasty).closed
    assert.deepEqual(
      answers.map((each) => each.status),
      [404],
    )
  })

  test('with its headers: 408, after the answer to the request before', async () => {
    const answers = await open(`${GOOD}GET /health/live HTTP/1.1\r\n`, hasty).closed
    assert.deepEqual(
      answers.map((each) => each.status),
      [200, 408],
    )
    await assertProblem(answers[1], 408, 'REQUEST_TIMEOUT', hasty)
  })

  test('an operation has its whole deadline after a body that took longer than that', async () => {
    const runtime = stillRuntime()
    let asked = (): void => {}
    const hanging = new Promise<void>((resolve) => (asked = resolve))
    const call: Endpoint['call'] = (operation, _input, { deadline }) =>
      operation === 'slow' ? (asked(), new Promise(() => {})) : Promise.resolve({ left: deadline - runtime.now() })
    const still = await openShop({ runtime, endpoints: { demo: { call } } })
    const slow = open(
      `POST /api/loose HTTP/1.1\r\n${HOST}${JSON_TYPE}expect: 100-continue\r\ncontent-length: 2\r\n\r\n`,
      still,
    )
    await slow.heard(1)
    // The same look at the deadlines that ends this one finds the other, which waits for its client.
    const other = open(`GET /api/slow HTTP/1.1\r\n${HOST}\r\n`, still)
    await hanging
    runtime.advance(DEFAULT_DEADLINE + 1_000)
    assert.equal((await other.heard(1))[0]!.status, 504)
    slow.say('{}')
    const [, answer] = await slow.heard(2)
    assert.deepEqual([answer!.status, JSON.parse(answer!.body)], [200, { left: DEFAULT_DEADLINE }])
    slow.end()
    other.end()
    await still.stop()
  })
})
