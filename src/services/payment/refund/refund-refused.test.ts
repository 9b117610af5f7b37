import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { REFUND_IMPOSSIBLE, REFUND_NOT_ACCEPTED, REFUND_REFUSED } from '#services/order/contract.ts'
import { paymentSteps } from '#services/order/order.fixture.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'

// A refund that Toss turns down ends; the order returns to PAID and can be canceled anew.

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const rows = (text: string, ...values: unknown[]): Promise<any[]> => shop.db('payment').query({ text, values })
const paid = async () => {
  const buyer = shop.buyer()
  const skuId = await shop.sku(5, 9_900)
  const order = await buyer.place(skuId)
  await buyer.pay(order)
  await shop.settled()
  const get = () => buyer.orders.get({ id: order.id })
  const cancel = (reason = '변심') => buyer.orders.cancel({ id: order.id, reason })
  return { buyer, skuId, order, get, cancel }
}
const refusing = (code: string, count?: number) =>
  shop.faults({ 'refuse-cancel': { scope: 'cancel', code, ...(count && { count }) } })

test('what Toss does not accept ends, says so, and can be tried again with another reason', async () => {
  const { order, skuId, get, cancel } = await paid()
  await refusing('INVALID_REQUEST', 1)
  await assert.rejects(cancel('사유'), (error: any) => REFUND_NOT_ACCEPTED.is(error) && error.field === 'reason')
  const after = await get()
  assert.deepEqual([after.status, after.cancelReason, after.lines[0]!.status], ['PAID', null, 'PAID'])
  await shop.settled()
  assert.equal((await get()).status, 'PAID')
  const canceled = await cancel('다른 사유')
  assert.deepEqual([canceled.status, canceled.cancelReason], ['CANCELED', '다른 사유'])
  await shop.settled()
  assert.deepEqual(await shop.takenByToss(order.id), [0])
  assert.deepEqual(await shop.stock(skuId), [5, 0])
  assert.deepEqual(await rows('SELECT state, reason FROM refund WHERE order_id = $1 ORDER BY created_at', order.id), [
    { state: 'REFUSED', reason: '사유' },
    { state: 'REFUNDED', reason: '다른 사유' },
  ])
  // For an operator to see: none of our requests should be malformed.
  assert.deepEqual(await rows('SELECT kind FROM anomaly WHERE order_id = $1', order.id), [
    { kind: 'a refund was refused' },
  ])
})

test('what was not accepted while the buyer was told that it is under way ends too', async () => {
  const { get, cancel } = await paid()
  await shop.faults({ 'drop-before-commit': { scope: 'cancel', count: 1 } })
  assert.equal((await cancel()).status, 'CANCEL_REQUESTED')
  await shop.simulator.calm()
  await refusing('INVALID_REQUEST')
  shop.runtime.advance(60_000)
  await eventually(async () => (await get()).status === 'PAID', 'the order returns to PAID')
  await shop.simulator.calm()
  assert.equal((await cancel()).status, 'CANCELED')
})

test('that the provider refused is said when it did', async () => {
  const { order, get, cancel } = await paid()
  await refusing('EXCEED_CANCEL_LIMIT', 1)
  await assert.rejects(cancel(), REFUND_REFUSED.is)
  assert.equal((await get()).status, 'PAID')
  assert.equal((await cancel()).status, 'CANCELED')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
})

test('without a payment that money could go back from, another sentence says so', async () => {
  const buyer = shop.buyer()
  const placed = await buyer.place(await shop.sku(5))
  const steps = paymentSteps(shop)
  const paymentKey = 'nobody knows it'
  await steps.begin({ orderId: placed.id, paymentKey, amount: placed.amount, memberId: buyer.memberId })
  await steps.complete(placed.id, paymentKey)
  await assert.rejects(buyer.orders.cancel({ id: placed.id, reason: '변심' }), REFUND_IMPOSSIBLE.is)
  assert.equal((await buyer.orders.get({ id: placed.id })).status, 'PAID')
  await shop.settled()
  assert.deepEqual(await rows('SELECT name FROM dead_letter WHERE key = $1', placed.id), [])
  assert.equal(
    (await rows('SELECT kind FROM anomaly WHERE order_id = $1', placed.id))[0].kind,
    'canceled without a payment',
  )
})

test('a fault of our own is tried again until it is put right', async () => {
  const { order, get, cancel } = await paid()
  for (const code of ['INVALID_API_KEY', 'UNAUTHORIZED_KEY', 'FORBIDDEN_REQUEST']) {
    await refusing(code)
    assert.equal((await cancel()).status, 'CANCEL_REQUESTED')
    shop.runtime.advance(600_000)
    // What Toss answers is for operators to see while the refund stays open.
    await eventually(async () => {
      const [refund] = await rows('SELECT state, failure_code AS code FROM refund WHERE order_id = $1', order.id)
      return refund.state === 'REQUESTED' && refund.code === code
    }, `the refund is open, and ${code} is seen`)
    assert.equal((await get()).status, 'CANCEL_REQUESTED')
  }
  await shop.simulator.calm()
  shop.runtime.advance(600_000)
  await eventually(async () => (await get()).status === 'CANCELED', 'the order is canceled')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
})

test('late word of an earlier refusal does not end the cancellation that is under way', async () => {
  const { order, get, cancel } = await paid()
  await refusing('INVALID_REQUEST', 1)
  await assert.rejects(cancel(), REFUND_NOT_ACCEPTED.is)
  // Its event is read again, as after a restore, once the next cancellation waits for its refund.
  await shop.faults({ 'drop-before-commit': { scope: 'cancel', count: 1 } })
  assert.equal((await cancel()).status, 'CANCEL_REQUESTED')
  await shop.settled()
  assert.equal((await get()).status, 'CANCEL_REQUESTED')
  await shop.simulator.calm()
  shop.runtime.advance(60_000)
  await eventually(async () => (await get()).status === 'CANCELED', 'the order is canceled')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
})
