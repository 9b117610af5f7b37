import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPurchases } from '#test/support/purchases.ts'

const shop = await startPurchases()

test('a product whose name is cut at a character of two units can be ordered and paid', async () => {
  const sku = await shop.sku(3, 1_000, `${'a'.repeat(98)}🙂b`)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku)
  assert.equal(placed.orderName, `${'a'.repeat(98)}…`)
  await buyer.pay(placed)
  assert.deepEqual(await shop.takenByToss(placed.id), [1_000])
})

test('a paid order is canceled for a reason whose last character has two units', async () => {
  const sku = await shop.sku(3, 1_000)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku)
  await buyer.pay(placed)
  const canceled = await buyer.orders.cancel({ id: placed.id, reason: `${'가'.repeat(199)}🙂` })
  assert.equal(canceled.status, 'CANCELED')
  assert.equal(canceled.cancelReason, `${'가'.repeat(199)}🙂`)
  assert.deepEqual(await shop.takenByToss(placed.id), [0])
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [3, 0])
})
