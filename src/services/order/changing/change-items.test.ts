import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases, type Buyer } from '#test/support/purchases.ts'
import { OUT_OF_STOCK } from '#services/product/contract.ts'
import { crashing, paymentSteps, runSweeps, stockRight, storeOf } from '../order.fixture.ts'
import { ORDER_STATE, type Order } from '../contract.ts'

const shop = await startPurchases()

type Items = readonly (readonly [skuId: string, quantity: number])[]
const change = (buyer: Buyer, { id }: Order, items: Items): Promise<Order> =>
  buyer.orders.changeItems({ id, items: items.map(([skuId, quantity]) => ({ skuId, quantity })) })
const stockOf = async (...skus: string[]) => {
  await shop.settled()
  await stockRight(shop)
  return Promise.all(skus.map(shop.stock))
}

const steps = paymentSteps(shop)
const begin = ({ memberId }: Buyer, { id, amount }: Order, paymentKey: string) =>
  steps.begin({ orderId: id, paymentKey, amount, memberId })

test('an order that holds the last unit adds another product, changes again at once, and is paid', async () => {
  const [last, more] = [await shop.sku(1, 1_000), await shop.sku(2, 500)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  await change(buyer, placed, [
    [last, 1],
    [more, 2],
  ])
  // Before word of the first change has come: a chain.
  const changed = await change(buyer, placed, [
    [last, 1],
    [more, 1],
  ])
  assert.equal(changed.amount, 1_500)
  await buyer.pay(changed)
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [1, 0],
  ])
})

test('what an order no longer wants can be had by others', async () => {
  const [one, other] = [await shop.sku(3), await shop.sku(1)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one, 3)
  await change(buyer, placed, [
    [one, 1],
    [other, 1],
  ])
  assert.deepEqual(await stockOf(one, other), [
    [3, 1],
    [1, 1],
  ])
  await shop.buyer().place(one, 2)
})

test('an order whose payment was refused, its hold secured, still adds to what it holds', async () => {
  const [last, more] = [await shop.sku(1), await shop.sku(1)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  const paymentKey = await buyer.approve(placed)
  await begin(buyer, placed, paymentKey)
  await steps.fail({ orderId: placed.id, paymentKey })
  const changed = await change(buyer, placed, [
    [last, 1],
    [more, 1],
  ])
  await buyer.pay(changed)
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [0, 0],
  ])
})

/** A change whose process died after the new items were held, and before the order went over to them. */
const cutOff = async () => {
  const [last, more, third] = [await shop.sku(1, 1_000), await shop.sku(1, 500), await shop.sku(1, 10)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  const items = [
    [last, 1],
    [more, 1],
  ] as const
  await crashing(shop, 'order.change-items', () => change(buyer, placed, items))
  assert.deepEqual(await stockOf(last, more), [
    [1, 1],
    [1, 1],
  ])
  return { last, more, third, buyer, placed, items }
}

test('cut off, then asked for again: the order goes over to what was held', async () => {
  const { last, more, buyer, placed, items } = await cutOff()
  await buyer.pay(await change(buyer, placed, items))
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [0, 0],
  ])
})

test('cut off, then other items, then the first ones again: each ends the one before', async () => {
  const { last, more, third, buyer, placed, items } = await cutOff()
  await crashing(shop, 'order.change-items', () =>
    change(buyer, placed, [
      [last, 1],
      [third, 1],
    ]),
  )
  assert.deepEqual(await stockOf(last, more, third), [
    [1, 1],
    [1, 0],
    [1, 1],
  ])
  const changed = await change(buyer, placed, items)
  assert.equal(changed.amount, 1_500)
  assert.deepEqual(await stockOf(last, more, third), [
    [1, 1],
    [1, 1],
    [1, 0],
  ])
  await buyer.pay(changed)
})

test('cut off, then paid as it was: it gets what it paid for, the rest comes back', async () => {
  const { last, more, buyer, placed } = await cutOff()
  await buyer.pay(placed)
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [1, 0],
  ])
})

test('cut off, then canceled or run out of time: all comes back', async () => {
  const canceled = await cutOff()
  await canceled.buyer.orders.cancel({ id: canceled.placed.id, reason: '변심' })
  const expired = await cutOff()
  shop.runtime.advance(600_001)
  const { id } = expired.placed
  await eventually(async () => (await expired.buyer.orders.get({ id })).status === 'EXPIRED', 'the order expires')
  const free = [
    [1, 0],
    [1, 0],
  ]
  assert.deepEqual(await stockOf(canceled.last, canceled.more), free)
  assert.deepEqual(await stockOf(expired.last, expired.more), free)
})

