import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { MAX_WON } from '#kernel/money.ts'
import { AMOUNT_TOO_LARGE } from '#services/product/contract.ts'
import { address, startPurchases } from '#test/support/purchases.ts'

const shop = await startPurchases()

const tooLarge = (amount: number) => (error: unknown) => {
  assert.ok(AMOUNT_TOO_LARGE.is(error), String(error))
  assert.deepEqual(error.data, { amount, most: MAX_WON })
  return true
}

test('an order that costs too much is refused with the limit, holds nothing, and its key stays as good as new', async () => {
  const sku = await shop.sku(1_000, MAX_WON)
  const buyer = shop.buyer()
  const key = randomUUID()
  for (let tries = 0; tries < 2; tries++) await assert.rejects(buyer.place(sku, 2, key), tooLarge(2 * MAX_WON))
  await assert.rejects(buyer.place(sku, 999, key), tooLarge(999 * MAX_WON))
  assert.deepEqual(await shop.stock(sku), [1_000, 0])
  const placed = await buyer.place(sku, 1, key)
  assert.equal(placed.amount, MAX_WON)
  await buyer.pay(placed)
  assert.deepEqual(await shop.takenByToss(placed.id), [MAX_WON])
})

test('a hundred lines of the dearest there is are refused like any other', async () => {
  const skus = await Promise.all(Array.from({ length: 100 }, () => shop.sku(999, MAX_WON)))
  const items = skus.map((skuId) => ({ skuId, quantity: 999 }))
  const buyer = shop.buyer()
  await assert.rejects(
    buyer.orders.place({ items, shippingAddress: address, idempotencyKey: randomUUID() }),
    tooLarge(Number.MAX_SAFE_INTEGER),
  )
})

test('its neighbours in one batch are served', async () => {
  const [dear, cheap] = [await shop.sku(10, MAX_WON), await shop.sku(10)]
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => (i % 4 === 3 ? shop.buyer().place(dear, 2) : shop.buyer().place(cheap))),
  )
  assert.deepEqual(
    answers.map((each) => each.status),
    Array.from({ length: 8 }, (_, i) => (i % 4 === 3 ? 'rejected' : 'fulfilled')),
  )
  assert.deepEqual(
    [await shop.stock(dear), await shop.stock(cheap)],
    [
      [10, 0],
      [10, 6],
    ],
  )
})

test('an unpaid order cannot be changed into one that costs too much, and stays what it was', async () => {
  const [dear, cheap] = [await shop.sku(10, MAX_WON), await shop.sku(10)]
  const buyer = shop.buyer()
  const placed = await buyer.place(dear)
  for (let tries = 0; tries < 2; tries++)
    await assert.rejects(
      buyer.orders.changeItems({
        id: placed.id,
        items: [
          { skuId: dear, quantity: 1 },
          { skuId: cheap, quantity: 1 },
        ],
      }),
      tooLarge(MAX_WON + 1_000),
    )
  assert.deepEqual(await buyer.orders.get({ id: placed.id }), placed)
  await shop.settled()
  assert.deepEqual(
    [await shop.stock(dear), await shop.stock(cheap)],
    [
      [10, 1],
      [10, 0],
    ],
  )
})
