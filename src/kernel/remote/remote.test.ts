import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { z } from 'zod'
import { serveLocally } from '../call.ts'
import type { CallContext } from '../context.ts'
import { contract, nothing } from '../contract.ts'
import type { Fault } from '../fault.ts'
import { fault } from '../fault.ts'
import { DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE } from '../faults.ts'
import { steerableRuntime, stillRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { remoteEndpoint, type RemoteEndpoint, type RemoteLimits } from './client/endpoint.ts'
import { startInternalServer, type InternalServer } from './server/server.ts'
import { callerTokens } from './security/token.ts'
import { FAULT_TYPE, faultToText, pathOf } from './wire.ts'

const NO = fault('NO', 409, { ko: '안 됩니다.', en: 'No.' })
const stock = contract('stock', {
  read: { summary: 'Reads.', method: 'GET', access: 'public', input: nothing, output: z.string(), faults: [NO] },
  put: {
    summary: 'Puts, safely again.',
    method: 'PUT',
    access: 'public',
    input: nothing,
    output: z.string(),
    repeatable: true,
  },
  take: { summary: 'Takes one.', method: 'POST', access: 'public', input: nothing, output: z.string(), faults: [NO] },
})

const runtime = stillRuntime()
const tokens = callerTokens(['a secret of many characters'], runtime)
const context = (ms = 5_000): CallContext => ({
  actor: { kind: 'anonymous' },
  caller: 'order',
  deadline: runtime.now() + ms,
  locale: 'ko',
  requestId: 'r',
})

/** A callee that does what the test says, and counts. */
let answer: RequestListener
let requests = 0
let server: Server
let origin: string
const closing: (() => unknown)[] = []
const listen = async (listener: RequestListener): Promise<[Server, string]> => {
  const made = createServer(listener).listen(0, '127.0.0.1')
  await once(made, 'listening')
  closing.push(() => (made.closeAllConnections(), made.close()))
  return [made, `http://127.0.0.1:${(made.address() as AddressInfo).port}`]
}
before(async () => {
  ;[server, origin] = await listen((request, reply) => {
    requests++
    request.resume()
    answer(request, reply)
  })
})
beforeEach(() => (requests = 0))
after(async () => {
  for (const close of closing) await close()
})

const reach = (limits: Partial<RemoteLimits> = {}, origins: readonly string[] = [origin]): RemoteEndpoint => {
  const made = remoteEndpoint({ contract: stock, origins, tokens, runtime, log: silent, limits })
  closing.push(made.close)
  return made
}
const ok: RequestListener = (_, reply) => reply.writeHead(200, { 'content-type': 'application/json' }).end('"ok"')
const breaks: RequestListener = (request) => request.socket.destroy()
const status =
  (code: number): RequestListener =>
  (_, reply) =>
    reply.writeHead(code).end('<html>')
const refuses =
  (refusal: Fault): RequestListener =>
  (_, reply) =>
    reply.writeHead(refusal.status, { 'content-type': FAULT_TYPE }).end(faultToText(refusal))
const first =
  (one: RequestListener, then: RequestListener): RequestListener =>
  (request, reply) =>
    (requests === 1 ? one : then)(request, reply)
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => (error as Fault).code,
  )

