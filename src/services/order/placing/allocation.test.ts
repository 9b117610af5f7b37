import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPurchases } from '#test/support/purchases.ts'
import { plainAllocation } from './allocation.ts'
import type { orderPaid } from '../contract.ts'
import { won } from '#kernel/money.ts'
import type { z } from 'zod'

const shop = await startPurchases()

const paidEvent = async (orderId: string): Promise<z.output<(typeof orderPaid)['payload']>> =>
  (
    await shop.db('order').query<{ payload: z.output<(typeof orderPaid)['payload']> }>({
      text: `SELECT payload FROM outbox WHERE name = 'order.paid' AND key = $1`,
      values: [orderId],
    })
  )[0]!.payload

test('each line stores how its price came about, and order.paid carries it with the number of the line', async () => {
  const [one, other] = [await shop.sku(9, 3_333), await shop.sku(9, 500)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one, 3)
  const changed = await buyer.orders.changeItems({
    id: placed.id,
    items: [
      { skuId: one, quantity: 2 },
      { skuId: other, quantity: 4 },
    ],
  })
  const stored = await shop.db('order').query<{ allocation: unknown }>({
    text: 'SELECT allocation FROM order_line WHERE order_id = $1 ORDER BY number',
    values: [placed.id],
  })
  const expected = [plainAllocation(won(6_666)), plainAllocation(won(2_000))]
  assert.deepEqual(
    stored.map((each) => each.allocation),
    expected,
  )
  assert.equal(changed.amount, 8_666)
  await buyer.pay(changed)
  const paid = await paidEvent(placed.id)
  assert.deepEqual(
    paid.lines.map((each) => [each.number, each.skuId, each.allocation]),
    [
      [1, one, expected[0]],
      [2, other, expected[1]],
    ],
  )
  assert.deepEqual(paid.charges, [])
})

test('a line from before allocations were stored paid all it cost', async () => {
  const buyer = shop.buyer()
  const placed = await buyer.place(await shop.sku(9, 3_333), 3)
  await shop.db('order').query({
    text: 'UPDATE order_line SET allocation = NULL WHERE order_id = $1',
    values: [placed.id],
  })
  await buyer.pay(placed)
  assert.deepEqual((await paidEvent(placed.id)).lines[0]!.allocation, plainAllocation(won(9_999)))
  const [line] = (await buyer.orders.get({ id: placed.id })).lines
  assert.deepEqual([line!.amount, line!.refundable, line!.canceled], [9_999, 9_999, 0])
})
