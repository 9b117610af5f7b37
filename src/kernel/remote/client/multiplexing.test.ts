import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { silent } from '#test/support/silent.ts'
import { serveLocally } from '#kernel/call.ts'
import type { Actor, CallContext } from '#kernel/context.ts'
import { contract } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { DEADLINE_EXCEEDED, UNAVAILABLE } from '#kernel/faults.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { batched } from '#kernel/service.ts'
import { remoteEndpoint, type RemoteEndpoint, type RemoteLimits } from './endpoint.ts'
import { startInternalServer } from '../server/server.ts'
import { arrivedFrom, lineOf, MOST } from './multiplexing.ts'
import { callerTokens } from '../security/token.ts'
import { ANSWERS_TYPE } from '../wire.ts'

const NO = fault('NO', 409, { ko: '안 됩니다.', en: 'No.' }, z.object({ n: z.int() }))
const n = z.object({
  n: z.int(),
  wait: z.int().optional(),
  held: z.boolean().optional(),
  text: z.string().optional(),
})
const stock = contract('stock', {
  one: { summary: 'One by one.', method: 'POST', access: 'public', input: n, output: z.unknown(), faults: [NO] },
  many: { summary: 'At once.', method: 'POST', access: 'public', input: n, output: z.unknown(), faults: [NO] },
  inside: { summary: 'Inside.', method: 'POST', access: 'service', input: n, output: z.unknown() },
  nothing: { summary: 'Nothing.', method: 'POST', access: 'public', input: n, output: z.undefined() },
})

const runtime = systemRuntime()
const tokens = callerTokens(['a secret of many characters'], runtime)
const batches: number[] = []
let held = Promise.resolve()
const endpoint = serveLocally(
  stock,
  {
    one: async (input, { actor, requestId, locale }) => {
      if (input.wait) await sleep(input.wait)
      if (input.held) await held
      if (input.n % 3 === 0) throw NO({ n: input.n })
      return { n: input.n, actor, requestId, locale, size: input.text?.length ?? 0 }
    },
    many: batched(async (inputs) => {
      batches.push(inputs.length)
      return inputs.map((each) => (each.n % 3 === 0 ? NO({ n: each.n }) : { n: each.n }))
    }),
    inside: ({ n: value }) => value,
    nothing: () => undefined,
  },
  { runtime, log: silent },
)
const served = await startInternalServer({
  host: '127.0.0.1',
  port: 0,
  served: (service) => (service === 'stock' ? { contract: stock, endpoint } : undefined),
  tokens,
  runtime,
  log: silent,
})

let requests = 0
const count = (): void => void requests++
diagnostics.subscribe('http.server.request.start', count)

const closing: (() => unknown)[] = [() => served.close()]
after(async () => {
  diagnostics.unsubscribe('http.server.request.start', count)
  for (const close of closing.reverse()) await close()
})

