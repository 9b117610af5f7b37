import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { z } from 'zod'
import { bothBindings } from '#test/support/processes/bindings.ts'
import { steerableRuntime, stillRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { clientOf, serveLocally, systemContext, type Endpoint } from './call.ts'
import { currentContext, withContext, type Actor, type CallContext } from './context.ts'
import { contract, nothing, type Client } from './contract.ts'
import { Fault, fault } from './fault.ts'
import { DEADLINE_EXCEEDED, FORBIDDEN, INTERNAL, INVALID_INPUT, UNAVAILABLE } from './faults.ts'
import { batched, type Handlers } from './service.ts'

const SHORT = fault(
  'SHORT',
  409,
  { ko: (data) => `${data.left}개 남음`, en: (data) => `${data.left} left` },
  z.object({ left: z.int() }),
)
const UNDECLARED = fault('UNDECLARED', 409, { ko: '비밀', en: 'secret' })

const seenContext = z.object({
  actor: z.any(),
  caller: z.string(),
  left: z.number(),
  locale: z.string(),
  requestId: z.string(),
  traceparent: z.string().optional(),
  address: z.string().optional(),
})

const things = contract('things', {
  double: {
    summary: 'Doubles.',
    method: 'GET',
    access: 'public',
    input: z.object({ n: z.int().max(1_000), text: z.string().default('가') }),
    output: z.object({ n: z.int(), text: z.string(), none: z.null() }),
  },
  context: {
    summary: 'Tells its context.',
    method: 'GET',
    access: 'public',
    input: nothing,
    output: seenContext,
    deadline: 3_000,
  },
  nothing: { summary: 'Answers nothing.', method: 'POST', access: 'public', input: nothing, output: z.void() },
  refuse: {
    summary: 'Refuses.',
    method: 'POST',
    access: 'public',
    input: z.object({ how: z.enum(['declared', 'undeclared', 'common', 'error', 'thing']) }),
    output: z.void(),
    faults: [SHORT],
  },
  many: {
    summary: 'Works in batches.',
    method: 'POST',
    access: 'public',
    repeatable: true,
    input: z.object({ n: z.int() }),
    output: z.object({ n: z.int(), together: z.int() }),
    faults: [SHORT],
  },
  inside: { summary: 'Only for services.', method: 'POST', access: 'service', input: nothing, output: z.string() },
  slow: {
    summary: 'Takes its time.',
    method: 'POST',
    access: 'public',
    input: nothing,
    output: z.string(),
    deadline: 150,
  },
})
type Things = typeof things

const runtime = stillRuntime()
let ran: string[] = []
let done = Promise.resolve()
const handlers: Handlers<Things> = {
  double: ({ n, text }) => ({ n: n * 2, text, none: null }),
  context: (_, given) => {
    const { deadline, ...context } = currentContext()!
    assert.equal(given.requestId, context.requestId)
    return { ...context, left: deadline - runtime.now() }
  },
  nothing: () => {},
  refuse: ({ how }) => {
    if (how === 'declared') throw SHORT({ left: 2 }, { field: 'quantity', retryAfter: 3 })
    if (how === 'undeclared') throw UNDECLARED()
    if (how === 'common') throw UNAVAILABLE({ service: 'other' })
    if (how === 'thing') return Promise.reject('text')
    throw new Error('the password is hunter2')
  },
  many: batched(async (inputs, contexts) => {
    await turn()
    if (inputs.some(({ n }) => n === 13)) throw new Error('a bad input')
    if (inputs.some(({ n }) => n === 503)) throw UNAVAILABLE({ service: 'other' })
    assert.equal(currentContext()?.actor.kind, 'system')
    assert.equal(contexts.length, inputs.length)
    return inputs.map(({ n }) => (n === 7 ? SHORT({ left: n }) : { n, together: inputs.length }))
  }),
  inside: () => 'in',
  slow: async () => {
    ran.push('begun')
    await done
    ran.push('ended')
    return 'slow'
  },
}
const serve = (given: Partial<Parameters<typeof serveLocally>[2]> = {}) =>
  serveLocally(things, handlers, { runtime, log: silent, ...given })

const anonymous: Actor = { kind: 'anonymous' }
const edge = (more: Partial<CallContext> = {}): CallContext => ({
  actor: anonymous,
  caller: 'edge',
  deadline: runtime.now() + 10_000,
  locale: 'en',
  requestId: 'request-1',
  ...more,
})
const faultOf = async (call: Promise<unknown>): Promise<Fault> => {
  const error = await call.then(
    () => assert.fail('it was not refused'),
    (raised: unknown) => raised,
  )
  assert.ok(error instanceof Fault, String(error))
  return error
}

describe('a call', () => {
  bothBindings((bind, binding) => {
    let known: Endpoint | undefined
    const endpoint: Endpoint = { call: (...args) => (known ??= bind(things, serve())).call(...args) }
    const client: Client<Things> = clientOf(things, 'tester', () => endpoint, runtime)
    const at = (context: CallContext) => (operation: string, input: unknown) => endpoint.call(operation, input, context)

    test('is parsed, answered and typed', async () => {
      assert.deepEqual(await client.double({ n: 4 }), { n: 8, text: '가', none: null })
      assert.deepEqual(await client.double({ n: 4, text: '👍' }), { n: 8, text: '👍', none: null })
      assert.equal(await client.nothing({}), undefined)
      assert.equal(await client.inside({}), 'in')
    })

    test('is refused with every field at fault when its input is wrong', async () => {
      const refused = await faultOf(client.double({ n: 'four', text: '\0' } as never))
      assert.ok(INVALID_INPUT.is(refused))
      assert.deepEqual([refused.status, refused.field], [400, 'n'])
      assert.deepEqual(
        refused.fields!.map((each) => [each.field, each.code, each.message.ko]),
        [['n', 'invalid_type', '숫자로 입력해 주세요.']],
      )
      for (const input of [undefined, null, 5, []])
        assert.ok(INVALID_INPUT.is(await faultOf(at(edge())('double', input))))
    })

    test('a declared fault arrives typed, with data, field and both sentences', async () => {
      const refused = await faultOf(client.refuse({ how: 'declared' }))
      assert.ok(SHORT.is(refused))
      assert.equal(refused.data.left, 2)
      const { status, field, retryAfter, messages } = refused
      assert.deepEqual(
        { status, field, retryAfter, messages },
        { status: 409, field: 'quantity', retryAfter: 3, messages: { ko: '2개 남음', en: '2 left' } },
      )
    })

    test('a common fault passes; anything else becomes INTERNAL and tells nothing', async () => {
      const away = await faultOf(client.refuse({ how: 'common' }))
      assert.deepEqual([away.code, away.data], ['UNAVAILABLE', { service: 'other' }])
      for (const how of ['undeclared', 'error', 'thing'] as const) {
        const { code, status, messages, data, fields } = await faultOf(client.refuse({ how }))
        assert.deepEqual(
          { code, status, data, fields },
          { code: 'INTERNAL', status: 500, data: undefined, fields: undefined },
        )
        assert.equal(messages.en, INTERNAL().messages.en)
      }
    })

    test('carries actor, caller, locale, request, trace, address and what is left of the deadline', async () => {
      const actor: Actor = { kind: 'staff', memberId: 'm', sessionId: 's', roles: ['orders'], guestId: 'g' }
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
      const given = edge({ actor, traceparent, address: '2001:db8::1', deadline: runtime.now() + 2_000 })
      const seen = await withContext(given, () => client.context({}))
      const { left, ...rest } = seen
      assert.deepEqual(rest, {
        actor,
        caller: 'tester',
        locale: 'en',
        requestId: 'request-1',
        traceparent,
        address: '2001:db8::1',
      })
      assert.equal(left, binding === 'local' ? 2_000 : 1_900)
    })

    test('the deadline shrinks to what the operation allows, and never grows', async () => {
      const near = await withContext(edge({ deadline: runtime.now() + 500 }), () => client.context({}))
      assert.equal(near.left, binding === 'local' ? 500 : 450)
      const far = await withContext(edge({ deadline: runtime.now() + 60_000 }), () => client.context({}))
      assert.equal(far.left, binding === 'local' ? 3_000 : 2_900)
    })

    test('is refused unread when nobody waits for the answer any more', async () => {
      ran = []
      const late = await faultOf(at(edge({ deadline: runtime.now() - 1 }))('slow', {}))
      assert.ok(DEADLINE_EXCEEDED.is(late))
      assert.deepEqual(ran, [])
    })

    test('is answered at its deadline, also when the service is not done', async () => {
      const gate = Promise.withResolvers<void>()
      ran = []
      done = gate.promise
      const answer = faultOf(client.slow({}))
      await eventually(() => ran.length > 0, 'the service is at it')
      runtime.advance(150)
      assert.ok(DEADLINE_EXCEEDED.is(await answer))
      assert.deepEqual(ran, ['begun'])
      gate.resolve()
      assert.equal(await client.slow({}), 'slow')
    })

    test('from the edge is refused where only services may', async () => {
      assert.ok(FORBIDDEN.is(await faultOf(at(edge())('inside', {}))))
      assert.equal(await at(edge({ caller: 'order' }))('inside', {}), 'in')
    })

    test('of a batched operation gets its own answer or refusal', async () => {
      const answers = await Promise.allSettled([1, 7, 3].map((n) => client.many({ n })))
      assert.deepEqual(
        answers.map((each) => (each.status === 'fulfilled' ? each.value.n : each.reason.data)),
        [1, { left: 7 }, 3],
      )
      const together = await Promise.all(Array.from({ length: 20 }, (_, n) => client.many({ n: n + 20 })))
      assert.ok(Math.max(...together.map((each) => each.together)) > 1)
    })

    test('of a batched operation that fails fails alone: its neighbours get their answers', async () => {
      const inputs = [10, 11, 12, 13, 14, 15, 16, 17]
      const answers = await Promise.allSettled(inputs.map((n) => client.many({ n })))
      answers.forEach((each, i) => {
        if (inputs[i] === 13) assert.ok(each.status === 'rejected' && INTERNAL.is(each.reason))
        else assert.ok(each.status === 'fulfilled' && each.value.n === inputs[i], `${inputs[i]}`)
      })
    })

    test('of an operation the contract does not have is our own mistake', async () => {
      await assert.rejects(at(edge())('missing', {}), TypeError)
    })

    test(`works for inputs and answers that are large (${binding})`, async () => {
      const text = '장'.repeat(300_000)
      assert.equal((await client.double({ n: 1, text })).text, text)
    })
  }, runtime)
})

describe('serving in this host', () => {
  test('an answer that does not keep the contract is INTERNAL where outputs are checked', async () => {
    const wrong = serve({ checkOutputs: true })
    const broken = serveLocally(
      things,
      { ...handlers, inside: () => 5 as never },
      { runtime, log: silent, checkOutputs: true },
    )
    assert.equal(await wrong.call('inside', {}, systemContext('order', runtime)), 'in')
    assert.ok(INTERNAL.is(await faultOf(broken.call('inside', {}, systemContext('order', runtime)))))
  })

  test('tells its observer of every call and how it ended', async () => {
    const observed: string[] = []
    const endpoint = serve({
      observe: (service, operation, ms, outcome) => void observed.push(`${service}.${operation} ${outcome} ${ms >= 0}`),
    })
    await endpoint.call('double', { n: 1 }, edge())
    await faultOf(endpoint.call('refuse', { how: 'declared' }, edge()))
    await faultOf(endpoint.call('inside', {}, edge()))
    assert.deepEqual(observed, ['things.double ok true', 'things.refuse SHORT true', 'things.inside FORBIDDEN true'])
  })

  test('an error that only means "not now" is told as such, and is logged with the request it failed', async () => {
    const lines: { level: number; requestId: string; err: { message: string } }[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const endpoint = serve({
      log,
      translate: (error) => (error instanceof Error ? UNAVAILABLE({ service: 'things' }) : undefined),
    })
    assert.ok(UNAVAILABLE.is(await faultOf(endpoint.call('refuse', { how: 'error' }, edge()))))
    assert.ok(INTERNAL.is(await faultOf(endpoint.call('refuse', { how: 'thing' }, edge()))))
    assert.deepEqual(
      lines.map((each) => [each.level, each.requestId]),
      [
        [40, 'request-1'],
        [50, 'request-1'],
      ],
    )
    assert.match(lines[0]!.err.message, /hunter2/)
  })

  test('an input that makes its batch fail is logged once, with the request it came with; an outage is asked once', async () => {
    const lines: { requestId: string; operation: string }[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const endpoint = serve({ log })
    const call = (n: number) => endpoint.call('many', { n }, edge({ requestId: `request-${n}` }))
    await Promise.allSettled([12, 13, 14, 15].map(call))
    assert.deepEqual(
      lines.map(({ requestId, operation }) => ({ requestId, operation })),
      [{ requestId: 'request-13', operation: 'many' }],
    )
    assert.deepEqual(endpoint.batches()['many'], { batches: 1, inputs: 4, splits: 2, waiting: 0 })
    const away = await Promise.allSettled([502, 503, 504, 505].map(call))
    assert.ok(away.every((each) => each.status === 'rejected' && UNAVAILABLE.is(each.reason)))
    assert.deepEqual(endpoint.batches()['many'], { batches: 2, inputs: 8, splits: 2, waiting: 0 })
  })

  test('a batch of an operation that must not be done twice is not done again: its error is logged once', async () => {
    const lines: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) })
    let runs = 0
    const inside = batched(async (): Promise<string[]> => {
      runs++
      throw new Error('after it was done')
    })
    const endpoint = serveLocally(things, { ...handlers, inside }, { runtime, log })
    const calls = [1, 2, 3].map(() => faultOf(endpoint.call('inside', {}, systemContext('order', runtime))))
    assert.ok((await Promise.all(calls)).every((each) => INTERNAL.is(each)))
    assert.equal(runs, 1)
    assert.equal(lines.length, 1)
  })

  test('an input whose deadline passes while the one at fault is looked for is not done any more', async () => {
    const clock = steerableRuntime()
    const runs: number[][] = []
    const many = batched(async (inputs: readonly { n: number }[]) => {
      runs.push(inputs.map(({ n }) => n))
      if (inputs.some(({ n }) => n === 1)) {
        clock.advance(1_000)
        throw new Error('a bad input')
      }
      return inputs.map(({ n }) => ({ n, together: inputs.length }))
    })
    const endpoint = serveLocally(things, { ...handlers, many }, { runtime: clock, log: silent })
    const call = (n: number, ms: number) => endpoint.call('many', { n }, edge({ deadline: clock.now() + ms }))
    const [bad, impatient, patient] = await Promise.allSettled([call(1, 60_000), call(2, 1_500), call(3, 60_000)])
    assert.ok(bad.status === 'rejected' && INTERNAL.is(bad.reason))
    assert.ok(impatient.status === 'rejected' && DEADLINE_EXCEEDED.is(impatient.reason))
    assert.ok(patient.status === 'fulfilled')
    assert.deepEqual(runs, [[1, 2, 3], [1], [3]])
  })

  test('what a batch calls goes to the versions chosen for those in it, and to no others’', async () => {
    const seen: (string | undefined)[] = []
    const many = batched(async (inputs: readonly { n: number }[]) => {
      await turn()
      seen.push(currentContext()?.versions)
      return inputs.map(({ n }) => ({ n, together: inputs.length }))
    })
    const endpoint = serveLocally(things, { ...handlers, many }, { runtime, log: silent })
    const call = (n: number, more: Partial<CallContext> = {}) => endpoint.call('many', { n }, edge(more))
    const chosen = { versions: 'other@2' }
    const answers = await Promise.all([call(1), call(2, chosen), call(3), call(4, chosen), call(5)])
    assert.deepEqual(answers, [
      { n: 1, together: 3 },
      { n: 2, together: 2 },
      { n: 3, together: 3 },
      { n: 4, together: 2 },
      { n: 5, together: 3 },
    ])
    assert.deepEqual(seen.sort(), [chosen.versions, undefined])
  })

  test('an input whose deadline passed while it waited for its batch is not done', async () => {
    const clock = steerableRuntime()
    const done: number[] = []
    const gate = Promise.withResolvers<void>()
    const endpoint = serveLocally(
      things,
      {
        ...handlers,
        many: batched(
          async (inputs: readonly { n: number }[]) => {
            await gate.promise
            done.push(...inputs.map(({ n }) => n))
            return inputs.map(({ n }) => ({ n, together: inputs.length }))
          },
          { concurrency: 1 },
        ),
      },
      { runtime: clock, log: silent },
    )
    const call = (n: number, ms: number) => endpoint.call('many', { n }, edge({ deadline: clock.now() + ms }))
    const first = call(1, 60_000)
    await turn()
    const [expired, patient] = [faultOf(call(2, 1_000)), call(3, 60_000)]
    clock.advance(5_000)
    gate.resolve()
    assert.ok(DEADLINE_EXCEEDED.is(await expired))
    assert.deepEqual(await Promise.all([first, patient]), [
      { n: 1, together: 1 },
      { n: 3, together: 1 },
    ])
    assert.deepEqual(done, [1, 3])
    await endpoint.drained()
    assert.deepEqual(endpoint.batches()['many'], { batches: 2, inputs: 3, splits: 0, waiting: 0 })
  })
})
