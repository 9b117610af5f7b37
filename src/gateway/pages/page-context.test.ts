import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Contract } from '#kernel/contract.ts'
import { auth } from '#services/auth/contract.ts'
import { demo, GUEST_ID, MEMBER, openShop, type Shop } from '../gateway.fixture.ts'
import { pageContexts } from './page-context.ts'

const contracts: readonly Contract[] = [demo, auth]
let shop: Shop
before(async () => {
  shop = await openShop({
    plugins: (edge) => {
      const shopFor = pageContexts(edge, { toss: { clientKey: 'ck', sdkUrl: '/sdk.js' }, roles: [] })
      return [
        async (app) => {
          app.get('/page', async (request, reply) => {
            const { viewer, locale } = await shopFor(request, reply)
            return { viewer, locale }
          })
          app.get('/page/operations', async (request, reply) => {
            const { shop: services } = await shopFor(request, reply)
            return Object.fromEntries(Object.entries(services).map(([name, calls]) => [name, Object.keys(calls)]))
          })
          app.get('/page/sign-in', async (request, reply) => {
            const page = await shopFor(request, reply)
            await page.signedIn(await page.shop.auth.signIn({ email: 'a@b.kr', password: 'x' }))
            return { viewer: page.viewer }
          })
          app.get('/page/sign-out', async (request, reply) => {
            const page = await shopFor(request, reply)
            page.signedOut()
            return { viewer: page.viewer }
          })
          app.get('/page/guest', async (request, reply) => {
            const page = await shopFor(request, reply)
            page.beGuest()
            return { viewer: page.viewer }
          })
        },
      ]
    },
  })
})
after(() => shop.stop())

const open = async (path: string, cookie = '') => {
  const answer = await fetch(`${shop.url}${path}`, { headers: { cookie } })
  const set = answer.headers.getSetCookie()
  return {
    status: answer.status,
    body: (await answer.json()) as any,
    set,
    names: set.map((each) => each.split(';')[0]),
  }
}

test('a page knows its viewer by cookie and speaks the chosen language', async () => {
  assert.deepEqual((await open('/page')).body, { viewer: { kind: 'anonymous' }, locale: 'ko' })
  const member = await open('/page', `jangteo_access=${await shop.token()}; locale=en`)
  assert.deepEqual(member.body, { viewer: { kind: 'member', memberId: MEMBER }, locale: 'en' })
  const staff = await open('/page', `jangteo_access=${await shop.token({ roles: ['operations', 'king'] })}`)
  assert.deepEqual(staff.body.viewer, { kind: 'member', memberId: MEMBER, roles: ['operations'] })
  assert.deepEqual((await open('/page', `jangteo_guest=${GUEST_ID}`)).body.viewer, { kind: 'guest' })
})

test('a visitor whose access token ran out goes on; one whose sign-in ended is a guest again and loses the cookies', async () => {
  const renewed = await open('/page', 'jangteo_access=old; jangteo_refresh=refresh-1')
  assert.equal(renewed.body.viewer.kind, 'member')
  assert.equal(renewed.names[1], 'jangteo_refresh=refresh-2')
  const ended = await open('/page', `jangteo_refresh=stolen; jangteo_guest=${GUEST_ID}`)
  assert.equal(ended.body.viewer.kind, 'guest')
  assert.deepEqual(ended.names, ['jangteo_access=', 'jangteo_refresh='])
})

test('signing in on a page keeps the session in private cookies and moves the cart', async () => {
  const { body, set } = await open('/page/sign-in', `jangteo_guest=${GUEST_ID}`)
  assert.deepEqual(body.viewer, { kind: 'member', memberId: MEMBER })
  assert.ok(set.length === 3 && set.every((each) => each.includes('HttpOnly; SameSite=Lax')))
  assert.deepEqual(shop.merged.at(-1), { guestId: GUEST_ID, memberId: MEMBER })
})

test('signing out on a page forgets the cookies and refuses the token at once', async () => {
  const cookie = `jangteo_access=${await shop.token({ sid: GUEST_ID })}`
  const { body, names } = await open('/page/sign-out', cookie)
  assert.equal(body.viewer.kind, 'anonymous')
  assert.deepEqual(names, ['jangteo_access=', 'jangteo_refresh='])
  assert.equal((await open('/page', cookie)).body.viewer.kind, 'anonymous')
})

test('a page can make its viewer a guest, once', async () => {
  const { body, names } = await open('/page/guest')
  assert.equal(body.viewer.kind, 'guest')
  assert.match(names[0]!, /^jangteo_guest=/)
  assert.deepEqual((await open('/page/guest', names[0])).names, [])
})

test('pages get the headers of every answer', async () => {
  const { headers } = await fetch(`${shop.url}/page`)
  assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
})

test('a page can call what those outside the shop may reach of each contract the gateway serves, and nothing else', async () => {
  const { body } = await open('/page/operations')
  assert.deepEqual(
    Object.keys(body),
    contracts.map((each) => each.name as string),
  )
  for (const { name, operations } of contracts) {
    const ofServices = Object.keys(operations).filter((each) => operations[each]!.access === 'service')
    assert.ok(ofServices.length > 0, 'there is something to leave out')
    assert.deepEqual(
      body[name],
      Object.keys(operations).filter((each) => !ofServices.includes(each)),
    )
  }
})
