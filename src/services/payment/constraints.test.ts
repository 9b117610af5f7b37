import { randomUUID } from 'node:crypto'
import { before, describe } from 'node:test'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { CHECK, freshSchema, insert, refuses, type Row, UNIQUE } from '#test/support/schema.ts'

// Whatever a host's code gets wrong, the database is asked last. Each row here is like the one before it but for what is wrong.

let db: PostgresDatabase
const captured = randomUUID()
const now = new Date(0)

const payment = (): Row => ({
  id: randomUUID(),
  order_id: randomUUID(),
  payment_key: randomUUID(),
  member_id: randomUUID(),
  amount: 1_000,
  state: 'CAPTURED',
  refund_requested: 500,
  refunded: 500,
  created_at: now,
  next_check_at: now,
})
const refund = (): Row => ({
  id: randomUUID(),
  payment_id: captured,
  order_id: randomUUID(),
  amount: 1,
  reason: '',
  state: 'REQUESTED',
  created_at: now,
  next_try_at: now,
})
const posting = (): Row => ({
  entry_id: randomUUID(),
  account: 'customer_payments',
  payment_id: captured,
  order_id: randomUUID(),
  amount: -1,
  at: now,
})

before(async () => {
  db = await freshSchema('payment')
  await db.query(insert('payment', { ...payment(), id: captured }))
})

describe('the database refuses', () => {
  const store = () => db
  const others = { id: randomUUID(), payment_key: randomUUID() }
  refuses(store, 'payment', payment, UNIQUE, {
    'a second capture of an order': () => others,
    'the same payment of the same order under another id': () => ({
      id: randomUUID(),
      state: 'FAILED',
      refund_requested: 0,
      refunded: 0,
    }),
  })
  refuses(store, 'payment', payment, CHECK, {
    'an amount below nothing': () => ({ amount: -1, state: 'FAILED', refund_requested: 0, refunded: 0 }),
    'more given back than was asked for': () => ({ refunded: 501 }),
    'less than nothing given back': () => ({ refunded: -1 }),
    'more asked for than was captured': () => ({ refund_requested: 1_001 }),
    'more without VAT than was paid': () => ({ tax_free_amount: 1_001 }),
    'money given back of what was not captured': () => ({ state: 'FAILED' }),
  })
  refuses(store, 'refund', () => ({ ...refund(), state: 'QUEUED' }), CHECK, {
    'a refund of less than nothing': () => ({ amount: -1 }),
    'more without VAT than is refunded': () => ({ tax_free_amount: 2 }),
  })
  const another = randomUUID()
  before(() => db.query(insert('payment', { ...payment(), id: another })))
  const atProvider = () => ({ ...refund(), payment_id: another })
  refuses(store, 'refund', atProvider, UNIQUE, {
    'a second refund of a payment at the provider': () => ({ id: randomUUID() }),
  })
  refuses(store, 'posting', posting, CHECK, { 'an entry of nothing': () => ({ amount: 0 }) })
  refuses(store, 'posting', posting, UNIQUE, { 'an entry twice': () => ({ amount: -2 }) })
})
