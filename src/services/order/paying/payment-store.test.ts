import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { freshSchema, insert } from '#test/support/schema.ts'
import { beginWaiting } from './payment-store.ts'

const db = await freshSchema('order')
const DEADLINE = Date.UTC(2026, 10, 30)

/** An unpaid order of 1,000 won that nobody expires. */
const waiting = async () => {
  const [id, memberId] = [randomUUID(), randomUUID()]
  await db.query(
    insert('orders', {
      id,
      number: id,
      member_id: memberId,
      status: 'PENDING_PAYMENT',
      amount: 1_000,
      name: '',
      reservation_id: randomUUID(),
      pay_before: new Date(DEADLINE),
      placed_at: new Date(0),
      shipping: '{}',
    }),
  )
  return { orderId: id, memberId, paymentKey: 'key', amount: 1_000 }
}

test('a payment begins before the deadline of its order, not at it', async () => {
  const late = await waiting()
  assert.equal((await beginWaiting(db, [late], DEADLINE)).size, 0)
  assert.equal((await beginWaiting(db, [late], DEADLINE - 1)).size, 1)
})

test('a payment begins for the amount and the owner of its order, once', async () => {
  const begin = await waiting()
  for (const wrong of [{ amount: 999 }, { memberId: randomUUID() }])
    assert.equal((await beginWaiting(db, [{ ...begin, ...wrong }], 0)).size, 0)
  assert.deepEqual([...(await beginWaiting(db, [begin], 0)).keys()], [begin.orderId])
  assert.equal((await beginWaiting(db, [begin], 0)).size, 0)
})
