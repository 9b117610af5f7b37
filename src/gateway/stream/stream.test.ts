import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { contract, instant } from '#kernel/contract.ts'
import { service } from '#kernel/service.ts'
import { notification } from '#services/notification/contract.ts'
import { notificationService } from '#services/notification/service.ts'
import { orderExpired } from '#services/order/contract.ts'
import { atEnd } from '#test/support/at-end.ts'
import { eventually } from '#test/support/eventually.ts'
import { memberActor, startTestHost, type TestHost } from '#test/support/host.ts'
import { send, UNREAD_AT_MOST } from './listeners.ts'
import { GUEST_ID, MEMBER, openShop, SESSION, type Shop } from '../gateway.fixture.ts'

const OTHER = '01900000-0000-7000-8000-000000000002'

/** Says that orders expired, in the place of the order service. */
const say = contract('order', {
  expire: {
    summary: 'Says so.',
    method: 'POST',
    access: 'service',
    input: z.object({ memberId: z.uuid() }),
    output: z.void(),
  },
})
const sayer = service(say, { emits: [orderExpired] }, ({ db, runtime }) => ({
  operations: {
    expire: ({ memberId }) =>
      db.tx('say', (tx) =>
        tx.emit(orderExpired, {
          orderId: runtime.id(),
          number: 'J1',
          memberId,
          reservationId: runtime.id(),
          amount: 100,
          orderName: '책상',
          at: instant(runtime.now()),
          lines: [],
        }),
      ),
  },
}))

let host: TestHost
let shop: Shop
let neighbour: Shop
const settings = { streamPoll: 20, streamLimitPerMember: 3 }
before(async () => {
  host = await startTestHost([notificationService, sayer])
  const endpoints = { notification: host.host.endpoint('notification') }
  // Two processes of the shop, as far as the stream can tell: they share nothing but the database.
  ;[shop, neighbour] = await Promise.all([openShop({ endpoints, settings }), openShop({ endpoints, settings })])
})
after(async () => {
  await Promise.all([shop.stop(), neighbour.stop()])
})

interface Client {
  readonly socket: WebSocket
  readonly heard: { id: string; type: string }[]
  readonly closed: Promise<number>
}
const address = (at: Shop, query = ''): string => `${at.url.replace('http', 'ws')}/api/notifications/stream${query}`

/** Ended after the last test at the latest: nobody else closes that of a test that fails. */
const opened = (socket: WebSocket): WebSocket => {
  atEnd(() => socket.terminate())
  return socket
}

const listen = async (
  at: Shop,
  options: { query?: string; headers?: Record<string, string> } = {},
): Promise<Client> => {
  const socket = opened(new WebSocket(address(at, options.query), { headers: options.headers ?? {} }))
  const heard: Client['heard'] = []
  socket.on('message', (data) => heard.push(JSON.parse(String(data)).notification))
  const closed = once(socket, 'close').then(([code]) => code as number)
  closed.catch(() => {})
  await once(socket, 'open')
  return { socket, heard, closed }
}
/** What answers instead of a stream; fails when the stream opens. */
const unexpected = async (socket: WebSocket): Promise<IncomingMessage> => {
  socket.on('error', () => {})
  const isOpen = once(socket, 'open').then(() => assert.fail('The stream opened; a refusal was expected'))
  const [, response] = await Promise.race([once(socket, 'unexpected-response'), isOpen])
  return response as IncomingMessage
}
const refused = async (at: Shop, options: { query?: string; headers?: Record<string, string> } = {}): Promise<any> => {
  const response = await unexpected(
    opened(new WebSocket(address(at, options.query), { headers: options.headers ?? {} })),
  )
  let text = ''
  for await (const chunk of response) text += chunk
  return JSON.parse(text)
}
const bearer = async (at: Shop, claims = {}) => ({ authorization: `Bearer ${await at.token(claims)}` })
const tell = (memberId: string) => host.inside(say).expire({ memberId })

