import { randomUUID } from 'node:crypto'
import { before, describe } from 'node:test'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { CHECK, freshSchema, refuses, type Row, UNIQUE } from '#test/support/schema.ts'

// Whatever a host's code gets wrong, the database is asked last. Each row here is like the one before it but for what is wrong.

let db: PostgresDatabase
const now = new Date(0)

const order = (): Row => ({
  id: randomUUID(),
  number: randomUUID(),
  member_id: randomUUID(),
  status: 'CANCEL_REQUESTED',
  amount: 1_000,
  name: '',
  reservation_id: randomUUID(),
  payment_key: 'key',
  cancellation_id: randomUUID(),
  pay_before: now,
  placed_at: now,
  shipping: '{}',
})
const line = (): Row => ({
  order_id: randomUUID(),
  number: 1,
  sku_id: randomUUID(),
  product_id: randomUUID(),
  product_name: '',
  options: '{}',
  quantity: 1,
  unit_price: 0,
  status: 'PAID',
})
const allocation = (amounts: object): string =>
  JSON.stringify({ policy: 0, itemCoupon: 0, orderCoupon: 0, points: 0, taxFree: 0, parts: [], ...amounts })
const key = (): Row => ({
  member_id: randomUUID(),
  key: randomUUID(),
  fingerprint: '',
  order_id: randomUUID(),
  answer: '{}',
})

const cancellation = (): Row => ({
  id: randomUUID(),
  order_id: randomUUID(),
  state: 'REQUESTED',
  whole: false,
  amount: 1_000,
  tax_free: 0,
  parts: '[]',
  reason: '',
  requested_at: now,
})
const request = (): Row => ({ order_id: randomUUID(), key: randomUUID(), fingerprint: '' })

before(async () => {
  db = await freshSchema('order')
})

describe('the database refuses', () => {
  const store = () => db
  refuses(store, 'orders', order, UNIQUE, {
    'two orders of one number': () => ({ id: randomUUID(), reservation_id: randomUUID() }),
    'two orders of one hold': () => ({ id: randomUUID(), number: randomUUID() }),
  })
  refuses(store, 'orders', order, CHECK, {
    'an amount below nothing': () => ({ amount: -1 }),
    'a payment under way without its key': () => ({ status: 'PAYING', payment_key: null }),
    'a deposit that is awaited without its key': () => ({ status: 'AWAITING_DEPOSIT', payment_key: null }),
    'a refund under way without its name': () => ({ cancellation_id: null }),
  })
  refuses(store, 'order_line', line, CHECK, {
    'a line of no units': () => ({ quantity: 0 }),
    'a price below nothing': () => ({ unit_price: -1 }),
    'more units canceled than ordered': () => ({ quantity: 2, canceling: 1, canceled: 2 }),
    'units canceled below none': () => ({ canceled: -1 }),
    'units being canceled below none': () => ({ canceling: -1 }),
    'more given back than the line cost': () => ({ unit_price: 500, canceled_amount: 501 }),
    'more given back than was paid for the line': () => ({
      unit_price: 500,
      allocation: allocation({ gross: 500, points: 100, payment: 400 }),
      canceled_amount: 401,
    }),
    'an allocation of another price': () => ({ unit_price: 500, allocation: allocation({ gross: 400, payment: 400 }) }),
    'an allocation that does not add up': () => ({
      unit_price: 500,
      allocation: allocation({ gross: 500, points: 100, payment: 500 }),
    }),
    'more free of tax than was paid': () => ({
      unit_price: 500,
      allocation: allocation({ gross: 500, payment: 500, taxFree: 501 }),
    }),
    'half an allocation': () => ({ allocation: '{"gross": 0}' }),
  })
  refuses(store, 'cancellation', cancellation, UNIQUE, { 'two cancellations of one refund': () => ({}) })
  refuses(store, 'cancellation', cancellation, CHECK, {
    'a refund below nothing': () => ({ amount: -1 }),
    'more free of tax than is refunded': () => ({ tax_free: 1_001 }),
    'less than nothing given back': () => ({ refunded: -1 }),
    'one that is done and has not ended': () => ({ state: 'DONE' }),
    'one that has ended and is under way': () => ({ ended_at: now }),
    'an unknown state': () => ({ state: 'PERHAPS' }),
  })
  refuses(store, 'cancel_request', request, UNIQUE, { 'a second cancellation under a key': () => ({}) })
  refuses(store, 'idempotency', key, UNIQUE, { 'a second order under a key': () => ({ order_id: randomUUID() }) })
})
