import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { payment } from '../contract.ts'

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const hook = shop.as(payment, { kind: 'anonymous' })
const row = async (text: string, ...values: unknown[]): Promise<any> =>
  (await shop.db('payment').query({ text, values }))[0]
const anomalies = async (orderId: string): Promise<string[]> =>
  (
    await shop
      .db('payment')
      .query<{ kind: string }>({ text: 'SELECT kind FROM anomaly WHERE order_id = $1', values: [orderId] })
  ).map((each) => each.kind)

/** An order whose buyer was issued a virtual account. */
const issued = async () => {
  const buyer = shop.buyer()
  const sku = await shop.sku(5, 9_900)
  const order = await buyer.place(sku)
  const paymentKey = await shop.simulator.approve(order.id, order.amount, { method: 'VIRTUAL_ACCOUNT' })
  const answer = await buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount })
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  const bank = (action: string) => shop.simulator.call('POST', '/deposits', { orderId: order.id, action })
  return { buyer, sku, order, paymentKey, answer, status, bank }
}
const becomes = (status: () => Promise<string>, wanted: string) =>
  eventually(async () => (await status()) === wanted, `the order is ${wanted}`)

test('an issued account is not paid; its deposit, told by webhook, is', async () => {
  const { order, answer, status, bank } = await issued()
  assert.equal(answer.status, 'AWAITING_DEPOSIT')
  assert.equal(await status(), 'AWAITING_DEPOSIT')
  await bank('deposit')
  await becomes(status, 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('a forged deposit callback changes nothing and is noted', async () => {
  const { order, status } = await issued()
  const forged = {
    secret: 'ps_forged',
    status: 'DONE',
    orderId: order.id,
    transactionKey: 'x',
    createdAt: '2026-01-02T14:46:59',
  }
  assert.deepEqual(await hook.tossWebhook(forged as never), { received: true })
  assert.equal(await status(), 'AWAITING_DEPOSIT')
  assert.deepEqual(await anomalies(order.id), ['forged deposit callback'])
})

test('a deposit that is taken back after all is for a person to see', async () => {
  const { order, status, bank } = await issued()
  await bank('deposit')
  await becomes(status, 'PAID')
  await bank('reverse')
  await eventually(async () => (await anomalies(order.id)).includes('a deposit was taken back'), 'it is noted')
  assert.equal(await status(), 'PAID')
})

test('money given back at the console of Toss is written down once, and the order ends when all is gone', async () => {
  const buyer = shop.buyer()
  const sku = await shop.sku(5, 9_900)
  const order = await buyer.place(sku)
  const paymentKey = await buyer.pay(order)
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  const refunded = async (): Promise<number> =>
    (await row('SELECT refunded FROM payment WHERE order_id = $1', order.id)).refunded
  await shop.simulator.cancel(paymentKey, { cancelAmount: 900 })
  await eventually(async () => (await refunded()) === 900, 'the part is written down')
  assert.equal(await status(), 'PAID')
  await shop.simulator.cancel(paymentKey, { cancelAmount: 9_000 })
  await becomes(status, 'CANCELED')
  const body = { eventType: 'PAYMENT_STATUS_CHANGED', data: { paymentKey, orderId: order.id, status: 'CANCELED' } }
  await Promise.all(Array.from({ length: 8 }, () => hook.tossWebhook(body as never)))
  assert.equal(await refunded(), 9_900)
  const { sum } = await row(
    `SELECT sum(amount)::bigint AS sum FROM posting WHERE order_id = $1 AND account = 'provider_receivable'`,
    order.id,
  )
  assert.equal(sum, 0)
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [5, 0])
  assert.deepEqual(await anomalies(order.id), [])
})
