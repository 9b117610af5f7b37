import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { microBatcher } from '../batch.ts'
import { systemContext } from '../call.ts'
import { currentContext, withContext } from '../context.ts'
import { fault } from '../fault.ts'
import { systemRuntime } from '../runtime.ts'
import { placeOf, tracerOf, type Span, type SpanRecord } from './trace.ts'
import { inBackground, tellingSpan, traced, within } from './tracing.ts'

const runtime = systemRuntime()
const TRACE = 'a1'.repeat(16)
const CALLER = 'b2'.repeat(8)
const ASKED = `00-${TRACE}-${CALLER}-01`
const REFUSED = fault('REFUSED', 409, { ko: '거절', en: 'Refused' })

const tracing = (percent = 100) => {
  const spans: SpanRecord[] = []
  const tracer = tracerOf({ percent, runtime, record: (span) => spans.push(span) })
  const named = (name: string): SpanRecord => {
    const found = spans.filter((each) => each.name === name)
    assert.equal(found.length, 1, `one span is called ${name}`)
    return found[0]!
  }
  const under = <T>(span: Span, work: () => T): T => withContext(within(systemContext('test', runtime), span), work)
  return { tracer, spans, named, under }
}

describe('a traceparent', () => {
  test('is read by the W3C’s rules', () => {
    assert.deepEqual(placeOf(ASKED), { traceId: TRACE, spanId: CALLER, sampled: true })
    assert.equal(placeOf(`00-${TRACE}-${CALLER}-00`)!.sampled, false)
    assert.equal(placeOf(`01-${TRACE}-${CALLER}-01-more`)!.traceId, TRACE)
    for (const wrong of [
      undefined,
      '',
      'x',
      `ff-${TRACE}-${CALLER}-01`,
      `00-${'0'.repeat(32)}-${CALLER}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE.toUpperCase()}-${CALLER}-01`,
      `00-${TRACE}-${CALLER}-01-more`,
      ` 00-${TRACE}-${CALLER}-01`,
    ])
      assert.equal(placeOf(wrong), undefined, String(wrong))
  })
})

describe('sampling', () => {
  const count = (percent: number, believed: boolean, asked: string | undefined): number => {
    const { tracer } = tracing(percent)
    let sampled = 0
    for (let i = 0; i < 10_000; i++) if (tracer.request(placeOf(asked), believed, () => ({ name: 'x' }))) sampled++
    return sampled
  }

  test('takes its part of a hundred, all or none', () => {
    assert.equal(count(0, true, undefined), 0)
    assert.equal(count(100, false, undefined), 10_000)
    const some = count(10, false, undefined)
    assert.ok(some > 850 && some < 1_150, `${some} of 10,000`)
  })

  test('takes a caller that asks, if it is believed, and nobody else’s word', () => {
    assert.equal(count(0, true, ASKED), 10_000)
    assert.equal(count(0, false, ASKED), 0)
    assert.equal(count(0, true, `00-${TRACE}-${CALLER}-00`), 0)
  })

  test('what another process did not sample is not gone on with', () => {
    const { tracer } = tracing()
    assert.equal(tracer.follow(`00-${TRACE}-${CALLER}-00`), undefined)
    assert.equal(tracer.follow('x'), undefined)
    assert.ok(tracer.follow(ASKED))
  })
})

