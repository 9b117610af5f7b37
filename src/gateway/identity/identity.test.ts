import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { GUEST_ID, MEMBER, openShop, SESSION, type Shop } from '../gateway.fixture.ts'

const ID = '01900000-0000-7000-8000-0000000000ff'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) => {
  const answer = await fetch(`${shop.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const cookiesOf = (headers: Headers) => headers.getSetCookie().map((each) => each.split(';')[0]!)

describe('bearer tokens', () => {
  test('a good token makes its member the actor', async () => {
    const { body } = await ask('GET', '/api/mine', bearer(await shop.token()))
    assert.deepEqual(body.actor, { kind: 'member', memberId: MEMBER, sessionId: SESSION })
  })
  test('roles make staff, and only roles we know', async () => {
    const staff = await ask('POST', '/api/rule', bearer(await shop.token({ roles: ['orders', 'root'] })))
    assert.deepEqual(staff.body.actor.roles, ['orders'])
    assert.equal((await ask('POST', '/api/rule', bearer(await shop.token({ roles: ['catalog'] })))).status, 403)
    assert.equal((await ask('POST', '/api/rule', bearer(await shop.token()))).status, 403)
  })
  test('expired, forged, foreign and malformed tokens are refused, on public routes too', async () => {
    const good = await shop.token()
    const [head, , signature] = good.split('.')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.split('.')[1]}.`
    const bad = [
      await shop.token({}, { expiresIn: '-1s' }),
      await shop.token({}, { key: 'other' }),
      await shop.token({}, { kid: 'unknown' }),
      await shop.token({}, { audience: 'elsewhere' }),
      await shop.token({ sid: '' }),
      `${head}.${Buffer.from(JSON.stringify({ sub: MEMBER })).toString('base64url')}.${signature}`,
      none,
      'nonsense',
      await shop.token({ padding: 'x'.repeat(6_000) }),
    ]
    for (const token of bad)
      for (const path of ['/api/mine', `/api/things/${ID}`]) {
        const { status, headers, body } = await ask('GET', path, bearer(token))
        assert.equal(status, 401, token)
        assert.equal(body.code, 'UNAUTHENTICATED')
        assert.match(headers.get('www-authenticate')!, /^Bearer/)
      }
    for (const authorization of [`Basic ${good}`, good])
      assert.equal((await ask('GET', '/api/mine', { authorization })).status, 401)
  })
  test('an identity claimed in other headers is nobody', async () => {
    const claims = { 'x-member-id': MEMBER, 'x-actor': '{"kind":"system"}', 'x-caller': 'order' }
    assert.equal((await ask('GET', '/api/mine', claims)).status, 401)
  })
  test('unknown keys cannot make us ask for keys in a loop', async () => {
    const before = shop.asked.filter((each) => each === 'keys').length
    for (let i = 0; i < 10; i++) await ask('GET', '/api/mine', bearer(await shop.token({}, { kid: `k${i}` })))
    assert.ok(shop.asked.filter((each) => each === 'keys').length - before <= 1)
  })
  test('the token of a sign-in that ended is refused soon, though it was seen good before', async () => {
    const sid = ID
    const token = await shop.token({ sid })
    assert.equal((await ask('GET', '/api/mine', bearer(token))).status, 200)
    shop.ended.push({ id: sid, at: Date.now() })
    await eventually(async () => (await ask('GET', '/api/mine', bearer(token))).status === 401, 'it is refused')
  })
  test('while auth is away, tokens go on being judged by the last good keys', async () => {
    shop.authAway = true
    const { status } = await ask('GET', '/api/mine', bearer(await shop.token()))
    shop.authAway = false
    assert.equal(status, 200)
  })
  test('with no key at all nobody is called a forger', async () => {
    const fresh = await openShop()
    fresh.authAway = true
    const answer = await fetch(`${fresh.url}/api/mine`, { headers: bearer(await fresh.token()) })
    await fresh.stop()
    assert.equal(answer.status, 503)
    assert.ok(answer.headers.get('retry-after'))
  })
})

describe('guests', () => {
  test('one is made where a guest is needed, by cookie and by header', async () => {
    const { body, headers } = await ask('PUT', `/api/things/${ID}`, {}, {})
    assert.equal(body.actor.kind, 'guest')
    assert.equal(headers.get('x-guest-id'), body.actor.guestId)
    assert.match(headers.getSetCookie()[0]!, /^jangteo_guest=.*; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/)
  })
  test('one that is carried stays the same', async () => {
    const actor = { kind: 'guest', guestId: GUEST_ID }
    const byHeader = await ask('PUT', `/api/things/${ID}`, { 'x-guest-id': GUEST_ID }, {})
    const byCookie = await ask('PUT', `/api/things/${ID}`, { cookie: `jangteo_guest=${GUEST_ID}` }, {})
    assert.deepEqual([byHeader.body.actor, byCookie.body.actor], [actor, actor])
    assert.deepEqual(byCookie.headers.getSetCookie(), [])
    const member = await ask('GET', '/api/mine', { 'x-guest-id': GUEST_ID, ...bearer(await shop.token()) })
    assert.equal(member.body.actor.guestId, GUEST_ID)
  })
  test('a header that is no UUID is refused; a broken cookie is none', async () => {
    assert.equal((await ask('PUT', `/api/things/${ID}`, { 'x-guest-id': "'; DROP" }, {})).status, 400)
    const { body } = await ask('PUT', `/api/things/${ID}`, { cookie: 'jangteo_guest=x' }, {})
    assert.notEqual(body.actor.guestId, 'x')
  })
})