describe('repeating a call', () => {
  for (const operation of ['read', 'put'])
    test(`${operation} is repeated when its answer was lost: doing it twice does no more`, async () => {
      answer = first(breaks, ok)
      assert.equal(await reach().call(operation, {}, context()), 'ok')
      assert.equal(requests, 2)
    })

  test('what may have been done and is not repeatable is never repeated', async () => {
    for (const once of [breaks, status(502), status(500), status(504)]) {
      requests = 0
      answer = first(once, ok)
      assert.equal(await codeOf(reach().call('take', {}, context())), 'UNAVAILABLE')
      assert.equal(requests, 1)
    }
  })

  test('what was surely not done is repeated, whatever it is', async () => {
    answer = first(status(503), ok)
    assert.equal(await reach().call('take', {}, context()), 'ok')
    assert.equal(requests, 2)
  })

  test('a business fault is an answer: not repeated, and it does not count against the service', async () => {
    answer = refuses(NO())
    const endpoint = reach({ failures: 2 })
    for (let n = 0; n < 5; n++) assert.equal(await codeOf(endpoint.call('read', {}, context())), 'NO')
    assert.equal(requests, 5)
    assert.equal(endpoint.stats().instances[0]!.breaker, 'closed')
  })

  test('a service that says it is away is asked again where that is safe', async () => {
    answer = first(refuses(UNAVAILABLE({ service: 'stock' })), ok)
    assert.equal(await reach().call('read', {}, context()), 'ok')
    requests = 0
    assert.equal(await codeOf(reach().call('take', {}, context())), 'UNAVAILABLE')
  })

  test('in an outage a tenth is repeated, not everything twice', async () => {
    answer = breaks
    const endpoint = reach({ failures: 10_000 })
    for (let n = 0; n < 60; n++) await codeOf(endpoint.call('read', {}, context()))
    assert.ok(requests >= 66 && requests <= 60 + 10 + 6, String(requests))
    assert.equal(endpoint.stats().retried, requests - 60)
  })
})

describe('an answer that makes no sense', () => {
  test('a fault the contract does not name is INTERNAL; a page of something between is UNAVAILABLE', async () => {
    answer = refuses(fault('SURPRISE', 409, { ko: '', en: '' })())
    assert.equal(await codeOf(reach().call('take', {}, context())), 'INTERNAL')
    answer = (_, reply) => reply.writeHead(200).end('<html>')
    assert.equal(await codeOf(reach().call('take', {}, context())), 'UNAVAILABLE')
    answer = refuses(INTERNAL())
    assert.equal(await codeOf(reach().call('take', {}, context())), 'INTERNAL')
  })

  test('an operation that hosts of another version lack was surely not done: others are asked, else it is UNAVAILABLE', async () => {
    answer = first(status(404), ok)
    assert.equal(await reach().call('take', {}, context()), 'ok')
    answer = status(404)
    assert.equal(await codeOf(reach().call('take', {}, context())), 'UNAVAILABLE')
  })

  test('nobody listening is UNAVAILABLE, in a sentence that names the service', async () => {
    const [gone, nowhere] = await listen(ok)
    gone.close()
    const error = await reach({}, [nowhere])
      .call('take', {}, context())
      .catch((raised: Fault) => raised)
    assert.ok(UNAVAILABLE.is(error))
    assert.match(error.messages.en, /^The stock service is not available/)
  })
})

