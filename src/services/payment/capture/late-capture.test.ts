import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { paymentSteps } from '#services/order/order.fixture.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { payment, PAYMENT_REFUSED } from '../contract.ts'

// A payment that we had given up turns out to be captured at Toss.

const shop = await startPurchases({ webhooks: false })
afterEach(() => shop.simulator.calm())

const hook = shop.as(payment, { kind: 'anonymous' })
const rows = (text: string, orderId: string): Promise<any[]> => shop.db('payment').query({ text, values: [orderId] })

/** An order whose card was refused, by a payment that Toss can still capture. */
const refused = async () => {
  const buyer = shop.buyer()
  const skuId = await shop.sku(5, 9_900)
  const order = await buyer.place(skuId)
  const paymentKey = await buyer.approve(order)
  await shop.faults({
    'refuse-card': { scope: 'confirm', count: 1, code: 'REJECT_CARD_PAYMENT', keepOpen: true },
  })
  const confirming = buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount })
  await assert.rejects(confirming, PAYMENT_REFUSED.is)
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  /** Toss captures it after all, and says so. */
  const captured = async () => {
    assert.equal((await shop.simulator.confirm(paymentKey, order.id, order.amount)).status, 200)
    assert.deepEqual(await shop.takenByToss(order.id), [9_900])
    await hook.tossWebhook({
      eventType: 'PAYMENT_STATUS_CHANGED',
      data: { orderId: order.id, paymentKey, status: 'DONE' },
    } as never)
  }
  return { buyer, skuId, order, paymentKey, status, captured }
}
/** Fails unless what Toss captured is written down, and given back once. */
const givenBack = async (orderId: string): Promise<void> => {
  await shop.settled()
  shop.runtime.advance(60_000)
  const isRefunded = async () =>
    (await rows('SELECT state FROM refund WHERE order_id = $1', orderId))[0]?.state === 'REFUNDED'
  await eventually(isRefunded, 'the money is given back')
  assert.deepEqual(await shop.takenByToss(orderId), [0])
  const money = await rows(
    `SELECT amount FROM posting WHERE order_id = $1 AND account = 'provider_receivable' ORDER BY amount`,
    orderId,
  )
  assert.deepEqual(money, [{ amount: -9_900 }, { amount: 9_900 }])
  assert.deepEqual(await rows('SELECT kind FROM anomaly WHERE order_id = $1', orderId), [
    { kind: 'captured for an order that cannot be paid' },
  ])
}

test('of an order canceled meanwhile: the money is given back, and a person learns of it', async () => {
  const { buyer, skuId, order, status, captured } = await refused()
  await buyer.orders.cancel({ id: order.id, reason: '변심' })
  await captured()
  await givenBack(order.id)
  assert.equal(await status(), 'CANCELED')
  await shop.settled()
  assert.deepEqual(await shop.stock(skuId), [5, 0])
})

test('of an order that expired meanwhile: the same', async () => {
  const { order, status, captured } = await refused()
  shop.runtime.advance(600_001)
  await eventually(async () => (await status()) === 'EXPIRED', 'the order expires')
  await captured()
  await givenBack(order.id)
})

test('of an order that waits for it: the attempt is reopened, and the order paid', async () => {
  const { buyer, order, paymentKey, status, captured } = await refused()
  // Once word of the refusal has come, the same payment begins anew, and whoever began it dies.
  await shop.settled()
  const begin = { orderId: order.id, paymentKey, amount: order.amount, memberId: buyer.memberId }
  await paymentSteps(shop).begin(begin)
  await captured()
  await eventually(async () => (await status()) === 'PAID', 'the order is PAID')
  await shop.settled()
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
  assert.deepEqual(await rows('SELECT state FROM payment WHERE order_id = $1', order.id), [{ state: 'CAPTURED' }])
  assert.deepEqual(await rows('SELECT kind FROM anomaly WHERE order_id = $1', order.id), [])
})
