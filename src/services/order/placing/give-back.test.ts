import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { INTERNAL } from '#kernel/faults.ts'
import type { Database } from '#kernel/store.ts'
import { type Buyer, startPurchases } from '#test/support/purchases.ts'
import type { Order } from '../contract.ts'
import { paymentSteps, runSweeps, stockRight, storeOf } from '../order.fixture.ts'

// What place and changeItems held is given back when they fail, at once, unless the order has it.

const shop = await startPurchases()
const steps = paymentSteps(shop)

const stores = { order: storeOf(shop, 'order'), product: storeOf(shop, 'product') }
const real = { order: stores.order.tx, product: stores.product.tx }
afterEach(() => {
  stores.order.tx = real.order
  stores.product.tx = real.product
})

type Step = <T>(run: () => Promise<T>, tx: Database['tx'], work: Parameters<Database['tx']>[1]) => Promise<T>

/** Runs the transactions of a step, in turn, as these say; those that follow run as usual. */
const stepping = (service: keyof typeof stores, name: string, ...steps: Step[]): void => {
  const tx = real[service]
  stores[service].tx = (step, work) => {
    const next = step === name ? steps.shift() : undefined
    const run = () => tx(step, work)
    return next ? (next(run, tx, work) as ReturnType<typeof run>) : run()
  }
}
const failing: Step = () => Promise.reject(new Error('no JSON'))
/** Commits, and loses the answer. */
const losing: Step = async (run) => {
  await run()
  throw new Error('the connection was lost')
}

const gate = () => {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
const orderCount = async (memberId: string): Promise<number> =>
  (
    await shop.db('order').query<{ count: number }>({
      text: 'SELECT count(*) AS count FROM orders WHERE member_id = $1',
      values: [memberId],
    })
  )[0]!.count

/** Fails unless the order holds its stock so that it can be paid for. */
const payable = async ({ memberId }: Buyer, { id, amount }: Order): Promise<void> => {
  const begun = await steps.begin({ orderId: id, paymentKey: `key of ${id}`, amount, memberId })
  assert.equal(begun.kind, 'under way')
}

test('an order that could not be stored gives its stock back at once, however often it is tried', async () => {
  const sku = await shop.sku(3)
  const buyer = shop.buyer()
  stepping('order', 'order.place', failing, failing, failing)
  for (let tries = 0; tries < 3; tries++) {
    await assert.rejects(buyer.place(sku, 3), INTERNAL.is)
    assert.deepEqual(await shop.stock(sku), [3, 0])
  }
  assert.equal(await orderCount(buyer.memberId), 0)
  await shop.buyer().place(sku, 3)
  await stockRight(shop)
})

test('the key of an order that could not be stored is as good as new', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  stepping('order', 'order.place', failing, failing)
  for (let tries = 0; tries < 2; tries++) await assert.rejects(buyer.place(sku, 1, key), INTERNAL.is)
  const placed = await buyer.place(sku, 1, key)
  assert.deepEqual(await buyer.place(sku, 1, key), placed)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  await payable(buyer, placed)
})

test('a key whose hold has run out is as good as new', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  stepping('order', 'order.place', failing)
  // What cannot be given up stays held until its deadline.
  const { tx } = stores.order
  stores.order.tx = (step, work) =>
    step === 'order.abandon-placement' ? Promise.reject(new Error('away')) : tx(step, work)
  await assert.rejects(buyer.place(sku, 1, key), INTERNAL.is)
  stores.order.tx = real.order
  assert.deepEqual(await shop.stock(sku), [1, 1])
  shop.runtime.advance(900_001)
  await runSweeps(shop)
  assert.deepEqual(await shop.stock(sku), [1, 0])
  const placed = await buyer.place(sku, 1, key)
  await payable(buyer, placed)
})

test('an order whose commit was not heard of is answered, and keeps its stock', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  stepping('order', 'order.place', losing)
  const placed = await buyer.place(sku, 1, key)
  assert.deepEqual(await buyer.place(sku, 1, key), placed)
  assert.equal(await orderCount(buyer.memberId), 1)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  await payable(buyer, placed)
})

test('the same request twice at once, one failing: the other has not stored its order yet', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  const [begun, fail, second, store] = [gate(), gate(), gate(), gate()]
  stepping(
    'order',
    'order.place',
    async () => {
      begun.open()
      await fail.opened
      throw new Error('no JSON')
    },
    async (run) => {
      second.open()
      await store.opened
      return run()
    },
  )
  const one = buyer.place(sku, 1, key)
  await begun.opened
  const other = buyer.place(sku, 1, key)
  await second.opened
  fail.open()
  await assert.rejects(one, INTERNAL.is)
  assert.deepEqual(await shop.stock(sku), [1, 0])
  store.open()
  // It shared a hold that is gone: it holds anew.
  const placed = await other
  assert.deepEqual(await shop.stock(sku), [1, 1])
  assert.equal(await orderCount(buyer.memberId), 1)
  await payable(buyer, placed)
  await stockRight(shop)
})