describe('the deadline', () => {
  test('is kept when the callee never answers, and what is left is sent along', async () => {
    let left = 0
    let hungUp = false
    answer = (request, reply) => {
      left = Number(request.headers['x-deadline-ms'])
      reply.on('close', () => (hungUp = true))
    }
    const call = codeOf(reach().call('read', {}, context(200)))
    await eventually(() => left > 0, 'it is asked')
    assert.equal(left, 180)
    let ended = false
    void call.then(() => (ended = true))
    runtime.advance(199)
    await runtime.sleep(100)
    assert.ok(!ended, 'there is time left')
    runtime.advance(1)
    assert.equal(await call, 'DEADLINE_EXCEEDED')
    assert.equal(requests, 1)
    await eventually(() => hungUp, 'the callee sees that nobody waits')
  })

  test('of a callee is a little nearer: that what it asks hangs is no fault of its own', async () => {
    answer = () => {}
    const behind = reach()
    const middle = serveLocally(
      stock,
      { read: () => 'read', put: () => 'put', take: (_, given) => behind.call('take', {}, given) as Promise<string> },
      { runtime, log: silent },
    )
    const port = await startInternalServer({
      host: '127.0.0.1',
      port: 0,
      served: () => ({ contract: stock, endpoint: middle }),
      tokens,
      runtime,
      log: silent,
    })
    closing.push(port.close)
    const endpoint = reach({ failures: 1, openFor: 60_000 }, [port.origin])
    let answered: unknown
    void codeOf(endpoint.call('take', {}, context(5_000))).then((code) => (answered = code))
    await eventually(() => requests === 1, 'what hangs is asked')
    runtime.advance(4_900)
    try {
      await eventually(() => answered !== undefined, 'the callee says so in time')
      assert.equal(answered, 'DEADLINE_EXCEEDED')
      assert.equal(endpoint.stats().instances[0]!.breaker, 'closed')
    } finally {
      runtime.advance(100)
    }
  })

  test('that has passed sends nothing', async () => {
    answer = ok
    assert.equal(await codeOf(reach().call('read', {}, context(-1))), 'DEADLINE_EXCEEDED')
    assert.equal(requests, 0)
  })

  test('missed counts against an instance only when it had a fair time', async () => {
    answer = () => {}
    const endpoint = reach({ failures: 1, openFor: 60_000 })
    const state = () => endpoint.stats().instances[0]!.breaker
    const missed = async (ms: number): Promise<unknown> => {
      const before = requests
      const call = codeOf(endpoint.call('take', {}, context(ms)))
      await eventually(() => requests > before, 'it is asked')
      runtime.advance(ms)
      return call
    }
    for (let n = 0; n < 3; n++) assert.equal(await missed(999), 'DEADLINE_EXCEEDED')
    assert.equal(state(), 'closed')
    assert.equal(await missed(1_000), 'DEADLINE_EXCEEDED')
    assert.equal(state(), 'open')
  })
})

describe('the breaker', () => {
  test('keeps calls away after failures in a row, tries again later and closes when that works', async () => {
    answer = status(500)
    const endpoint = reach({ failures: 3, openFor: 1_000 })
    const state = () => endpoint.stats().instances[0]!.breaker
    for (let n = 0; n < 3; n++) await codeOf(endpoint.call('take', {}, context()))
    assert.deepEqual([requests, state()], [3, 'open'])
    for (let n = 0; n < 20; n++) assert.equal(await codeOf(endpoint.call('take', {}, context())), 'UNAVAILABLE')
    assert.equal(requests, 3)
    runtime.advance(1_200)
    assert.equal(state(), 'half-open')
    answer = (request, reply) => setTimeout(() => ok(request, reply), 20)
    const together = await Promise.all([1, 2, 3].map(() => codeOf(endpoint.call('take', {}, context()))))
    assert.deepEqual(together.toSorted(), ['UNAVAILABLE', 'UNAVAILABLE', 'ok'])
    assert.deepEqual([requests, state()], [4, 'closed'])
    assert.equal(await endpoint.call('take', {}, context()), 'ok')
  })

  test('opens for one instance alone: the others go on', async () => {
    answer = ok
    const [, sick] = await listen(status(500))
    const endpoint = reach({ failures: 2, openFor: 60_000 }, [sick, origin])
    const answers: unknown[] = []
    for (let n = 0; n < 20; n++) answers.push(await codeOf(endpoint.call('take', {}, context())))
    assert.equal(answers.filter((each) => each !== 'ok').length, 2)
    assert.deepEqual(
      endpoint.stats().instances.map((each) => each.breaker),
      ['open', 'closed'],
    )
  })
})

describe('instances', () => {
  test('share the calls, are joined and left as the registry says', async () => {
    const counts = [0, 0]
    const servers = await Promise.all(
      counts.map((_, i) => listen((request, reply) => (counts[i]!++, ok(request, reply)))),
    )
    let now = [servers[0]![1], servers[1]![1]]
    const endpoint = remoteEndpoint({ contract: stock, origins: () => now, tokens, runtime, log: silent })
    closing.push(endpoint.close)
    for (let n = 0; n < 10; n++) await endpoint.call('take', {}, context())
    assert.deepEqual(counts, [5, 5])
    now = [servers[1]![1]]
    for (let n = 0; n < 5; n++) await endpoint.call('take', {}, context())
    assert.deepEqual(counts, [5, 10])
    now = []
    assert.equal(await codeOf(endpoint.call('take', {}, context())), 'UNAVAILABLE')
  })
})

