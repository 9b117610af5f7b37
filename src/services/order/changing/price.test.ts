import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { readOrders } from '#src/audit/purchases/orders-store.ts'
import { address, startPurchases, type Buyer } from '#test/support/purchases.ts'
import { OUT_OF_STOCK, PRICE_CHANGED, SKU_NOT_FOUND } from '#services/product/contract.ts'
import { IDEMPOTENCY_CONFLICT, type Order } from '../contract.ts'
import { setSku, stockRight } from '../order.fixture.ts'

const shop = await startPurchases({ webhooks: false })

type Items = readonly (readonly [skuId: string, quantity: number])[]
const listed = (items: Items) => items.map(([skuId, quantity]) => ({ skuId, quantity }))
const place = (buyer: Buyer, items: Items, expectedAmount: number, idempotencyKey: string = randomUUID()) =>
  buyer.orders.place({ items: listed(items), shippingAddress: address, expectedAmount, idempotencyKey })
const change = (buyer: Buyer, { id }: Order, items: Items, expectedAmount?: number): Promise<Order> =>
  buyer.orders.changeItems({ id, items: listed(items), ...(expectedAmount !== undefined && { expectedAmount }) })
const pricesOf = ({ lines }: Order) => lines.map((each) => [each.skuId, each.quantity, each.unitPrice])
const reserved = async (...skus: string[]): Promise<number[]> => {
  await shop.settled()
  await stockRight(shop)
  return (await Promise.all(skus.map(shop.stock))).map(([, held]) => held)
}

/** What is told when the price is another one than expected. */
const told = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => assert.fail('it was ordered at another price than expected'),
    (reason: unknown) => reason,
  )
  assert.ok(PRICE_CHANGED.is(error), String(error))
  const { expected, amount, lines } = error.data
  return { expected, amount, lines: lines.map((each) => [each.productName, each.quantity, each.unitPrice]) }
}

test('an order is placed at the price the customer saw, or not at all: nothing held, the key not used', async () => {
  const [one, other] = [await shop.sku(5, 1_000), await shop.sku(5, 300)]
  const buyer = shop.buyer()
  const items = [
    [one, 2],
    [other, 1],
  ] as const
  await setSku(shop, one, { price: 1_200 })
  const key = randomUUID()
  assert.deepEqual(await told(place(buyer, items, 2_300, key)), {
    expected: 2_300,
    amount: 2_700,
    lines: [
      ['무선 이어폰', 2, 1_200],
      ['무선 이어폰', 1, 300],
    ],
  })
  assert.deepEqual(await reserved(one, other), [0, 0])
  assert.deepEqual((await buyer.orders.list({})).items, [])

  const placed = await place(buyer, items, 2_700, key)
  assert.equal(placed.amount, 2_700)
  assert.deepEqual(await place(buyer, items, 2_700, key), placed)
  assert.deepEqual(await reserved(one, other), [2, 1])
  await assert.rejects(place(buyer, items, 2_300, key), IDEMPOTENCY_CONFLICT.is)
  await assert.rejects(
    buyer.orders.place({ items: listed(items), shippingAddress: address, idempotencyKey: key }),
    IDEMPOTENCY_CONFLICT.is,
  )
})

test('a price that fell is told as well, and zero is an amount like any other', async () => {
  const sku = await shop.sku(5, 1_000)
  await setSku(shop, sku, { price: 900 })
  const buyer = shop.buyer()
  assert.equal((await told(place(buyer, [[sku, 1]], 1_000))).amount, 900)
  assert.equal((await told(place(buyer, [[sku, 1]], 0))).amount, 900)
  assert.deepEqual(await reserved(sku), [0])
})

test('twins of one key that saw different prices: one order at most, at what its buyer saw', async () => {
  const sku = await shop.sku(20, 1_000)
  const buyer = shop.buyer()
  const key = randomUUID()
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) => place(buyer, [[sku, 1]], i % 2 === 0 ? 1_000 : 999, key)),
  )
  const right = answers.filter((_, i) => i % 2 === 0)
  assert.deepEqual(new Set(right.map((each) => each.status === 'fulfilled' && each.value.amount)), new Set([1_000]))
  for (const [i, answer] of answers.entries())
    if (i % 2 === 1) {
      const why: unknown = answer.status === 'rejected' && answer.reason
      assert.ok(PRICE_CHANGED.is(why) || IDEMPOTENCY_CONFLICT.is(why), String(why))
    }
  assert.deepEqual(await reserved(sku), [1])
})