test('cut off, and a hold that nobody comes back to dies at its deadline without touching the order', async () => {
  const { last, more, buyer, placed } = await cutOff()
  const paymentKey = await buyer.approve(placed)
  // The outcome of its payment stays unknown for long.
  await shop.faults({ http500: { scope: 'any' } })
  await begin(buyer, placed, paymentKey)
  shop.runtime.advance(1_000_000)
  await runSweeps(shop)
  assert.deepEqual(await stockOf(last, more), [
    [1, 1],
    [1, 0],
  ])
  await shop.simulator.calm()
  await buyer.orders.confirmPayment({ paymentKey, orderId: placed.id, amount: placed.amount })
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [1, 0],
  ])
})

test('two tabs change to different items at once: the order holds what it says, whoever wins', async () => {
  const [last, one, other] = [await shop.sku(1, 1_000), await shop.sku(1, 100), await shop.sku(1, 10)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  let entered = (): void => {}
  const waits = new Promise<void>((resolve) => (entered = resolve))
  let go = (): void => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  // The first tab has its hold and stands before the order when the second tab comes and goes.
  const store = storeOf(shop, 'order')
  const { tx } = store
  store.tx = async (step, work) => {
    if (step === 'order.change-items') {
      store.tx = tx
      entered()
      await gate
    }
    return tx(step, work)
  }
  const first = change(buyer, placed, [
    [last, 1],
    [one, 1],
  ])
  await waits
  const second = await change(buyer, placed, [
    [last, 1],
    [other, 1],
  ])
  go()
  await assert.rejects(first, ORDER_STATE.is)
  assert.equal(second.amount, 1_010)
  assert.deepEqual(await stockOf(last, one, other), [
    [1, 1],
    [1, 0],
    [1, 1],
  ])
  await buyer.pay(second)
})

test('a tab that looked too early ends no hold that the order has gone over to meanwhile', async () => {
  const [last, one] = [await shop.sku(1, 1_000), await shop.sku(1, 100)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  const store = storeOf(shop, 'order')
  const { tx } = store
  let second: Promise<unknown> = Promise.resolve()
  // The first tab has its hold; the second finds it in its way, and the first goes over before the second can fence it.
  const overtaken = new Promise<void>((resolve) => {
    store.tx = async (step, work) => {
      if (step === 'order.fence-change') {
        store.tx = tx
        resolve()
        await first
        return tx(step, work)
      }
      if (step === 'order.change-items') {
        second = change(buyer, placed, [
          [last, 1],
          [one, 2],
        ]).catch((error: unknown) => error)
        await overtaken
      }
      return tx(step, work)
    }
  })
  const first = change(buyer, placed, [
    [last, 1],
    [one, 1],
  ])
  assert.equal((await first).amount, 1_100)
  assert.ok(OUT_OF_STOCK.is(await second))
  assert.deepEqual(await stockOf(last, one), [
    [1, 1],
    [1, 1],
  ])
})

test('a change refused because money moved cannot come true later: its twin finds another hold', async () => {
  const [last, more] = [await shop.sku(1), await shop.sku(1)]
  const buyer = shop.buyer()
  const placed = await buyer.place(last)
  const paymentKey = await buyer.approve(placed)
  const items = [
    [last, 1],
    [more, 1],
  ] as const
  // The twin stands before the order; meanwhile payment begins, this one is refused and gives back, payment fails.
  const store = storeOf(shop, 'order')
  const { tx } = store
  let gates = 0
  store.tx = async (step, work) => {
    if (step !== 'order.change-items') return tx(step, work)
    if (gates++ > 0) return tx(step, work)
    store.tx = async (inner, does) => {
      if (inner !== 'order.change-items') return tx(inner, does)
      store.tx = tx
      await begin(buyer, placed, paymentKey)
      return tx(inner, does)
    }
    await assert.rejects(change(buyer, placed, items), ORDER_STATE.is)
    await steps.fail({ orderId: placed.id, paymentKey })
    return tx(step, work)
  }
  await assert.rejects(change(buyer, placed, items), ORDER_STATE.is)
  const changed = await change(buyer, placed, items)
  await buyer.pay(changed)
  assert.deepEqual(await stockOf(last, more), [
    [0, 0],
    [0, 0],
  ])
})