describe('spans', () => {
  test('hang together, across processes too', async () => {
    const { tracer, named, under } = tracing()
    const request = tracer.request(placeOf(ASKED), true, () => ({
      name: 'request',
      kind: 'server',
      service: 'gateway',
    }))!
    await under(request, () => traced({ name: 'inside' }, () => traced({ name: 'deeper' }, async () => {})))
    request.end()
    assert.equal(named('request').parentId, CALLER)
    assert.equal(named('inside').parentId, named('request').spanId)
    assert.equal(named('deeper').parentId, named('inside').spanId)
    assert.deepEqual(new Set([named('request'), named('deeper')].map((each) => each.traceId)), new Set([TRACE]))
    assert.equal(named('deeper').service, 'gateway')
    assert.ok(Math.abs(named('request').began - runtime.now()) < 1_000)
    assert.ok(named('request').ms >= named('inside').ms)

    const { tracer: other, named: there } = tracing()
    const from = other.follow(request.traceparent)!
    from.child({ name: 'called', kind: 'server', service: 'order' }).end()
    from.end()
    assert.equal(there('called').parentId, named('request').spanId)
  })

  test('tell a refusal of the business from a failure', async () => {
    const { tracer, named, under } = tracing()
    const span = tracer.request(undefined, false, () => ({ name: 'request' }))!
    await under(span, async () => {
      await assert.rejects(traced({ name: 'refused' }, () => Promise.reject(REFUSED())))
      await assert.rejects(traced({ name: 'failed' }, () => Promise.reject(new Error('someone@example.kr'))))
    })
    assert.equal(named('refused').failure, undefined)
    assert.equal(named('refused').attributes['jangteo.fault'], 'REFUSED')
    assert.equal(named('failed').failure, 'INTERNAL')
    assert.ok(!JSON.stringify(named('failed')).includes('someone'), 'a message may hold what people told us')
  })

  test('cost nothing where nothing is traced', async () => {
    const { spans } = tracing()
    const given: unknown[] = []
    await withContext(systemContext('test', runtime), () =>
      traced({ name: 'x' }, async (span) => void given.push(span, currentContext()!.traceparent)),
    )
    assert.deepEqual(given, [undefined, undefined])
    assert.deepEqual(spans, [])
  })
})

describe('work in the background', () => {
  const sweep = async (work: () => Promise<number>): Promise<SpanRecord[]> => {
    const { tracer, spans } = tracing()
    await inBackground(tracer, 'sweep', systemContext('order', runtime), work).catch(() => {})
    return spans
  }
  const look = () => traced({ name: 'look', attributes: { 'db.system.name': 'postgresql' } }, async () => 0)

  test('that found nothing leaves no trace', async () => {
    assert.deepEqual(await sweep(look), [])
  })

  test('that did something, reached outside or failed does', async () => {
    const names = async (work: () => Promise<number>) => (await sweep(work)).map((each) => each.name)
    assert.deepEqual(await names(async () => (await look()) + 1), ['look', 'sweep'])
    assert.deepEqual(await names(() => traced({ name: 'mail' }, async () => 0)), ['mail', 'sweep'])
    assert.deepEqual(await names(() => Promise.reject(new Error('x'))), ['sweep'])
  })
})

describe('a batch', () => {
  test('is part of its first traced caller, linked to all, and what it tells is told in each one’s trace', async () => {
    const { tracer, named, under } = tracing()
    const told: (string | undefined)[] = []
    const { call } = microBatcher<object, void>({ concurrency: 1, max: 10, name: 'the batch' }, async (inputs) => {
      told.push(...inputs.map((each) => tellingSpan(each)?.spanId), tellingSpan(undefined)?.spanId)
      return inputs.map(() => undefined)
    })
    const [a, b] = ['a', 'b'].map((name) => tracer.request(undefined, false, () => ({ name }))!) as [Span, Span]
    await Promise.all([
      withContext(systemContext('test', runtime), () => call({})),
      under(a, () => call({})),
      under(b, () => call({})),
    ])
    const batch = named('the batch')
    assert.equal(batch.parentId, a.spanId)
    assert.deepEqual(
      batch.links.map((each) => each.spanId),
      [a.spanId, b.spanId],
    )
    assert.deepEqual(told, [undefined, a.spanId, b.spanId, undefined])
  })

  test('of callers nobody traces is part of no trace, though a traced one had set the lane going', async () => {
    const { tracer, spans, under } = tracing()
    let first = true
    const seen: boolean[] = []
    const { call } = microBatcher<object, void>({ concurrency: 1, max: 1 }, async (inputs) => {
      if (first) await turn()
      first = false
      seen.push(currentContext()?.span !== undefined)
      return inputs.map(() => undefined)
    })
    const span = tracer.request(undefined, false, () => ({ name: 'a' }))!
    await Promise.all([under(span, () => call({})), withContext(systemContext('test', runtime), () => call({}))])
    assert.deepEqual(seen, [true, false])
    assert.equal(spans.length, 1)
  })
})