describe('the stream', () => {
  test('brings what a member is told, and only that, whichever process it is connected to', async () => {
    const here = await listen(shop, { headers: await bearer(shop) })
    const there = await listen(neighbour, { headers: await bearer(neighbour) })
    const stranger = await listen(shop, { headers: await bearer(shop, { sub: OTHER }) })
    for (let i = 0; i < 5; i++) await tell(MEMBER)
    await eventually(() => here.heard.length === 5 && there.heard.length === 5, 'both hear all')
    assert.equal(new Set(here.heard.map((each) => each.id)).size, 5)
    assert.equal(stranger.heard.length, 0)
    assert.ok(here.heard.every((each) => !('memberId' in each) && each.type === 'order.expired'))
    for (const each of [here, there, stranger]) each.socket.close()
  })

  test('a client that was away asks for what it missed', async () => {
    const first = await listen(shop, { headers: await bearer(shop) })
    await tell(MEMBER)
    await eventually(() => first.heard.length === 1, 'it hears')
    first.socket.close()
    await first.closed
    await tell(MEMBER)
    await host.settled()
    const again = await listen(shop, { query: `?after=${first.heard[0]!.id}`, headers: await bearer(shop) })
    await eventually(() => again.heard.length === 1, 'it hears what it missed')
    again.socket.close()
    assert.equal((await refused(shop, { query: '?after=x', headers: await bearer(shop) })).code, 'INVALID_INPUT')
  })

  test('opens by a ticket, once', async () => {
    const { ticket } = await host.as(notification, memberActor(MEMBER)).createTicket({})
    const { socket } = await listen(shop, { query: `?ticket=${ticket}` })
    assert.equal((await refused(shop, { query: `?ticket=${ticket}` })).code, 'TICKET_INVALID')
    socket.close()
  })

  test('a ticket of a sign-in that ended since opens nothing', async () => {
    const { ticket } = await host.as(notification, memberActor(GUEST_ID)).createTicket({})
    shop.ended.push({ id: GUEST_ID, at: Date.now() })
    const looks = () => shop.asked.filter((each) => each === 'revocations').length
    const before = looks()
    await eventually(() => looks() > before + 1, 'the gateway has heard of it')
    assert.equal((await refused(shop, { query: `?ticket=${ticket}` })).code, 'UNAUTHENTICATED')
  })

  test('opens by cookie for our own pages only', async () => {
    const cookie = `jangteo_access=${await shop.token()}`
    const { socket } = await listen(shop, { headers: { cookie, origin: shop.url } })
    socket.close()
    assert.equal((await refused(shop, { headers: { cookie, origin: 'https://evil.example' } })).code, 'CROSS_SITE')
  })

  test('is refused, in a problem document, to nobody, forgers, other addresses and the greedy', async () => {
    assert.equal((await refused(shop)).code, 'UNAUTHENTICATED')
    const forged = { authorization: `Bearer ${await shop.token({}, { key: 'other' })}`, 'accept-language': 'en' }
    assert.equal((await refused(shop, { headers: forged })).detail, 'Please sign in.')
    const response = await unexpected(opened(new WebSocket(`${shop.url.replace('http', 'ws')}/api/elsewhere`)))
    assert.equal(response.statusCode, 404)
    response.resume()
    const headers = await bearer(shop, { sub: OTHER })
    const three = [await listen(shop, { headers }), await listen(shop, { headers }), await listen(shop, { headers })]
    assert.equal((await refused(shop, { headers })).code, 'RATE_LIMITED')
    for (const each of three) each.socket.close()
  })

  test('closes when the sign-in ends, and when the token does', async () => {
    const sid = OTHER
    const ended = await listen(shop, { headers: await bearer(shop, { sid }) })
    const expiring = await listen(shop, {
      headers: { authorization: `Bearer ${await shop.token({}, { expiresIn: '2s' })}` },
    })
    const staying = await listen(shop, { headers: await bearer(shop) })
    shop.ended.push({ id: sid, at: Date.now() })
    assert.equal(await ended.closed, 4401)
    assert.equal(await expiring.closed, 4401)
    assert.equal(staying.socket.readyState, WebSocket.OPEN)
    staying.socket.close()
  })

  test('a client that says much is cut off', async () => {
    const loud = await listen(shop, { headers: await bearer(shop) })
    loud.socket.send('x'.repeat(5_000))
    assert.equal(await loud.closed, 1009)
  })

  test('a client that does not read is cut off', () => {
    const did: string[] = []
    const socket = (bufferedAmount: number) =>
      ({ bufferedAmount, send: () => did.push('send'), terminate: () => did.push('terminate') }) as never
    assert.equal(send({ socket: socket(UNREAD_AT_MOST) }, 'x'), true)
    assert.equal(send({ socket: socket(UNREAD_AT_MOST + 1) }, 'x'), false)
    assert.deepEqual(did, ['send', 'terminate'])
  })
})

test('a full process takes no more listeners, and one that does not answer pings is cut off', async () => {
  const endpoints = { notification: host.host.endpoint('notification') }
  const small = await openShop({ endpoints, settings: { ...settings, streamLimit: 1, streamPing: 100 } })
  const headers = { authorization: `Bearer ${await small.token()}` }
  const socket = opened(new WebSocket(address(small), { headers, autoPong: false }))
  await once(socket, 'open')
  assert.equal((await refused(small, { headers })).code, 'UNAVAILABLE')
  const [code] = await once(socket, 'close')
  assert.equal(code, 1006)
  await small.stop()
})

test('closing the shop closes streams, and does not wait for a client that does not hear it', async () => {
  const leaving = await openShop({ endpoints: { notification: host.host.endpoint('notification') }, settings })
  const headers = await bearer(leaving, { sid: SESSION })
  const { closed } = await listen(leaving, { headers })
  const deaf = await listen(leaving, { headers })
  deaf.socket.pause()
  let stopped = false
  void leaving.stop().then(() => (stopped = true))
  assert.equal(await closed, 1001)
  // The library would give it up by itself, after 30 seconds.
  await eventually(() => stopped, 'the shop is closed', 20)
  deaf.socket.terminate()
})

// Last, because it moves the clock of the service that all tests of this file share.
test('goes on long after the request that opened the first of its listeners', async () => {
  const { runtime } = host
  const late = await openShop({ endpoints: { notification: host.host.endpoint('notification') }, settings, runtime })
  const client = await listen(late, { headers: await bearer(late) })
  runtime.advance(60_000)
  await tell(MEMBER)
  await eventually(() => client.heard.length === 1, 'it still hears')
  client.socket.close()
  await late.stop()
})
