import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Lane } from './lane.ts'
import type { Flow } from './matrix.ts'
import { place, type Placed, placeNew, standing } from './purchase.ts'

const ordersUnder = (lane: Lane, key: string) =>
  lane.rows<{ id: string; status: string }>(
    `SELECT orders.id, status FROM jt_order.idempotency JOIN jt_order.orders ON orders.id = order_id WHERE key = $1`,
    [key],
  )

export const placing: Flow<{ key: string }> = {
  name: 'place',
  steps: ['product.reserve', 'order.place'],
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: async () => ({ key: randomUUID() }),
  act: (lane, { index, case: { key } }) => place(lane, index, key),
  afterwards: async (lane, { index, habit, case: { key } }) => {
    if (habit === 'retries') await place(lane, index, key)
  },
  outcome: async (lane, { habit, case: { key } }) => {
    const orders = await ordersUnder(lane, key)
    assert.ok(orders.length === 1 || (orders.length === 0 && habit === 'does nothing'), `${orders.length} orders`)
    return orders.length === 1 ? 'one order' : 'no order'
  },
}

/** The number of units an order is for. */
const quantityOf = async (lane: Lane, { id }: Placed): Promise<number> =>
  (
    await lane.rows<{ quantity: number }>(
      'SELECT sum(quantity)::integer AS quantity FROM jt_order.order_line WHERE order_id = $1',
      [id],
    )
  )[0]!.quantity

export const changingItems: Flow<Placed> = {
  name: 'change items',
  steps: ['order.change-items'],
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: placeNew,
  act: (lane, { index, case: { id } }) =>
    lane.member(index).must('PUT', `/api/orders/${id}/items`, { items: [{ skuId: lane.skuId, quantity: 3 }] }),
  afterwards: async (lane, customer) => {
    if (customer.habit === 'retries') await changingItems.act(lane, customer)
  },
  outcome: async (lane, { habit, case: order }) => {
    const quantity = await quantityOf(lane, order)
    assert.ok(quantity === 3 || (quantity === 1 && habit === 'does nothing'), `${quantity} units`)
    return quantity === 3 ? 'three units' : 'one unit'
  },
}

/** A hold that an earlier change left when it was cut off: it borrows from the one its order is still with. */
const leaveHold = (lane: Lane, { id }: Placed) =>
  lane.rows(
    `WITH lender AS (
       UPDATE jt_product.reservation SET lent_to = gen_random_uuid()
       WHERE id = (SELECT reservation_id FROM jt_order.orders WHERE id = $1) RETURNING *
     ), borrower AS (
       INSERT INTO jt_product.reservation
         (id, state, expires_at, sku_ids, quantities, unit_prices, borrows_from, borrowed)
       SELECT lent_to, 'HELD', expires_at, sku_ids, '{2}', unit_prices, id, '{1}' FROM lender
     )
     UPDATE jt_product.sku SET reserved = reserved + 1 WHERE id = $2`,
    [id, lane.skuId],
  )

export const changingAnew: Flow<Placed> = {
  ...changingItems,
  name: 'change items, past a change that was cut off',
  steps: ['order.fence-change', 'product.release'],
  prepare: async (lane, index) => {
    const order = await placeNew(lane, index)
    await leaveHold(lane, order)
    return order
  },
}

export const expiring: Flow<Placed> = {
  name: 'expire',
  steps: ['order.expire', 'product.consume.orders'],
  habits: ['does nothing', 'does nothing'],
  prepare: placeNew,
  act: (lane, { case: { id } }) => lane.rows('UPDATE jt_order.orders SET pay_before = now() WHERE id = $1', [id]),
  afterwards: async () => {},
  outcome: async (lane, { case: order }) => {
    const { status, captures } = await standing(lane, order)
    assert.equal(status, 'EXPIRED')
    assert.equal(captures, 0)
    return 'expired'
  },
}

/** A hold whose order was never placed: the shop is killed in between, and again while the hold dies. */
export const dyingHold: Flow<{ key: string }> = {
  name: 'hold without an order',
  steps: ['product.overdue'],
  habits: ['does nothing'],
  prepare: async (lane, index) => {
    const key = randomUUID()
    lane.arm('order.place:before')
    await place(lane, index, key).catch(() => {})
    await lane.struck('order.place:before')
    await lane.restart()
    return { key }
  },
  act: (lane) =>
    lane.rows(`UPDATE jt_product.reservation SET expires_at = now() WHERE state = 'HELD'
      AND NOT EXISTS (SELECT FROM jt_order.orders WHERE reservation_id = reservation.id)`),
  afterwards: async () => {},
  outcome: async (lane, { case: { key } }) => {
    assert.deepEqual(await ordersUnder(lane, key), [])
    return 'stock back'
  },
}