describe('the choice of an instance', () => {
  test('falls on the least busy, and on another when a call is repeated', async () => {
    const held: (() => void)[] = []
    const quick: RequestListener = (request, reply) => (requests++, breaks(request, reply))
    const [, busy] = await listen((request, reply) => {
      if (held.length < 2) held.push(() => ok(request, reply))
      else ok(request, reply)
    })
    let now = [busy]
    const clock = steerableRuntime()
    const soon = (ms = 5_000): CallContext => ({ ...context(), deadline: clock.now() + ms })
    const endpoint = remoteEndpoint({
      contract: stock,
      origins: () => now,
      tokens,
      runtime: clock,
      log: silent,
      limits: { failures: 1_000 },
    })
    closing.push(endpoint.close)
    const waiting = [1, 2].map(() => endpoint.call('take', {}, soon(60_000)))
    while (held.length < 2) await runtime.sleep(5)
    /** Who came is let in slowly: that is over. */
    const join = (origins: string[]): void => {
      now = origins
      endpoint.stats()
      clock.advance(10_000)
    }
    const [, idle] = await listen(quick)
    join([busy, idle])
    // Each goes to the idle one, which breaks it, and then to the busy one.
    for (let n = 0; n < 5; n++) assert.equal(await endpoint.call('read', {}, soon()), 'ok')
    assert.equal(requests, 5)
    let served = 0
    const [, free] = await listen((request, reply) => {
      served++
      ok(request, reply)
    })
    join([busy, free])
    for (let n = 0; n < 5; n++) await endpoint.call('take', {}, soon())
    assert.equal(served, 5)
    for (const go of held) go()
    assert.deepEqual(await Promise.all(waiting), ['ok', 'ok'])
  })
})

describe('an instance that goes', () => {
  test('and says so is called no more; who waits for its answer gets it', async () => {
    let [asked, others] = [0, 0]
    const leaves: RequestListener = (_, reply) => {
      asked++
      reply.writeHead(200, { 'content-type': 'application/json', 'x-leaving': '1' }).end('"bye"')
    }
    const [, leaving] = await listen(leaves)
    const [, staying] = await listen((request, reply) => (others++, ok(request, reply)))
    const endpoint = reach({}, [leaving, staying])
    for (let n = 0; n < 20; n++) await endpoint.call('take', {}, context())
    assert.deepEqual([asked, others], [1, 19])
    const [first] = endpoint.stats().instances
    assert.deepEqual([first!.share, first!.breaker], [0, 'closed'])
    // Alone it is called all the same: it still answers.
    const alone = reach({}, [leaving])
    for (let n = 0; n < 3; n++) assert.equal(await alone.call('take', {}, context()), 'bye')
  })

  test('and is dead costs nobody a call: all go on to another, without a pause, whatever the retry budget', async () => {
    const [gone, dead] = await listen(ok)
    gone.close()
    const [, alive] = await listen(ok)
    const endpoint = reach({ failures: 10_000 }, [dead, alive])
    const together = Array.from({ length: 200 }, () => codeOf(endpoint.call('take', {}, context())))
    assert.deepEqual(new Set(await Promise.all(together)), new Set(['ok']))
    const { retried } = endpoint.stats()
    for (let n = 0; n < 50; n++) await endpoint.call('take', {}, context())
    assert.equal(endpoint.stats().retried, retried, 'it is not looked at again')
    // Long after it is let in again: one call finds out, those after it need not.
    runtime.advance(12_000)
    await eventually(async () => {
      await endpoint.call('take', {}, context())
      return endpoint.stats().retried > retried
    }, 'it is looked at')
    for (let n = 0; n < 50; n++) await endpoint.call('take', {}, context())
    assert.equal(endpoint.stats().retried, retried + 1)
  })
})

