import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import { markLogged } from '#kernel/failures/already-logged.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { markTransient } from '#kernel/failures/transient.ts'
import { tracerOf } from '#kernel/tracing/trace.ts'
import { within } from '#kernel/tracing/tracing.ts'
import { logLevels, makeLog, setLogLevel } from './logging.ts'

const logged = (level: string) => {
  const lines: any[] = []
  const log = makeLog(level, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

test('how much is logged changes while the shop runs, for all or for one service', () => {
  const { log, lines } = logged('warn')
  const order = log.child({ service: 'order' })
  // Pumps of a service have a log of their own.
  const worker = log.child({ service: 'order' })
  const product = log.child({ service: 'product' })
  const all = [log, order, worker, product]
  const speak = (): number => {
    const before = lines.length
    for (const each of all) each.debug('a line')
    return lines.length - before
  }
  assert.equal(speak(), 0)
  assert.equal(setLogLevel(log, 'debug', 'order'), 'warn')
  assert.equal(speak(), 2)
  assert.deepEqual(logLevels(log), { level: 'warn', services: { order: 'debug', product: 'warn' } })
  assert.equal(setLogLevel(log, 'info'), 'warn')
  assert.deepEqual(logLevels(log), { level: 'info', services: { order: 'debug', product: 'info' } })
  setLogLevel(log, 'silent')
  assert.equal(speak(), 2)
  setLogLevel(log, 'silent', 'order')
  assert.equal(speak(), 0)
  assert.equal(setLogLevel(log, 'debug', 'nobody'), undefined)
  assert.equal(speak(), 0)
})

test('a line says which request and trace it belongs to', () => {
  const { log, lines } = logged('info')
  const runtime = systemRuntime()
  const span = tracerOf({ percent: 100, runtime, record: () => {} }).request(undefined, false, () => ({ name: 'x' }))!
  const context = systemContext('order', runtime)
  log.info('outside')
  withContext(context, () => log.info('untraced'))
  withContext(within(context, span), () => log.child({ service: 'order' }).info('traced'))
  const belonging = lines.map(({ requestId, traceId }) => [requestId, traceId])
  const { requestId } = context
  assert.deepEqual(belonging, [
    [undefined, undefined],
    [requestId, undefined],
    [requestId, span.traceId],
  ])
})

test('what passes by itself is told without a stack; an error of our own with one', () => {
  const { log, lines } = logged('info')
  log.warn({ err: markTransient(new Error('the database system is starting up')) }, 'passes')
  log.warn({ err: UNAVAILABLE({ service: 'order' }) }, 'passes')
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  log.warn({ err: refused }, 'passes')
  log.warn({ err: new TypeError('fetch failed', { cause: new AggregateError([refused], 'all') }) }, 'passes')
  log.error({ err: new TypeError('x is not a function') }, 'ours')
  assert.deepEqual(
    lines.map(({ msg, err }) => [msg, err.stack !== undefined, err.message !== '']),
    [
      ['passes', false, true],
      ['passes', false, true],
      ['passes', false, true],
      ['passes', false, true],
      ['ours', true, true],
    ],
  )
})

test('a warning of an outage that is in the log already goes to debug; an error that came of it stays', () => {
  const { log, lines } = logged('info')
  const order = log.child({ service: 'order' })
  const away = markLogged(new Error('away'))
  order.warn({ err: UNAVAILABLE({ service: 'order' }, { cause: away }) }, 'Operation failed with a transient error')
  order.warn({ err: away }, 'A sweep failed')
  order.error({ err: away }, 'Something is lost by it')
  order.warn({ err: new Error('another') }, 'Another failed')
  order.warn('A line without an error')
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['Something is lost by it', 'Another failed', 'A line without an error'],
  )
  setLogLevel(log, 'debug', 'order')
  order.warn({ err: away }, 'A sweep failed')
  assert.deepEqual([lines.at(-1).msg, lines.at(-1).level], ['A sweep failed', 20])
})
