import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { wrongLines, wrongTotals, wrongUnits } from './invariants-store.ts'
import { insert } from '#test/support/schema.ts'
import { freshStores } from '#test/support/stores.ts'
import { readCancellations } from './canceling/cancellation-store.ts'
import { findOrders, lockOrders } from './store.ts'

// Orders in every state, stored under the schema of before lines had units of their own, are carried over.

const migrations = new URL('./migrations/', import.meta.url)
const LAST_BEFORE = 4

const states = [
  'PENDING_PAYMENT',
  'PAYING',
  'AWAITING_DEPOSIT',
  'PAID',
  'CANCEL_REQUESTED',
  'CANCELED',
  'CANCELED',
  'EXPIRED',
] as const
const ids = states.map(() => randomUUID())
const cancellationId = randomUUID()
let db: PostgresDatabase

before(async () => {
  const stores = await freshStores(['order'])
  const connection = serviceConnection(stores.admin, 'order')
  const former = await mkdtemp(join(tmpdir(), 'former-'))
  for (const file of await readdir(migrations))
    if (Number(file.slice(0, 4)) <= LAST_BEFORE) await cp(new URL(file, migrations), join(former, file))
  await migrate(connection, 'order', pathToFileURL(`${former}/`))
  await rm(former, { recursive: true })
  db = stores.open('order')
  for (const [i, status] of states.entries()) {
    // Of the canceled ones the last was never paid.
    const wasPaid = ['PAID', 'CANCEL_REQUESTED'].includes(status) || i === 5
    const at = new Date(1_700_000_000_000)
    await db.query(
      insert('orders', {
        id: ids[i],
        number: `N${i}`,
        member_id: randomUUID(),
        status,
        amount: 2_500,
        name: 'name',
        reservation_id: randomUUID(),
        payment_key: status === 'PENDING_PAYMENT' ? null : `key ${i}`,
        pay_before: at,
        placed_at: at,
        paid_at: wasPaid ? at : null,
        canceled_at: status === 'CANCELED' ? at : null,
        cancellation_id: status === 'CANCEL_REQUESTED' || i === 5 ? (i === 5 ? randomUUID() : cancellationId) : null,
        cancel_reason: status === 'CANCEL_REQUESTED' ? '변심' : null,
        shipping: '{}',
      }),
    )
    for (const [number, quantity, price] of [
      [1, 2, 1_000],
      [2, 1, 500],
    ])
      await db.query(
        insert('order_line', {
          order_id: ids[i],
          number,
          sku_id: randomUUID(),
          product_id: randomUUID(),
          product_name: '',
          options: '{}',
          quantity,
          unit_price: price,
          status: status === 'PAYING' ? 'PENDING_PAYMENT' : status,
        }),
      )
  }
  await migrate(connection, 'order', migrations)
})

test('orders are as they were, with units and allocations', async () => {
  const orders = await findOrders(db, ids)
  const units = states.map((status, i) => {
    const order = orders.get(ids[i]!)!
    assert.equal(order.status, status)
    assert.deepEqual(
      order.lines.map((each) => each.allocation.payment),
      [2_000, 500],
    )
    return order.lines.map((each) => [each.canceling, each.canceled, each.canceledAmount])
  })
  const none = [
    [0, 0, 0],
    [0, 0, 0],
  ]
  const canceled = [
    [0, 2, 0],
    [0, 1, 0],
  ]
  const canceling = [
    [2, 0, 2_000],
    [1, 0, 500],
  ]
  assert.deepEqual(units, [none, none, none, none, canceling, canceled, canceled, none])
})

test('a cancellation under way is of all units, and the audit finds nothing', async () => {
  const stored = await db.query({
    text: 'SELECT id, state, whole, amount, parts, reason FROM cancellation',
    values: [],
  })
  assert.deepEqual(stored, [
    {
      id: cancellationId,
      state: 'REQUESTED',
      whole: true,
      amount: 2_500,
      parts: [
        { number: 1, quantity: 2, amount: 2_000, taxFree: 0 },
        { number: 2, quantity: 1, amount: 500, taxFree: 0 },
      ],
      reason: '변심',
    },
  ])
  for (const look of [wrongTotals, wrongLines, wrongUnits]) assert.deepEqual(await look(db), [])
})

test('a cancellation that a host of the version before requests meanwhile gets its row', async () => {
  const id = ids[states.indexOf('PAID')]!
  const requested = randomUUID()
  // As that version writes it.
  await db.query({
    text: `UPDATE orders SET status = 'CANCEL_REQUESTED', cancellation_id = $2, cancel_reason = '변심' WHERE id = $1`,
    values: [id, requested],
  })
  await db.query({ text: `UPDATE order_line SET status = 'CANCEL_REQUESTED' WHERE order_id = $1`, values: [id] })
  for (let times = 0; times < 2; times++)
    await db.tx('order.cancel', async (tx) => {
      const read = await readCancellations(tx, (await lockOrders(tx, [id])).get(id)!, 0)
      assert.deepEqual(
        read.cancellations.map((each) => [each.id, each.state, each.whole, each.amount]),
        [[requested, 'REQUESTED', true, 2_500]],
      )
      assert.deepEqual(
        read.order.lines.map((each) => [each.canceling, each.canceledAmount]),
        [
          [2, 2_000],
          [1, 500],
        ],
      )
    })
  for (const look of [wrongTotals, wrongLines, wrongUnits]) assert.deepEqual(await look(db), [])
})