test('adding to an unpaid order leaves the price of what it held; what is added costs what it costs now', async () => {
  const [one, other] = [await shop.sku(9, 1_000), await shop.sku(9, 500)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one, 2)
  await setSku(shop, one, { price: 1_300 })
  const more = await change(buyer, placed, [
    [one, 2],
    [other, 1],
  ])
  assert.deepEqual(pricesOf(more), [
    [one, 2, 1_000],
    [other, 1, 500],
  ])
  // Raised: the added units stand on a line of their own.
  const raised = await change(buyer, placed, [
    [other, 1],
    [one, 5],
  ])
  assert.deepEqual(pricesOf(raised), [
    [other, 1, 500],
    [one, 2, 1_000],
    [one, 3, 1_300],
  ])
  assert.equal(raised.amount, 6_400)
  assert.match(raised.orderName, / 외 1건$/)
  assert.deepEqual(
    await change(buyer, placed, [
      [one, 5],
      [other, 1],
    ]),
    raised,
  )
  // The audit compares with the reservation, which knows a SKU once.
  const audited = await readOrders(shop.db('order'), '00000000-0000-0000-0000-000000000000', 100)
  assert.deepEqual(audited.find((each) => each.id === placed.id)?.lines, [`${one} 5`, `${other} 1`].sort())
  // Lowered: what was added last goes first.
  const lowered = await change(buyer, placed, [[one, 3]])
  assert.deepEqual(pricesOf(lowered), [
    [one, 2, 1_000],
    [one, 1, 1_300],
  ])
  assert.deepEqual(await reserved(one, other), [3, 0])
  // Taken out and put in again is bought anew.
  await change(buyer, placed, [[other, 1]])
  const again = await change(buyer, placed, [[one, 1]])
  assert.deepEqual(pricesOf(again), [[one, 1, 1_300]])
  await buyer.pay(again)
  assert.deepEqual(await reserved(one, other), [0, 0])
})

test('an order whose amount would not be what its buyer expects stays as it is, holding what it held', async () => {
  const [one, other] = [await shop.sku(3, 1_000), await shop.sku(3, 500)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one, 1)
  await setSku(shop, one, { price: 1_300 })
  await setSku(shop, other, { price: 600 })
  const items = [
    [one, 2],
    [other, 1],
  ] as const
  assert.deepEqual(await told(change(buyer, placed, items, 2_500)), {
    expected: 2_500,
    amount: 2_900,
    lines: [
      ['무선 이어폰', 1, 1_000],
      ['무선 이어폰', 1, 1_300],
      ['무선 이어폰', 1, 600],
    ],
  })
  assert.deepEqual(await buyer.orders.get({ id: placed.id }), placed)
  assert.deepEqual(await reserved(one, other), [1, 0])
  assert.equal((await change(buyer, placed, items, 2_900)).amount, 2_900)
  assert.deepEqual(await reserved(one, other), [2, 1])
  // The same items again, at another amount than they have.
  assert.equal((await told(change(buyer, placed, items, 2_500))).amount, 2_900)
})

test('of a product no longer on sale an unpaid order keeps or lowers what it holds, and gets no more', async () => {
  const [stopped, other] = [await shop.sku(9, 1_000), await shop.sku(9, 500)]
  const buyer = shop.buyer()
  const placed = await buyer.place(stopped, 3)
  await setSku(shop, stopped, { onSale: false })
  const kept = await change(buyer, placed, [
    [stopped, 3],
    [other, 1],
  ])
  assert.equal(kept.amount, 3_500)
  const lowered = await change(buyer, placed, [
    [stopped, 2],
    [other, 1],
  ])
  assert.equal(lowered.amount, 2_500)
  await assert.rejects(change(buyer, placed, [[stopped, 3]]), (error) => {
    assert.ok(SKU_NOT_FOUND.is(error))
    assert.deepEqual(error.data.skuIds, [stopped])
    assert.equal(error.data.items?.[0]?.productName, '무선 이어폰')
    assert.match(error.messages.ko, /\(무선 이어폰\)/)
    return true
  })
  assert.deepEqual(await reserved(stopped, other), [2, 1])
  await assert.rejects(shop.buyer().place(stopped), SKU_NOT_FOUND.is)
  await buyer.pay(lowered)
  assert.deepEqual(await reserved(stopped, other), [0, 0])
})

test('what there is too little of is named', async () => {
  const sku = await shop.sku(1, 1_000)
  await assert.rejects(shop.buyer().place(sku, 2), (error) => {
    assert.ok(OUT_OF_STOCK.is(error))
    const [shortage] = error.data.shortages
    assert.deepEqual([shortage?.productName, shortage?.available], ['무선 이어폰', 1])
    assert.match(error.messages.en, /\(무선 이어폰\)/)
    return true
  })
})