describe('cookies', () => {
  const access = async (token?: string) => ({ cookie: `jangteo_access=${token ?? (await shop.token())}` })

  test('a cookie signs in; a bad one counts as signed out', async () => {
    assert.equal((await ask('GET', '/api/mine', await access())).body.actor.memberId, MEMBER)
    assert.equal((await ask('GET', '/api/mine', await access('expired'))).status, 401)
    assert.equal((await ask('GET', `/api/things/${ID}`, await access('expired'))).body.actor.kind, 'anonymous')
  })
  test('another site cannot use them', async () => {
    const put = async (headers: Record<string, string>) =>
      (await ask('PUT', `/api/things/${ID}`, { ...(await access()), ...headers }, {})).status
    assert.equal(await put({ origin: 'https://evil.example' }), 403)
    assert.equal(await put({ 'sec-fetch-site': 'cross-site' }), 403)
    assert.equal(await put({ 'sec-fetch-site': 'same-site' }), 403)
    assert.equal(await put({ origin: 'null' }), 403)
    assert.equal(await put({ origin: shop.url }), 200)
    assert.equal(await put({ 'sec-fetch-site': 'same-origin' }), 200)
    const withBearer = { origin: 'https://evil.example', ...bearer(await shop.token()) }
    assert.equal((await ask('PUT', `/api/things/${ID}`, withBearer, {})).status, 200)
  })
  test('signing in sets them and moves the cart of the guest', async () => {
    const sent = { email: 'a@b.kr', password: 'x' }
    const { headers } = await ask('POST', '/api/auth/sign-in', { cookie: `jangteo_guest=${GUEST_ID}` }, sent)
    const set = headers.getSetCookie()
    assert.ok(set.every((each) => /HttpOnly; SameSite=Lax/.test(each)))
    assert.deepEqual(
      set.map((each) => each.split('=')[0]),
      ['jangteo_access', 'jangteo_refresh', 'jangteo_guest'],
    )
    assert.deepEqual(shop.merged.at(-1), { guestId: GUEST_ID, memberId: MEMBER })
  })
  test('a cart that cannot be moved does not cost the sign-in, and stays with the guest', async () => {
    shop.cartAway = true
    const headers = { cookie: `jangteo_guest=${GUEST_ID}` }
    const answer = await ask('POST', '/api/auth/sign-in', headers, { email: 'a@b.kr', password: 'x' })
    shop.cartAway = false
    assert.equal(answer.status, 200)
    assert.deepEqual(
      answer.headers.getSetCookie().map((each) => each.split('=')[0]),
      ['jangteo_access', 'jangteo_refresh'],
    )
  })
  test('in production they travel by https only', async () => {
    const secure = await openShop({ settings: { production: true } })
    const answer = await fetch(`${secure.url}/api/auth/sign-in`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    await secure.stop()
    assert.ok(answer.headers.getSetCookie().every((each) => each.endsWith('; Secure')))
    assert.match(answer.headers.get('strict-transport-security')!, /max-age/)
  })
  test('signing out clears them and refuses the token at once', async () => {
    const token = await shop.token({ sid: GUEST_ID })
    const { headers } = await ask('POST', '/api/auth/sign-out', { origin: shop.url, ...(await access(token)) })
    assert.deepEqual(cookiesOf(headers), ['jangteo_access=', 'jangteo_refresh='])
    assert.equal((await ask('GET', '/api/mine', bearer(token))).status, 401)
  })
  test('requests that find the access cookie expired share one refresh', async () => {
    const before = shop.asked.filter((each) => each === 'renew').length
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask('GET', '/api/mine', { cookie: 'jangteo_refresh=refresh-1' })),
    )
    assert.deepEqual(
      answers.map((each) => each.status),
      [200, 200, 200, 200, 200],
    )
    assert.equal(cookiesOf(answers[0]!.headers)[1], 'jangteo_refresh=refresh-2')
    assert.equal(shop.asked.filter((each) => each === 'renew').length - before, 1)
    const ended = await ask('GET', '/api/mine', { cookie: 'jangteo_refresh=stolen' })
    assert.deepEqual([ended.status, ended.body.code], [401, 'UNAUTHENTICATED'])
    assert.deepEqual(cookiesOf(ended.headers), ['jangteo_access=', 'jangteo_refresh='])
    const guest = await ask(
      'PUT',
      `/api/things/${ID}`,
      { cookie: `jangteo_refresh=stolen; jangteo_guest=${GUEST_ID}` },
      {},
    )
    assert.deepEqual(guest.body.actor, { kind: 'guest', guestId: GUEST_ID })
  })
  test('a refresh token may come from the cookie', async () => {
    const { status } = await ask(
      'POST',
      '/api/auth/refresh',
      { origin: shop.url, cookie: 'jangteo_refresh=refresh-1' },
      {},
    )
    assert.equal(status, 200)
  })
})