test('the same request twice at once, one failing: the other is about to commit', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  const [begun, fail, written, commit] = [gate(), gate(), gate(), gate()]
  stepping(
    'order',
    'order.place',
    async () => {
      begun.open()
      await fail.opened
      throw new Error('no JSON')
    },
    (_run, tx, work) =>
      tx('order.place', async (inside) => {
        const answer = (await work(inside)) as never
        written.open()
        await commit.opened
        return answer
      }),
  )
  const one = buyer.place(sku, 1, key)
  await begun.opened
  const other = buyer.place(sku, 1, key)
  await written.opened
  fail.open()
  commit.open()
  const [failed, placed] = await Promise.all([one, other])
  assert.deepEqual(failed, placed)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  await payable(buyer, placed)
})

test('a hold nobody knows of is given back as well', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  stepping('product', 'product.reserve', losing)
  await assert.rejects(buyer.place(sku, 1, key), INTERNAL.is)
  assert.deepEqual(await shop.stock(sku), [1, 0])
  const placed = await buyer.place(sku, 1, key)
  await payable(buyer, placed)
})

test('what could not be released when it failed is released by the next try under its key', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  stepping('order', 'order.place', failing)
  stepping('product', 'product.release', failing)
  await assert.rejects(buyer.place(sku, 1, key), INTERNAL.is)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  const placed = await buyer.place(sku, 1, key)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  await payable(buyer, placed)
  await stockRight(shop)
})

test('a change that could not be stored gives back what it held, and can be made again', async () => {
  const [one, other] = [await shop.sku(3), await shop.sku(3)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one)
  const change = () =>
    buyer.orders.changeItems({
      id: placed.id,
      items: [
        { skuId: one, quantity: 2 },
        { skuId: other, quantity: 3 },
      ],
    })
  stepping('order', 'order.change-items', failing, failing, failing)
  for (let tries = 0; tries < 3; tries++) {
    await assert.rejects(change(), INTERNAL.is)
    assert.deepEqual(
      [await shop.stock(one), await shop.stock(other)],
      [
        [3, 1],
        [3, 0],
      ],
    )
  }
  const changed = await change()
  await shop.settled()
  assert.deepEqual(
    [await shop.stock(one), await shop.stock(other)],
    [
      [3, 2],
      [3, 3],
    ],
  )
  await payable(buyer, changed)
  await stockRight(shop)
})

test('a change whose commit was not heard of is answered, and keeps its stock', async () => {
  const [one, other] = [await shop.sku(3), await shop.sku(3)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one)
  stepping('order', 'order.change-items', losing)
  const changed = await buyer.orders.changeItems({ id: placed.id, items: [{ skuId: other, quantity: 2 }] })
  assert.equal(changed.lines[0]!.skuId, other)
  await shop.settled()
  assert.deepEqual(
    [await shop.stock(one), await shop.stock(other)],
    [
      [3, 0],
      [3, 2],
    ],
  )
  await payable(buyer, changed)
  await stockRight(shop)
})

test('a change whose hold nobody knows of gives it back', async () => {
  const [one, other] = [await shop.sku(3), await shop.sku(3)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one)
  const items = [{ skuId: other, quantity: 2 }]
  stepping('product', 'product.reserve', losing)
  await assert.rejects(buyer.orders.changeItems({ id: placed.id, items }), INTERNAL.is)
  assert.deepEqual(
    [await shop.stock(one), await shop.stock(other)],
    [
      [3, 1],
      [3, 0],
    ],
  )
  assert.equal((await buyer.orders.changeItems({ id: placed.id, items })).lines[0]!.quantity, 2)
  await shop.settled()
  await stockRight(shop)
})

test('the same change twice at once, one failing: nobody is left with stock that is not held', async () => {
  const [one, other] = [await shop.sku(3), await shop.sku(3)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one)
  const change = () => buyer.orders.changeItems({ id: placed.id, items: [{ skuId: other, quantity: 2 }] })
  const [begun, fail, second, store] = [gate(), gate(), gate(), gate()]
  stepping(
    'order',
    'order.change-items',
    async () => {
      begun.open()
      await fail.opened
      throw new Error('no JSON')
    },
    async (run) => {
      second.open()
      await store.opened
      return run()
    },
  )
  const failed = change()
  await begun.opened
  const late = change().catch((error: unknown) => error)
  await second.opened
  fail.open()
  await assert.rejects(failed, INTERNAL.is)
  store.open()
  await late
  await shop.settled()
  const now = await buyer.orders.get({ id: placed.id })
  await payable(buyer, now)
  await stockRight(shop)
})
