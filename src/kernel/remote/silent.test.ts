import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import type { CallContext } from '../context.ts'
import { contract, nothing } from '../contract.ts'
import type { Fault } from '../fault.ts'
import { atEnd, listening } from '#test/support/at-end.ts'
import { steerableRuntime, type SteerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { remoteEndpoint, type RemoteEndpoint } from './client/endpoint.ts'
import { callerTokens } from './security/token.ts'
import { ANSWERS_TYPE, CALLS_TYPE } from './wire.ts'

// Real servers, one of which accepts connections and answers nothing, as a process does that was stopped.

const operation = { summary: 'As named.', access: 'public', input: nothing, output: z.string() } as const
const stock = contract('stock', {
  read: { ...operation, method: 'GET' },
  take: { ...operation, method: 'POST' },
})

/** A replica whose calls and questions hang while the test says so. */
const replica = async (name: string) => {
  const hanging: (() => void)[] = []
  const state = { calls: 0, questions: 0, hangs: false, deaf: false, open: 0 }
  const { origin } = await listening(async (request, reply) => {
    let body = ''
    reply.on('close', () => state.open--)
    state.open++
    for await (const chunk of request) body += String(chunk)
    const isCall = request.method === 'POST'
    const together = request.headers['content-type'] === CALLS_TYPE ? (JSON.parse(body) as unknown[]).length : 0
    if (isCall) state.calls += together || 1
    else state.questions++
    const answer = (): void => {
      const lines = Array.from({ length: together }, (_, n) => `${n} 200 v "${name}"\n`).join('')
      const type = together > 0 ? ANSWERS_TYPE : 'application/json'
      reply.writeHead(200, { 'content-type': type, 'x-together': '1' }).end(together > 0 ? lines : `"${name}"`)
    }
    if (isCall ? state.hangs : state.deaf) hanging.push(answer)
    else answer()
  })
  return {
    state,
    origin,
    /** Answers nothing any more, not even whether it is there. */
    stop: () => void Object.assign(state, { hangs: true, deaf: true }),
    /** Goes on, with what it was asked meanwhile. */
    goOn: () => {
      Object.assign(state, { hangs: false, deaf: false })
      for (const answer of hanging.splice(0)) answer()
    },
  }
}
type Replica = Awaited<ReturnType<typeof replica>>

const DEADLINE = 10_000

const reach = (replicas: readonly Replica[], runtime: SteerableRuntime = steerableRuntime()) => {
  const endpoint: RemoteEndpoint = remoteEndpoint({
    contract: stock,
    origins: replicas.map((each) => each.origin),
    tokens: callerTokens(['a secret of many characters'], runtime),
    runtime,
    log: silent,
  })
  let closed: Promise<void> | undefined
  const close = atEnd(() => (closed ??= endpoint.close()))
  const context = (): CallContext => ({
    actor: { kind: 'anonymous' },
    caller: 'order',
    deadline: runtime.now() + DEADLINE,
    locale: 'ko',
    requestId: 'r',
  })
  /** Who answered, or the code of the fault. */
  const call = (name: 'read' | 'take'): Promise<unknown> =>
    endpoint.call(name, {}, context()).catch((error: Fault) => error.code)
  /** Calls until one has arrived at `at`; answers it, on its way. */
  const callAt = async (name: 'read' | 'take', at: Replica): Promise<{ answer: Promise<unknown> }> => {
    for (;;) {
      const before = at.state.calls
      const answer = call(name)
      let ended = false
      void answer.then(() => (ended = true))
      await eventually(() => ended || at.state.calls > before, 'the call arrives')
      if (at.state.calls > before) return { answer }
    }
  }
  const shares = (): number[] => endpoint.stats().instances.map((each) => each.share)
  return { endpoint, runtime, call, callAt, shares, close }
}

/** Two replicas, of which both have answered and the first then stops. */
const oneStopped = async () => {
  const [stopped, well] = [await replica('stopped'), await replica('well')]
  const shop = reach([stopped, well])
  await Promise.all([1, 2, 3, 4].map(() => shop.call('take')))
  assert.ok(stopped.state.calls > 0 && well.state.calls > 0)
  stopped.stop()
  return { stopped, well, ...shop }
}

describe('a replica that was stopped', () => {
  test('costs a call that may be repeated half of its time, and then nobody anything', async () => {
    const { stopped, callAt, call, runtime, shares, endpoint } = await oneStopped()
    const { answer } = await callAt('read', stopped)
    runtime.advance(DEADLINE / 2)
    assert.equal(await answer, 'well')
    assert.equal(endpoint.stats().hedged, 1)
    assert.equal(endpoint.stats().instances[0]!.inFlight, 0, 'nobody waits for it any more')
    await eventually(() => stopped.state.questions > 0, 'it is asked for a sign of life')
    assert.equal(shares()[0], 0)
    const before = stopped.state.calls
    for (let n = 0; n < 20; n++) assert.equal(await call(n % 2 === 0 ? 'read' : 'take'), 'well')
    assert.equal(stopped.state.calls, before)
    assert.equal(endpoint.stats().hedged, 1)
  })

  test('costs a call that must not be repeated its deadline, and then nobody anything', async () => {
    const { stopped, well, callAt, call, runtime, endpoint } = await oneStopped()
    const { answer } = await callAt('take', stopped)
    runtime.advance(DEADLINE / 2)
    await eventually(() => stopped.state.questions > 0, 'it is asked for a sign of life')
    const before = stopped.state.calls
    for (let n = 0; n < 20; n++) assert.equal(await call('take'), 'well')
    const asked = well.state.calls
    runtime.advance(DEADLINE / 2)
    assert.equal(await answer, 'DEADLINE_EXCEEDED')
    assert.deepEqual([stopped.state.calls, well.state.calls, endpoint.stats().hedged], [before, asked, 0])
  })

  test('costs calls that share a request no more', async () => {
    const { stopped, well, call, runtime } = await oneStopped()
    const before = stopped.state.calls
    let answered = 0
    const answers = Promise.all(Array.from({ length: 40 }, () => call('read').finally(() => answered++)))
    await eventually(() => stopped.state.calls > before, 'some arrive there')
    await eventually(() => well.state.calls + stopped.state.calls >= 44, 'all arrive somewhere')
    // Until another has answered it may be that all are slow, and no more than a share of the calls is made twice.
    await eventually(() => answered > 0, 'the other has answered some')
    runtime.advance(DEADLINE / 2)
    assert.deepEqual(new Set(await answers), new Set(['well']))
  })

  test('is asked until it answers, and then gets its calls again, few at first', async () => {
    const { stopped, callAt, call, runtime, shares } = await oneStopped()
    const { answer } = await callAt('read', stopped)
    runtime.advance(DEADLINE / 2)
    await answer
    // However long it takes.
    runtime.advance(600_000)
    await eventually(() => stopped.state.questions > 1, 'it is asked again')
    assert.equal(shares()[0], 0)
    stopped.goOn()
    await eventually(() => shares()[0]! > 0, 'it is let in')
    assert.ok(shares()[0]! < 1)
    runtime.advance(10_000)
    assert.equal(shares()[0], 1)
    const before = stopped.state.calls
    for (let n = 0; n < 10; n++) assert.ok(['stopped', 'well'].includes(String(await call('take'))))
    assert.ok(stopped.state.calls > before)
  })

  test('is asked no more once nobody calls from here', async () => {
    const { stopped, callAt, runtime, close } = await oneStopped()
    const { answer } = await callAt('read', stopped)
    runtime.advance(DEADLINE / 2)
    await answer
    await eventually(() => stopped.state.questions > 0, 'it is asked for a sign of life')
    // The question under way is given up, and none follows it: closing would wait for that.
    let isClosed = false
    void close().then(() => (isClosed = true))
    await eventually(() => isClosed && stopped.state.open === 0, 'it is closed, with every connection')
  })

  test('that is the only one is waited for, and never left out', async () => {
    const only = await replica('only')
    const { callAt, runtime, shares, endpoint } = reach([only])
    only.stop()
    const { answer } = await callAt('read', only)
    runtime.advance(DEADLINE / 2)
    runtime.advance(DEADLINE / 2)
    assert.equal(await answer, 'DEADLINE_EXCEEDED')
    assert.deepEqual([shares(), only.state.questions, endpoint.stats().hedged], [[1], 0, 0])
  })
})

describe('a replica that is only slow', () => {
  test('stays in: it gave a sign of life at once; whoever answers first has answered', async () => {
    const [slow, well] = [await replica('slow'), await replica('well')]
    const { call, callAt, runtime, shares, endpoint } = reach([slow, well])
    await Promise.all([1, 2, 3, 4].map(() => call('take')))
    slow.state.hangs = true
    const { answer } = await callAt('read', slow)
    well.state.hangs = true
    const asked = well.state.calls
    runtime.advance(DEADLINE / 2)
    await eventually(() => well.state.calls > asked, 'the other is asked as well')
    await eventually(() => shares()[0] === 1, 'it is in')
    assert.equal(slow.state.questions, 1)
    slow.goOn()
    assert.equal(await answer, 'slow')
    assert.equal(endpoint.stats().hedged, 1)
    well.goOn()
  })

  test('is not even asked while it answers other calls', async () => {
    const [slow, well] = [await replica('slow'), await replica('well')]
    const { call, callAt, runtime, shares, endpoint } = reach([slow, well])
    await Promise.all([1, 2, 3, 4].map(() => call('take')))
    // Each has a call that hangs, so that neither is less busy.
    for (const each of [slow, well]) each.state.hangs = true
    const hanging = [await callAt('take', slow), await callAt('take', well)]
    for (const each of [slow, well]) each.state.hangs = false
    assert.equal(await (await callAt('take', slow)).answer, 'slow')
    runtime.advance(DEADLINE / 2)
    await eventually(() => endpoint.stats().instances[1]!.inFlight === 1 && well.state.questions > 0, 'half is over')
    assert.deepEqual([slow.state.questions, shares()[0]], [0, 1])
    for (const each of [slow, well]) each.goOn()
    assert.deepEqual(await Promise.all(hanging.map((each) => each.answer)), ['slow', 'well'])
  })

  test('is left out after three calls in a row that it did not answer in time, while others do', async () => {
    const [slow, well] = [await replica('slow'), await replica('well')]
    const { call, callAt, runtime, shares } = reach([slow, well])
    await Promise.all([1, 2, 3, 4].map(() => call('take')))
    slow.state.hangs = true
    for (let n = 1; n <= 3; n++) {
      assert.equal(shares()[0], 1, `before timeout ${n}`)
      const { answer } = await callAt('take', slow)
      runtime.advance(DEADLINE)
      assert.equal(await answer, 'DEADLINE_EXCEEDED')
      await eventually(() => n === 3 || shares()[0] === 1, 'it gave a sign of life')
    }
    assert.equal(shares()[0], 0)
    for (let n = 0; n < 10; n++) assert.equal(await call('take'), 'well')
  })

  test('as all others are: few calls are made twice, and none is left out', async () => {
    const both = [await replica('one'), await replica('two')]
    const { call, runtime, shares, endpoint } = reach(both)
    for (const each of both) each.state.hangs = true
    const answers = Promise.all(Array.from({ length: 60 }, () => call('read')))
    const arrived = (): number => both[0]!.state.calls + both[1]!.state.calls
    await eventually(() => arrived() === 60, 'all are asked')
    runtime.advance(DEADLINE / 2)
    await eventually(() => endpoint.stats().hedged > 0, 'some are sent to the other')
    await eventually(() => shares().every((each) => each === 1), 'both gave a sign of life')
    runtime.advance(DEADLINE / 2)
    assert.deepEqual(new Set(await answers), new Set(['DEADLINE_EXCEEDED']))
    assert.ok(endpoint.stats().hedged <= 16, String(endpoint.stats().hedged))
    assert.ok(arrived() <= 76, String(arrived()))
  })
})