describe('the bulkhead', () => {
  test('lets so many go, so many wait in order, and refuses the rest at once', async () => {
    const held: (() => void)[] = []
    answer = (request, reply) => held.push(() => ok(request, reply))
    const endpoint = reach({ inFlight: 2, waiting: 2 })
    const calls = Array.from({ length: 5 }, () => codeOf(endpoint.call('take', {}, context())))
    assert.equal(await calls[4], 'UNAVAILABLE')
    const { inFlight, waiting, refused } = endpoint.stats()
    assert.deepEqual({ inFlight, waiting, refused }, { inFlight: 2, waiting: 2, refused: 1 })
    while (held.length < 2) await runtime.sleep(5)
    assert.equal(requests, 2)
    answer = ok
    for (const go of held) go()
    assert.deepEqual(await Promise.all(calls.slice(0, 4)), ['ok', 'ok', 'ok', 'ok'])
    assert.equal(endpoint.stats().inFlight, 0)
  })

  test('what waits longer than its deadline leaves the queue', async () => {
    const held: (() => void)[] = []
    answer = (request, reply) => held.push(() => ok(request, reply))
    const endpoint = reach({ inFlight: 1, waiting: 5 })
    const long = codeOf(endpoint.call('take', {}, context()))
    const short = codeOf(endpoint.call('take', {}, context(60)))
    assert.equal(endpoint.stats().waiting, 1)
    runtime.advance(60)
    assert.equal(await short, 'DEADLINE_EXCEEDED')
    assert.equal(endpoint.stats().waiting, 0)
    while (held.length < 1) await runtime.sleep(5)
    held[0]!()
    assert.equal(await long, 'ok')
  })
})

