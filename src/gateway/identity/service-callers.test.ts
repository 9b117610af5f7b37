import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { serveLocally, type Endpoint } from '#kernel/call.ts'
import type { CallContext } from '#kernel/context.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { callerTokens } from '#kernel/remote/security/token.ts'
import { sendRaw } from '#test/support/raw-http.ts'
import { silent } from '#test/support/silent.ts'
import { demo, GUEST_ID, MEMBER, openShop, type Shop } from '../gateway.fixture.ts'

const ID = '01900000-0000-7000-8000-0000000000ff'

let shop: Shop
let calls: { operation: string; context: CallContext }[] = []
before(async () => {
  const operations = Object.keys(demo.operations).map((name) => [name, () => ({})])
  const service = serveLocally(demo, Object.fromEntries(operations), { runtime: systemRuntime(), log: silent })
  const call: Endpoint['call'] = (operation, input, context) => {
    calls.push({ operation, context })
    return service.call(operation, input, context)
  }
  shop = await openShop({ endpoints: { demo: { call } } })
})
beforeEach(() => (calls = []))
after(() => shop.stop())

const ask = (method: string, path: string, headers: readonly string[] = [], body = '{}') =>
  sendRaw(
    shop.url,
    [
      `${method} ${path} HTTP/1.1`,
      'host: localhost',
      'content-type: application/json',
      `content-length: ${body.length}`,
      ...headers,
    ],
    body,
  )

/** A token as a host of this very shop would sign it, had it leaked or been guessed. */
const inside = callerTokens(['k'.repeat(32)], systemRuntime()).sign('demo', 'order', { kind: 'system' })

describe('operations that only services call cannot be reached through the gateway', () => {
  // `hidden` has a path in its contract but is for services; `inner` has none.
  const paths = ['hidden', 'inner'].flatMap((name) => [
    `/api/${name}`,
    `/api/demo/${name}`,
    `/api/demo.${name}`,
    `/api//${name}`,
    `//api/${name}`,
    `/api/${name}/`,
    `/api/${name}?`,
    `/api/${name};a=b`,
    `/API/${name.toUpperCase()}`,
    `/api/./${name}`,
    `/api/things/../${name}`,
    `/api/things/%2e%2e/${name}`,
    `/api/things/..%2f${name}`,
    `/api/things/..%5c${name}`,
    `/api/things/%252e%252e%252f${name}`,
    `/api/%2f${name}`,
    `/api%2f${name}`,
    `/%61pi/${name}`,
    `/api/${encodeURIComponent(name).replace(/^./, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
    `/api/things/${ID}/../../${name}`,
    `/api/things/${ID}%00/${name}`,
    `/api\\${name}`,
    `/internal/demo/${name}`,
    `/api/internal/demo/${name}`,
    `/api/../internal/demo/${name}`,
    `/api/..%2finternal/demo/${name}`,
    `/%69nternal/demo/${name}`,
    `http://localhost/internal/demo/${name}`,
    `/simulators/../internal/demo/${name}`,
  ])

  for (const method of ['POST', 'GET'])
    test(`by no path, with ${method} and a token of the inside`, async () => {
      for (const path of paths) {
        const [status] = await ask(method, path, [`x-caller-token: ${inside}`, 'x-deadline-ms: 5000'])
        assert.ok(status >= 400 && status < 500, `${path}: ${status}`)
        assert.deepEqual(
          calls.filter((each) => /hidden|inner/.test(each.operation)),
          [],
          path,
        )
      }
    })

  test('by no other method, and by none that a header names', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'])
      await ask(method, '/api/hidden', ['x-http-method-override: POST', 'x-method-override: POST'])
    for (const header of ['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix', 'x-forwarded-uri'])
      await ask('POST', `/api/things`, [`${header}: /api/hidden`], '{"name":"a"}')
    assert.deepEqual(new Set(calls.map((each) => each.operation)), new Set(['make']))
  })

  test('by no second request hidden in the first', async () => {
    const hidden = 'POST /api/hidden HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}'
    const [both] = await ask('POST', '/api/things', ['transfer-encoding: chunked'], `0\r\n\r\n${hidden}`)
    assert.equal(both, 400)
    const [twice] = await ask('POST', '/api/things', ['content-length: 0'], hidden)
    assert.equal(twice, 400)
    assert.deepEqual(calls, [])
  })
})

describe('identity comes from tokens that we check, never from a header somebody made up', () => {
  const forged = [
    `x-caller-token: ${inside}`,
    'x-caller: order',
    'x-actor: {"kind":"system"}',
    `x-member-id: ${MEMBER}`,
    'x-user-id: 1',
    'x-roles: orders',
    'x-client-address: 10.0.0.1',
    'x-forwarded-for: 10.0.0.1',
    'x-deadline-ms: 300000',
    'x-versions: demo@9',
    'x-jangteo-version: demo@9',
  ]

  test('forged headers change neither who calls, nor from where, nor for how long', async () => {
    const now = Date.now()
    const [status] = await ask('GET', `/api/things/${ID}`, forged, '')
    assert.equal(status, 200)
    const { context } = calls[0]!
    assert.deepEqual(context.actor, { kind: 'anonymous' })
    assert.equal(context.caller, 'edge')
    assert.equal(context.versions, undefined)
    assert.equal(context.address, '127.0.0.1')
    assert.ok(context.deadline <= now + 6_000)
    assert.equal((await ask('GET', '/api/mine', forged, ''))[0], 401)
    assert.equal((await ask('POST', '/api/rule', forged))[0], 401)
  })

  test('of two tokens the first counts, and a bad one is not healed by a good one', async () => {
    const good = `authorization: Bearer ${await shop.token()}`
    const bad = `authorization: Bearer ${await shop.token({ roles: ['orders'] }, { key: 'other' })}`
    assert.equal((await ask('GET', '/api/mine', [bad, good], ''))[0], 401)
    assert.equal((await ask('GET', '/api/mine', [good, bad], ''))[0], 200)
    assert.equal((await ask('POST', '/api/rule', [good, bad]))[0], 403)
  })

  test('a guest who names two identities has none', async () => {
    const two = [`x-guest-id: ${GUEST_ID}`, `x-guest-id: ${ID}`]
    const [status, text] = await ask('PUT', `/api/things/${ID}`, two)
    assert.equal(status, 400, text)
    assert.deepEqual(calls, [])
  })
})