const context = (more: Partial<CallContext> = {}): CallContext => ({
  actor: { kind: 'anonymous' },
  caller: 'order',
  deadline: runtime.now() + 5_000,
  locale: 'ko',
  requestId: 'r',
  ...more,
})
const reach = (origin = served.origin, limits: Partial<RemoteLimits> = {}): RemoteEndpoint => {
  const made = remoteEndpoint({ contract: stock, origins: [origin], tokens, runtime, log: silent, limits })
  closing.push(made.close)
  return made
}
const listen = async (listener: RequestListener): Promise<string> => {
  const made = createServer(listener).listen(0, '127.0.0.1')
  await once(made, 'listening')
  closing.push(() => (made.closeAllConnections(), made.close()))
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

let remote: RemoteEndpoint
beforeEach(async () => {
  remote = reach()
  // Only now is it known that the host takes several at once.
  await remote.call('one', { n: 1 }, context())
  requests = 0
  batches.length = 0
})

describe('calls of one turn of the event loop', () => {
  test('share a request, and each gets its own answer or fault', async () => {
    const answers = await Promise.allSettled(upTo(9).map((each) => remote.call('one', { n: each }, context())))
    assert.equal(requests, 1)
    answers.forEach((each, i) => {
      if ((i + 1) % 3 === 0) {
        assert.ok(each.status === 'rejected' && NO.is(each.reason))
        assert.deepEqual(each.reason.data, { n: i + 1 })
      } else assert.equal(each.status === 'fulfilled' && (each.value as { n: number }).n, i + 1)
    })
  })

  test('are made for their own actors, in their own language', async () => {
    const actors: Actor[] = upTo(5).map((each) => ({ kind: 'member', memberId: `m${each}`, sessionId: 's' }))
    const answers = await Promise.all(
      actors.map((actor, i) =>
        remote.call('one', { n: 1 }, context({ actor, requestId: `r${i}`, locale: i % 2 ? 'en' : 'ko' })),
      ),
    )
    assert.equal(requests, 1)
    assert.deepEqual(
      answers,
      actors.map((actor, i) => ({ n: 1, actor, requestId: `r${i}`, locale: i % 2 ? 'en' : 'ko', size: 0 })),
    )
  })

  test('keep together what is written for many at once', async () => {
    await Promise.allSettled(upTo(20).map((each) => remote.call('many', { n: each }, context())))
    assert.deepEqual([requests, batches], [1, [20]])
  })

  test('do not wait for each other: a slow one holds up no fast one', async () => {
    const gate = Promise.withResolvers<void>()
    held = gate.promise
    const slow = remote.call('one', { n: 1, held: true }, context())
    await Promise.all(upTo(4).map((each) => remote.call('nothing', { n: each }, context())))
    assert.equal(requests, 1)
    gate.resolve()
    await slow
  })

  test('have deadlines of their own', async () => {
    const late = remote.call('one', { n: 1, wait: 400 }, context({ deadline: runtime.now() + 100 }))
    const good = remote.call('one', { n: 2, wait: 300 }, context())
    await assert.rejects(late, DEADLINE_EXCEEDED.is)
    assert.equal(((await good) as { n: number }).n, 2)
    assert.equal(requests, 1)
  })

  test('travel in several requests when they are many, and alone when they are big', async () => {
    await Promise.all(upTo(MOST + 6).map(() => remote.call('one', { n: 1 }, context())))
    assert.equal(requests, 2)
    requests = 0
    const text = '가'.repeat(20_000)
    const both = await Promise.all([
      remote.call('one', { n: 1, text }, context()),
      remote.call('one', { n: 2 }, context()),
    ])
    assert.deepEqual([requests, (both[0] as { size: number }).size], [2, 20_000])
  })

  test('go one by one to a host that does not know of this', async () => {
    let calls = 0
    const older = reach(
      await listen((request, reply) => {
        calls++
        request.resume()
        if (request.url === '/internal/stock') reply.writeHead(404).end()
        else reply.writeHead(200, { 'content-type': 'application/json' }).end('1')
      }),
    )
    await older.call('one', { n: 1 }, context())
    assert.deepEqual(
      await Promise.all(upTo(5).map((each) => older.call('one', { n: each }, context()))),
      [1, 1, 1, 1, 1],
    )
    assert.equal(calls, 6)
  })
})

describe('a request of several calls that is lost', () => {
  /** Answers single calls, and of several only the first. */
  const half: RequestListener = (request, reply) => {
    request.resume()
    if (request.url !== '/internal/stock')
      return reply.writeHead(200, { 'content-type': 'application/json', 'x-together': '1' }).end('0')
    reply.writeHead(200, { 'content-type': ANSWERS_TYPE })
    reply.write(lineOf(0, 200, 'v', '"done"'))
    return setTimeout(() => reply.destroy(), 20)
  }

  test('leaves what was answered, and tells the rest that it may have been done', async () => {
    const broken = reach(await listen(half), { failures: 3 })
    await broken.call('one', { n: 1 }, context())
    requests = 0
    const answers = await Promise.allSettled(upTo(8).map((each) => broken.call('one', { n: each }, context())))
    assert.deepEqual(
      answers.map((each) => (each.status === 'fulfilled' ? each.value : UNAVAILABLE.is(each.reason))),
      ['done', ...Array(7).fill(true)],
    )
    assert.equal(requests, 1, 'what may have been done is not done again')
    assert.equal(broken.stats().instances[0]!.breaker, 'closed', 'one lost connection is one failure')
  })
})

describe('whoever sends several calls', () => {
  const send = async (token: string | undefined, calls: unknown): Promise<[number, string]> => {
    const answer = await fetch(`${served.origin}/internal/stock`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.jangteo.calls+json',
        ...(token !== undefined && { 'x-caller-token': token }),
      },
      body: typeof calls === 'string' ? calls : JSON.stringify(calls),
    })
    return [answer.status, await answer.text()]
  }
  const good = tokens.sign('stock', 'order', { kind: 'system' })
  const other = tokens.sign('product', 'order', { kind: 'system' })
  const call = (token: string, operation = 'inside') => [
    operation,
    ['x-caller-token', token, 'x-deadline-ms', '5000'],
    { n: 1 },
  ]

  test('needs a token of ours for the request, and learns nothing without', async () => {
    assert.deepEqual(await send(undefined, [call(good)]), [401, ''])
    assert.deepEqual(await send('forged.token', [call(good)]), [401, ''])
    assert.deepEqual(await send(other, [call(good)]), [401, ''])
  })

  test('needs one for each call too', async () => {
    const [status, text] = await send(good, [call(good), call('forged.token'), call(other), call(good, 'toString')])
    assert.equal(status, 200)
    assert.deepEqual(text.slice(0, -1).split('\n').sort(), ['0 200 v 1', '1 401 v ', '2 401 v ', '3 404 v '])
  })

  test('gets 400 for what is not calls', async () => {
    for (const bad of [
      '',
      '{',
      '{}',
      '[]',
      '[1]',
      '[["one"]]',
      '[["one",["a"]]]',
      '[["one",[1,2]]]',
      '[["one",[],1,2]]',
    ])
      assert.deepEqual(await send(good, bad), [400, ''], bad)
    assert.equal(arrivedFrom(JSON.stringify(Array(MOST + 1).fill(call(good)))), undefined)
  })
})
