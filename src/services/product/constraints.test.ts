import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { CHECK, freshSchema, insert, refuses, type Row, UNIQUE } from '#test/support/schema.ts'
import { moveStock } from './reservation/reservation-transitions.ts'

// Whatever a host's code gets wrong, the database is asked last. Each row here is like the one before it but for what is wrong.

let db: PostgresDatabase
const product = randomUUID()
const now = new Date(0)

const sku = (): Row => ({
  id: randomUUID(),
  product_id: product,
  position: 0,
  options: '{}',
  price: 10,
  status: 'ON_SALE',
  on_hand: 2,
  reserved: 2,
})
const movement = (): Row => ({
  id: randomUUID(),
  sku_id: randomUUID(),
  kind: 'RECEIVED',
  delta: 1,
  reason: '',
  reference: 'a key',
  at: now,
})
const restock = (): Row => ({
  id: randomUUID(),
  reservation_id: randomUUID(),
  order_id: randomUUID(),
  destination: 'STOCK',
  sku_ids: `{${randomUUID()}}`,
  quantities: '{1}',
  at: now,
})
const reservation = (): Row => ({
  id: randomUUID(),
  state: 'HELD',
  expires_at: now,
  sku_ids: `{${randomUUID()}}`,
  quantities: '{1}',
  unit_prices: '{10}',
})

before(async () => {
  db = await freshSchema('product')
  const row = { id: product, name: '', description: '', image_urls: '[]', options: '[]', status: 'ON_SALE', version: 1 }
  await db.query(insert('product', { ...row, created_at: now, updated_at: now }))
})

describe('the database refuses', () => {
  const store = () => db
  refuses(store, 'sku', sku, CHECK, {
    'more reserved than there is': () => ({ reserved: 3 }),
    'less than nothing reserved': () => ({ reserved: -1 }),
    'a price below ten won': () => ({ price: 9 }),
  })
  refuses(store, 'stock_movement', movement, CHECK, {
    'a movement of nothing': () => ({ delta: 0, reference: null }),
    'something written off that comes in': () => ({ kind: 'WRITTEN_OFF', reference: null }),
  })
  refuses(store, 'restock', restock, CHECK, {
    'nothing that comes back': () => ({ sku_ids: '{}', quantities: '{}' }),
    'less than nothing that comes back': () => ({ quantities: '{0}' }),
    'fewer quantities than SKUs that come back': () => ({ quantities: '{1,1}' }),
    'units that go elsewhere': () => ({ destination: 'ELSEWHERE' }),
  })
  refuses(store, 'restock', restock, UNIQUE, { 'a restock twice': (row) => ({ id: row['id'] }) })
  refuses(store, 'stock_movement', movement, UNIQUE, { 'a movement under its key twice': () => ({ id: randomUUID() }) })
  refuses(store, 'reservation', reservation, CHECK, {
    'fewer quantities than lines': () => ({ quantities: '{}' }),
    'fewer prices than lines': () => ({ unit_prices: '{}' }),
    'a lender that has ended': () => ({ lent_to: randomUUID(), state: 'RELEASED' }),
    'a lender that borrows': () => ({ lent_to: randomUUID(), borrows_from: randomUUID(), borrowed: '{1}' }),
    'a borrower that is not held': () => ({ borrows_from: randomUUID(), borrowed: '{1}', state: 'SECURED' }),
    'a borrower without what it borrowed': () => ({ borrows_from: randomUUID() }),
    'something borrowed from nobody': () => ({ borrowed: '{1}' }),
    'units returned of another line': () => ({ state: 'ALLOCATED', returned: '{1,0}' }),
    'an order that returned in part, returned in full by a version that knows no parts': () => ({
      state: 'RESTOCKED',
      quantities: '{2}',
      returned: '{1}',
    }),
    'something borrowed of another line': () => ({ borrows_from: randomUUID(), borrowed: '{1,1}' }),
  })
})

test('stock of a SKU that is not there does not move', async () => {
  const missing = { skuId: randomUUID(), onHand: 0, reserved: 1 }
  await assert.rejects(
    db.tx('move', (tx) => moveStock(tx, [missing])),
    /Stock of 1 SKUs moved for 0/,
  )
})
