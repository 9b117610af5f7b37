import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaRecord } from '@platformatic/kafka'
import { z } from 'zod'
import { asyncApiOf } from '#kernel/documents/asyncapi.ts'
import { event } from '#kernel/contract.ts'
import { EVENT_AT_MOST } from '#engines/postgres/events/outbox.ts'
import { messageOf, type Outgoing, receive, type Stored } from './message.ts'
import { runsOf } from './relay/relay.ts'

const stored: Stored = {
  xid: '18446744073709551615',
  id: 42,
  name: 'order.paid',
  version: 1,
  key: '주문-1',
  payload: '{"orderId": "주문-1"}',
  at: 1_795_000_000_000,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}
const recordOf = ({ key, value, headers }: Outgoing): KafkaRecord => ({
  length: 0,
  attributes: 0,
  timestampDelta: 0n,
  offsetDelta: 0,
  key,
  value,
  headers: [...headers],
})
const record = recordOf(messageOf('jangteo.order', 'order', stored))
const wanted = new Set(['order.paid'])
const withHeader = (name: string, value: string): KafkaRecord => ({
  ...record,
  headers: record.headers.map(([each, old]) => [each, String(each) === name ? Buffer.from(value) : old]),
})
const causeOf = (one: KafkaRecord): string => {
  const received = receive('order', wanted, one)
  return typeof received === 'object' && 'foreign' in received ? received.foreign.cause : 'ours'
}

describe('the message of an event', () => {
  test('is read as the event it was', () =>
    assert.deepEqual(receive('order', wanted, record), {
      event: {
        id: 'order:42',
        source: 'order',
        name: 'order.paid',
        version: 1,
        key: '주문-1',
        payload: { orderId: '주문-1' },
        at: stored.at,
        position: { xid: stored.xid, id: 42 },
        traceparent: stored.traceparent,
      },
    }))

  test('is not ours where its text could not be stored', () => {
    for (const payload of ['{"a":"\\u0000"}', '{"a":["\\ud83d"]}', '{"\\udfff":1}'])
      assert.equal(causeOf({ ...record, value: Buffer.from(payload) }), 'it holds text that cannot be stored')
    assert.equal(causeOf({ ...record, key: Buffer.from('a\0b') }), 'it holds text that cannot be stored')
  })

  test('is passed over where nobody wants it, whatever its payload', () =>
    assert.equal(receive('order', new Set(), { ...record, value: Buffer.from('{') }), 'unwanted'))

  test('has the headers that the document of events names', () => {
    const paid = event('order.paid', { version: 1, key: 'id', payload: z.object({ id: z.string() }), summary: '' })
    const document = asyncApiOf([paid], '1') as any
    assert.deepEqual(
      record.headers.map(([name]) => String(name)),
      Object.keys(document.components.messages.orderPaid.headers.properties),
    )
  })
})

describe('a message that is not ours', () => {
  test('is known by whatever is wrong with it', () => {
    assert.equal(causeOf(record), 'ours')
    assert.equal(causeOf({ ...record, headers: [] }), 'it has not the headers of an event')
    assert.equal(causeOf({ ...record, headers: [[null, null]] }), 'it has not the headers of an event')
    assert.equal(causeOf(withHeader('event-id', "order:1'; DROP TABLE inbox")), 'it has not the headers of an event')
    assert.equal(causeOf(withHeader('event-xid', '-1')), 'it has not the headers of an event')
    assert.equal(causeOf(withHeader('event-id', 'product:42')), 'it tells of product in the topic of order')
    assert.equal(causeOf(withHeader('event-name', 'product.changed')), 'it tells of order in the topic of order')
    assert.equal(causeOf(withHeader('event-xid', '18446744073709551616')), 'it has not the headers of an event')
    assert.equal(causeOf(withHeader('event-version', '1.5')), 'its headers make no sense')
    assert.equal(causeOf(withHeader('event-version', '2147483648')), 'its headers make no sense')
    assert.equal(causeOf(withHeader('event-at', 'yesterday')), 'its headers make no sense')
    assert.equal(causeOf({ ...record, key: null }), 'its headers make no sense')
    assert.equal(causeOf({ ...record, value: null }), 'it has no payload')
    for (const value of ['', '{', 'null', '"text"'])
      assert.equal(causeOf({ ...record, value: Buffer.from(value) }), 'its payload is not a JSON object')
    assert.match(causeOf({ ...record, value: Buffer.alloc(EVENT_AT_MOST + 1) }), /^it is oversized: 524289 bytes/)
  })

  test('shows what a person needs, and nothing that PostgreSQL cannot store', () => {
    const odd = { ...record, headers: [], key: Buffer.from('a\0b'), value: Buffer.from(`\0${'x'.repeat(5_000)}`) }
    const received = receive('order', wanted, odd as KafkaRecord)
    assert.ok(typeof received === 'object' && 'foreign' in received)
    assert.deepEqual(received.foreign, {
      cause: 'it has not the headers of an event',
      name: '?',
      key: 'a\ufffdb',
      sample: `\ufffd${'x'.repeat(999)}`,
      at: 0,
    })
  })
})

test('events are sent in runs of so many bytes, in order; a large one goes alone', () => {
  const of = (...sizes: number[]) => sizes.map((size, id) => ({ ...stored, id, payload: 'x'.repeat(size) }))
  const ids = (events: readonly Stored[]) => [...runsOf(events, 100)].map((run) => run.map((each) => each.id))
  assert.deepEqual(ids(of(40, 60, 1, 500, 99, 1, 1)), [[0, 1], [2], [3], [4, 5], [6]])
  assert.deepEqual(ids([]), [])
})
