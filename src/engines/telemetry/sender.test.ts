import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import type { SpanRecord } from '#kernel/tracing/trace.ts'
import { leapingRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { readableSpans } from './readable.ts'
import { recentTraces } from './ring.ts'
import { sender } from './sender.ts'

const span = (n: number, more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: String(n).padStart(32, 'a'),
  spanId: String(n).padStart(16, 'b'),
  name: `span ${n}`,
  kind: 'internal',
  service: 'order',
  began: 1_700_000_000_123.456 + n,
  ms: 1.5,
  attributes: {},
  links: [],
  ...more,
})

const started = (
  behave: (spans: ReadableSpan[]) => 'taken' | 'refused' | 'silent',
  given: { readonly runtime?: Runtime; readonly room?: number } = {},
) => {
  const lines: string[] = []
  const taken: ReadableSpan[] = []
  const exporter = {
    export: (spans: ReadableSpan[], done: (result: { code: number; error?: Error }) => void) => {
      const how = behave(spans)
      if (how === 'taken') taken.push(...spans)
      if (how !== 'silent') done(how === 'taken' ? { code: 0 } : { code: 1, error: new Error('away') })
    },
    shutdown: async () => {},
  } as unknown as SpanExporter
  const log = {
    warn: (_: object, line: string) => lines.push(line),
    info: (_: object, line: string) => lines.push(line),
  }
  const sending = sender({
    name: 'test',
    exporter,
    readable: readableSpans({ name: 'host', version: '1' }),
    runtime: systemRuntime(),
    log: log as never,
    ...given,
  })
  return { sending, taken, lines }
}

describe('spans on their way to a collector', () => {
  test('arrive, those that wait at the end too', async () => {
    const { sending, taken } = started(() => 'taken')
    sending.add(span(1))
    await eventually(async () => taken.length === 1, 'the first is taken')
    sending.add(span(2, { parentId: span(1).spanId, failure: 'INTERNAL' }))
    await sending.close()
    assert.deepEqual(sending.stats(), { sent: 2, dropped: 0, waiting: 0 })
    const [, second] = taken
    assert.equal(second!.parentSpanContext!.spanId, span(1).spanId)
    assert.deepEqual(second!.startTime, [1_700_000_000, 125_456_000])
    assert.equal(second!.status.message, 'INTERNAL')
    assert.equal(second!.resource.attributes['service.name'], 'order')
    assert.equal(second!.resource.attributes['service.instance.id'], 'host')
  })

  test('are dropped and counted while it is away, with one line when it goes and one when it is back', async () => {
    let away = true
    let offered = 0
    const runtime = leapingRuntime()
    const { sending, taken, lines } = started(() => (offered++, away ? 'refused' : 'taken'), { runtime })
    for (let n = 0; n < 3; n++) {
      sending.add(span(n))
      await eventually(async () => sending.stats().dropped === n + 1, 'it is dropped')
    }
    assert.equal(offered, 9, 'each three times')
    away = false
    sending.add(span(4))
    await eventually(async () => taken.length === 1, 'it is taken again')
    assert.deepEqual(lines, ['Trace collector unavailable: spans may be dropped', 'Trace collector available again'])
    assert.deepEqual(sending.stats(), { sent: 1, dropped: 3, waiting: 0 })
    await sending.close()
  })

  test('are offered again to one that did not take them the first time, in their order', async () => {
    let offered = 0
    const { sending, taken } = started(() => (++offered < 3 ? 'refused' : 'taken'), { runtime: leapingRuntime() })
    for (let n = 0; n < 5; n++) sending.add(span(n))
    await eventually(async () => taken.length === 5, 'they are taken')
    assert.deepEqual(
      taken.map((each) => each.name),
      [0, 1, 2, 3, 4].map((n) => `span ${n}`),
    )
    assert.deepEqual(sending.stats(), { sent: 5, dropped: 0, waiting: 0 })
    await sending.close()
  })

  test('wait in a queue with a bound, and an end does not wait for a collector that hangs', async () => {
    const runtime = leapingRuntime()
    const { sending } = started(() => 'silent', { runtime, room: 10 })
    for (let n = 0; n < 25; n++) sending.add(span(n))
    const { dropped, waiting } = sending.stats()
    assert.deepEqual([dropped, waiting], [15, 10])
    const began = runtime.now()
    await sending.close()
    assert.ok(runtime.now() - began <= 1_500)
    assert.deepEqual(sending.stats(), { sent: 0, dropped: 25, waiting: 0 })
  })
})

describe('traces of late', () => {
  test('are kept up to a bound, latest first, and told in a line each', () => {
    const recent = recentTraces({ traces: 2, spans: 2 })
    const root = span(2, { name: 'request', began: 100, ms: 50 })
    const { traceId } = root
    recent.add(span(1))
    recent.add(span(9, { traceId, parentId: root.spanId, began: 120, ms: 40, service: 'product', failure: 'X' }))
    recent.add(root)
    recent.add(span(8, { traceId, parentId: root.spanId, began: 130 }))
    recent.add(span(3))
    assert.deepEqual(
      recent.summaries().map((each) => each.traceId),
      [span(3).traceId, traceId],
    )
    assert.deepEqual(recent.summaries()[1], {
      traceId,
      name: 'request',
      services: ['product', 'order'],
      began: 100,
      ms: 60,
      spans: 2,
      failures: 1,
    })
    assert.deepEqual(
      recent.spansOf(traceId).map((each) => each.name),
      ['request', 'span 9'],
    )
    assert.deepEqual(recent.spansOf(span(1).traceId), [])
  })
})
