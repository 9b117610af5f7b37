import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { tracerOf } from '#kernel/trace.ts'
import { within } from '#kernel/tracing.ts'
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
  const pump = log.child({ service: 'order' })
  const product = log.child({ service: 'product' })
  const all = [log, order, pump, product]
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
