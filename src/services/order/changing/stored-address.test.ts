import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { address, startPurchases } from '#test/support/purchases.ts'

const shop = await startPurchases()

test('an order shows the address it was placed with, lines of the memo and all, by whatever rules it was taken', async () => {
  const sku = await shop.sku(10)
  const buyer = shop.buyer()
  const { id } = await buyer.orders.place({
    items: [{ skuId: sku, quantity: 1 }],
    shippingAddress: { ...address, phone: '+82 010-1234-5678', memo: '문 앞\r\n\r\n<b>조용히</b>' },
    idempotencyKey: randomUUID(),
  })
  const placed = (await buyer.orders.get({ id })).shippingAddress
  assert.equal(placed.phone, '01012345678')
  assert.equal(placed.memo, '문 앞\n\n<b>조용히</b>')
  await shop.db('order').query({
    text: `UPDATE orders SET shipping = shipping || '{"phone": "0000000000", "memo": "하나\\r\\n둘"}' WHERE id = $1`,
    values: [id],
  })
  shop.runtime.advance(60_000)
  const old = (await shop.buyer(buyer.memberId).orders.list({})).items.find((each) => each.id === id)!.shippingAddress
  assert.deepEqual([old.phone, old.memo], ['0000000000', '하나\r\n둘'])
})