describe('the internal port', () => {
  let internal: InternalServer
  before(async () => {
    const endpoint = serveLocally(
      stock,
      { read: (_, { caller, actor }) => `${caller} ${actor.kind}`, put: () => 'put', take: () => 'taken' },
      { runtime, log: silent },
    )
    const served = (service: string) => (service === 'stock' ? { contract: stock, endpoint } : undefined)
    internal = await startInternalServer({ host: '127.0.0.1', port: 0, served, tokens, runtime, log: silent })
    closing.push(internal.close)
  })
  const post = async (path: string, token?: string, init: RequestInit = {}) => {
    const headers = {
      'content-type': 'application/json',
      'x-deadline-ms': '5000',
      ...(token && { 'x-caller-token': token }),
    }
    const response = await fetch(`${internal.origin}${path}`, { method: 'POST', headers, body: '{}', ...init })
    return [response.status, await response.text()]
  }
  const read = pathOf('stock', 'read')
  const good = tokens.sign('stock', 'order', { kind: 'system' })

  test('serves who carries a token of ours', async () => {
    assert.deepEqual(await post(read, good), [200, '"order system"'])
  })

  test('refuses everything else, and tells nothing', async () => {
    const forged = callerTokens(['another secret'], runtime).sign('stock', 'order', { kind: 'system' })
    const tampered = `${Buffer.from(JSON.stringify({ s: 'stock', c: 'order', a: { kind: 'system' }, e: 9e15 })).toString('base64url')}.${good.split('.')[1]}`
    const elsewhere = tokens.sign('payment', 'order', { kind: 'system' })
    for (const token of [undefined, 'x', 'x.y', '.', forged, tampered, elsewhere])
      assert.deepEqual(await post(read, token), [401, ''], String(token))
    assert.deepEqual(await post('/internal/stock/constructor', good), [404, ''])
    assert.deepEqual(await post('/internal/nothing/read', tokens.sign('nothing', 'order', { kind: 'system' })), [
      404,
      '',
    ])
    assert.deepEqual(await post('/', good), [404, ''])
    assert.deepEqual(await post('/api/products', good), [404, ''])
  })

  test('a token grows old, and a key may be changed without a pause', () => {
    const clock = steerableRuntime()
    const [older, newer] = ['older', 'newer']
    const before = callerTokens([older], clock)
    const during = callerTokens([newer, older], clock)
    const after = callerTokens([newer], clock)
    const actor = { kind: 'member', memberId: 'm', sessionId: 's' } as const
    const token = before.sign('stock', 'order', actor)
    assert.equal(before.sign('stock', 'order', { ...actor }), token)
    assert.deepEqual(during.verify('stock', token), { caller: 'order', actor })
    assert.deepEqual(after.verify('stock', during.sign('stock', 'order', actor)), { caller: 'order', actor })
    assert.equal(after.verify('stock', token), undefined)
    clock.advance(61_000)
    assert.notEqual(before.sign('stock', 'order', actor), token)
    clock.advance(120_000)
    assert.equal(during.verify('stock', token), undefined)
  })

  test('a host whose clock is a minute behind is believed, and one that keeps a token too long is not', () => {
    const [clock, behind] = [steerableRuntime(), steerableRuntime()]
    behind.advance(-60_000)
    const key = 'one secret'
    const [here, there] = [callerTokens([key], clock), callerTokens([key], behind)]
    for (let minute = 0; minute < 10; minute++) {
      assert.ok(here.verify('stock', there.sign('stock', 'order', { kind: 'system' })), `after ${minute} minutes`)
      for (const each of [clock, behind]) each.advance(59_000)
    }
    const kept = there.sign('stock', 'order', { kind: 'system' })
    clock.advance(200_000)
    assert.equal(here.verify('stock', kept), undefined)
    assert.match(here.explain('stock', kept), /^its token ran out \d+ s ago: the clocks/)
  })

  test('why a call was refused is in the log, once for many', async () => {
    const told: object[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(JSON.parse(line)) })
    const port = await startInternalServer({
      host: '127.0.0.1',
      port: 0,
      served: () => undefined,
      tokens,
      runtime,
      log,
    })
    closing.push(port.close)
    const forged = callerTokens(['another secret'], runtime).sign('stock', 'order', { kind: 'system' })
    for (let n = 0; n < 20; n++)
      await fetch(`${port.origin}${read}`, { method: 'POST', headers: { 'x-caller-token': forged } })
    assert.equal(told.length, 1)
    assert.match(JSON.stringify(told), /not signed with our secret: JANGTEO_INTERNAL_SECRET/)
    assert.doesNotMatch(JSON.stringify(told), new RegExp(forged.slice(0, 20)))
    assert.equal(tokens.explain('stock', undefined), 'it carries no token')
    assert.equal(tokens.explain('stock', tokens.sign('order', 'edge', { kind: 'system' })), 'its token is for order')
  })

  test('a body that is no JSON is the caller’s fault; one that is too large is refused', async () => {
    const [code, text] = await post(read, good, { body: '{' })
    assert.deepEqual([code, JSON.parse(String(text)).code], [400, 'MALFORMED_BODY'])
    assert.deepEqual(await post(read, good, { body: `"${'x'.repeat(17 * 1024 * 1024)}"` }), [413, ''])
    assert.deepEqual(await post(read, good, { headers: { 'content-type': 'text/plain', 'x-caller-token': good } }), [
      415,
      '',
    ])
  })

  test('closing lets calls under way be answered, and does not wait for those that do not come', async () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const endpoint = {
      call: async () => {
        arrived.resolve()
        await gate.promise
        return 'late'
      },
    }
    const port = await startInternalServer({
      host: '127.0.0.1',
      port: 0,
      served: () => ({ contract: stock, endpoint }),
      tokens,
      runtime,
      log: silent,
    })
    // It keeps its connection for a call to come.
    const idle = connect(Number(new URL(port.origin).port), '127.0.0.1')
    idle.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n')
    await once(idle, 'data')
    const calling = reach({}, [port.origin]).call('take', {}, context())
    await arrived.promise
    const closed = port.close()
    await runtime.sleep(20)
    gate.resolve()
    assert.equal(await calling, 'late')
    await closed
  })
})

test('a deadline fault of the callee is no failure of the network', async () => {
  answer = refuses(DEADLINE_EXCEEDED())
  assert.equal(await codeOf(reach().call('read', {}, context())), 'DEADLINE_EXCEEDED')
  assert.equal(requests, 1)
  assert.ok(server.listening)
})
