import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { connect } from '#engines/postgres/connection/connection.ts'
import { eventually } from '#test/support/eventually.ts'
import { address, type Buyer, startPurchases } from '#test/support/purchases.ts'
import { AMOUNT_MISMATCH, type Order } from '../contract.ts'
import { runSweeps, setSku, stockRight, storeOf } from '../order.fixture.ts'

// An order of 0 won is paid without the provider.

const shop = await startPurchases()
// A product always costs something; what makes an order cost nothing is a coupon. Here the price stands in for it.
const admin = await connect(shop.admin, 'free')
await admin.query('ALTER TABLE jt_product.sku DROP CONSTRAINT sku_price_check')
await admin.end()
const store = storeOf(shop, 'order')
const { tx } = store
afterEach(() => {
  store.tx = tx
})

/** A SKU that costs nothing. */
const freeSku = async (): Promise<string> => {
  const skuId = await shop.sku(5)
  await setSku(shop, skuId, { price: 0 })
  return skuId
}

/** The order service dies before it begins a step, as long as the test does not revive it. */
const dieBefore = (step: string): void => {
  store.tx = (name, work) => (name === step ? Promise.reject(new Error('killed')) : tx(name, work))
}
const eventsOf = async ({ id }: Order): Promise<string[]> =>
  (
    await shop.db('order').query<{ name: string }>({
      text: 'SELECT name FROM outbox WHERE key = $1 ORDER BY id',
      values: [id],
    })
  ).map((each) => each.name)
const attempts = async ({ id }: Order): Promise<number> =>
  (await shop.db('payment').query({ text: 'SELECT FROM payment WHERE order_id = $1', values: [id] })).length
const confirm = (buyer: Buyer, { id }: Order, amount = 0) =>
  buyer.orders.confirmPayment({ paymentKey: 'whatever the page says', orderId: id, amount })

/** Fails unless the order is paid, once and without a payment, and its stock is sold. */
const paidWithoutProvider = async (buyer: Buyer, order: Order, skuId: string): Promise<void> => {
  const now = await buyer.orders.get({ id: order.id })
  assert.deepEqual([now.status, now.amount, now.paidAt !== null], ['PAID', 0, true])
  await shop.settled()
  assert.deepEqual(
    (await eventsOf(order)).filter((name) => name === 'order.paid'),
    ['order.paid'],
  )
  assert.equal(await attempts(order), 0)
  assert.deepEqual(await shop.stock(skuId), [4, 0])
  await stockRight(shop)
}

test('is paid when it is placed, and answered as paid however often its key is repeated', async () => {
  const skuId = await freeSku()
  const buyer = shop.buyer()
  const key = randomUUID()
  const [one, other] = await Promise.all([buyer.place(skuId, 1, key), buyer.place(skuId, 1, key)])
  assert.deepEqual([one.status, other.id], ['PAID', one.id])
  assert.equal((await buyer.place(skuId, 1, key)).status, 'PAID')
  await paidWithoutProvider(buyer, one, skuId)
})

test('is PAID when its payment is confirmed, whatever the key, and at no other amount', async () => {
  const skuId = await freeSku()
  const buyer = shop.buyer()
  const order = await buyer.place(skuId)
  for (let n = 0; n < 2; n++) {
    const { status, amount, method } = await confirm(buyer, order)
    assert.deepEqual([status, amount, method], ['PAID', 0, null])
  }
  await assert.rejects(confirm(buyer, order, 1), AMOUNT_MISMATCH.is)
  await assert.rejects(confirm(shop.buyer(), order), { code: 'NOT_FOUND' })
  await paidWithoutProvider(buyer, order, skuId)
})

test('cut off before it is paid: the sweep pays it, or whoever repeats the request', async () => {
  for (const finish of ['sweep', 'repeat', 'confirm'] as const) {
    const skuId = await freeSku()
    const buyer = shop.buyer()
    const key = randomUUID()
    dieBefore('order.complete-payment')
    const order = await buyer.place(skuId, 1, key)
    assert.equal(order.status, 'PAYING')
    store.tx = tx
    if (finish === 'repeat') assert.equal((await buyer.place(skuId, 1, key)).status, 'PAID')
    else if (finish === 'confirm') assert.equal((await confirm(buyer, order)).status, 'PAID')
    else {
      shop.runtime.advance(21_000)
      await eventually(async () => {
        await runSweeps(shop, 'order')
        return (await buyer.orders.get({ id: order.id })).status === 'PAID'
      }, 'the sweep pays it')
    }
    await paidWithoutProvider(buyer, order, skuId)
  }
})

test('changed so that it costs nothing, an unpaid order is paid at once', async () => {
  const [dear, free] = [await shop.sku(5, 1_000), await freeSku()]
  const buyer = shop.buyer()
  const placed = await buyer.place(dear)
  const changed = await buyer.orders.changeItems({ id: placed.id, items: [{ skuId: free, quantity: 1 }] })
  assert.equal(changed.status, 'PAID')
  await paidWithoutProvider(buyer, placed, free)
  assert.deepEqual(await shop.stock(dear), [5, 0])
})

test('beside one that costs something in the same batch: each goes its own way', async () => {
  const [dear, free] = [await shop.sku(5, 1_000), await freeSku()]
  const place = (skuId: string) =>
    shop
      .buyer()
      .orders.place({ items: [{ skuId, quantity: 1 }], shippingAddress: address, idempotencyKey: randomUUID() })
  const [one, other] = await Promise.all([place(dear), place(free)])
  assert.deepEqual([one!.status, other!.status], ['PENDING_PAYMENT', 'PAID'])
})

test('left unpaid by a version before, it is paid when its payment is confirmed', async () => {
  const skuId = await shop.sku(5, 1_000)
  const buyer = shop.buyer()
  const order = await buyer.place(skuId)
  await shop.db('order').query({ text: 'UPDATE orders SET amount = 0 WHERE id = $1', values: [order.id] })
  assert.equal((await confirm(buyer, order)).status, 'PAID')
  await paidWithoutProvider(buyer, order, skuId)
})

test('is canceled at once, in parts or as a whole, without the provider or the payment service', async () => {
  const skuId = await freeSku()
  const buyer = shop.buyer()
  const payments = storeOf(shop, 'payment')
  const real = payments.tx
  payments.tx = () => Promise.reject(new Error('away'))
  try {
    const order = await buyer.place(skuId, 3)
    const lines = [{ number: 1, quantity: 1 }]
    const part = await buyer.orders.cancel({ id: order.id, reason: '변심', lines, idempotencyKey: randomUUID() })
    assert.deepEqual([part.status, part.lines[0]!.canceled, part.lines[0]!.canceling], ['PAID', 1, 0])
    const whole = await buyer.orders.cancel({ id: order.id, reason: '변심' })
    assert.deepEqual([whole.status, whole.lines[0]!.canceled], ['CANCELED', 3])
    assert.deepEqual(
      (await eventsOf(order)).filter((name) => name.includes('cancel')),
      ['order.lines_canceled', 'order.canceled'],
    )
  } finally {
    payments.tx = real
  }
  await shop.settled()
  assert.deepEqual(await shop.stock(skuId), [5, 0])
  await stockRight(shop)
})
