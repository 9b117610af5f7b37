import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { event, instant, instantSchema, pageInput, pageOf, sourceOf } from './contract.ts'

const payload = z.object({ orderId: z.string() })

describe('an event type', () => {
  test('is named by its service and what happened', () => {
    const placed = event('order.placed', { version: 1, key: 'orderId', payload, summary: 'An order was placed.' })
    assert.equal(placed.name, 'order.placed')
    assert.equal(sourceOf(placed.name), 'order')
  })

  test('a name that does not say whose it is, or a key the payload lacks, is refused at once', () => {
    const declared = { version: 1, key: 'orderId', payload, summary: '' } as const
    for (const name of ['placed', 'order.', '.placed', 'Order.placed', 'order.line.placed', ''])
      assert.throws(() => event(name, declared), TypeError)
    assert.throws(() => event('order.placed', { ...declared, key: 'memberId' as 'orderId' }), TypeError)
  })
})

describe('pages and instants', () => {
  test('a page has 20 items unless told, at most 100; numbers may come as text, from a query', () => {
    const schema = z.object(pageInput)
    assert.deepEqual(schema.parse({}), { limit: 20 })
    assert.deepEqual(schema.parse({ limit: '100', cursor: 'x' }), { limit: 100, cursor: 'x' })
    for (const limit of [0, 101, 1.5, 'many']) assert.ok(!schema.safeParse({ limit }).success)
    assert.ok(!schema.safeParse({ cursor: 'x'.repeat(301) }).success)
    assert.ok(pageOf(z.int()).safeParse({ items: [1], nextCursor: null }).success)
  })

  test('an instant travels in UTC with milliseconds', () => {
    assert.equal(instant(0), '1970-01-01T00:00:00.000Z')
    assert.ok(instantSchema.safeParse(instant(1_795_180_261_122)).success)
    for (const wrong of ['2026-11-20T13:00:00Z', '2026-11-20T22:00:00.000+09:00', '2026-11-20'])
      assert.ok(!instantSchema.safeParse(wrong).success)
  })
})
