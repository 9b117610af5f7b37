import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { NOT_FOUND } from '#kernel/faults.ts'
import { AMOUNT_MISMATCH, ORDER_EXPIRED, ORDER_STATE, PAYMENT_UNDER_WAY } from '#services/order/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases, type Buyer } from '#test/support/purchases.ts'
import { forgetRefused } from './store.ts'
import { payment, PAYMENT_NOT_REFUNDABLE, PAYMENT_REFUSED, PAYMENT_SESSION_LOST } from './contract.ts'

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const ready = async (buyer: Buyer = shop.buyer(), amount = 9_900) => {
  const sku = await shop.sku(10, amount)
  const order = await buyer.place(sku)
  const paymentKey = await buyer.approve(order)
  const confirm = () => buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount })
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  return { buyer, sku, order, paymentKey, confirm, status }
}
const paid = (status: () => Promise<string>) => eventually(async () => (await status()) === 'PAID', 'the order is PAID')
const row = async (text: string, ...values: unknown[]): Promise<any> =>
  (await shop.db('payment').query({ text, values }))[0]
const requestsToToss = async (orderId: string): Promise<number> => (await shop.takenByToss(orderId)).length
const inside = shop.inside(payment)

test('an approved order is captured: PAID at once, ledger balanced, stock allocated', async () => {
  const { order, confirm, status, sku } = await ready()
  const answer = await confirm()
  assert.deepEqual([answer.status, answer.amount, answer.method], ['PAID', 9_900, '카드'])
  assert.equal(await status(), 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
  const { sum, count } = await row(
    'SELECT sum(amount)::bigint AS sum, count(*) AS count FROM posting WHERE order_id = $1',
    order.id,
  )
  assert.deepEqual([sum, count], [0, 2])
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [9, 0])
})

test('double click, two tabs, return page and webhook together: one capture, one PAID', async () => {
  const { order, paymentKey, confirm, status } = await ready()
  const hook = shop.as(payment, { kind: 'anonymous' })
  const data = { paymentKey, orderId: order.id }
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, confirm),
    hook.tossWebhook({ eventType: 'PAYMENT_STATUS_CHANGED', data } as never),
  ])
  assert.ok(answers.slice(0, 10).every((each) => 'status' in each && each.status === 'PAID'))
  assert.equal(await status(), 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
  await shop.settled()
  const { count } = await row(
    `SELECT count(*) AS count FROM outbox WHERE name = 'payment.captured' AND key = $1`,
    order.id,
  )
  assert.equal(count, 1)
})

test('two approved payments for one order: only one is captured', async () => {
  const { buyer, order, confirm } = await ready()
  const second = await buyer.approve(order)
  const answers = await Promise.allSettled([
    confirm(),
    buyer.orders.confirmPayment({ paymentKey: second, orderId: order.id, amount: order.amount }),
  ])
  const refused = answers.filter((each) => each.status === 'rejected')
  assert.equal(refused.length, 1)
  assert.ok(PAYMENT_UNDER_WAY.is(refused[0]!.reason) || ORDER_STATE.is(refused[0]!.reason))
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('a tampered amount never reaches Toss, and the right one still pays', async () => {
  const { buyer, order, paymentKey, confirm, status } = await ready()
  for (const amount of [1, order.amount - 1, order.amount + 1]) {
    await assert.rejects(buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount }), AMOUNT_MISMATCH.is)
  }
  assert.equal(await status(), 'PENDING_PAYMENT')
  assert.equal(await requestsToToss(order.id), 0)
  await confirm()
  assert.equal(await status(), 'PAID')
})

test('nobody pays or sees the payment of an order that is not theirs', async () => {
  const { order, paymentKey, confirm } = await ready()
  const stranger = shop.buyer()
  const theft = { paymentKey, orderId: order.id, amount: order.amount }
  await assert.rejects(stranger.orders.confirmPayment(theft), NOT_FOUND.is)
  assert.equal(await requestsToToss(order.id), 0)
  await confirm()
  await assert.rejects(stranger.orders.confirmPayment(theft), NOT_FOUND.is)
  assert.deepEqual((await stranger.payments.ofOrder({ orderId: order.id })).items, [])
})

test('the answer is lost after the approval: paid, exactly once', async () => {
  const { order, confirm, status } = await ready()
  await shop.faults({ 'drop-after-commit': { scope: 'confirm', count: 1 } })
  assert.equal((await confirm()).status, 'PAID')
  assert.equal(await status(), 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('no answer at all, for long: CONFIRMING until reconciliation learns the truth, then PAID once', async () => {
  const { order, confirm, status } = await ready()
  await shop.faults({
    'drop-after-commit': { scope: 'confirm', count: 20 },
    'drop-before-commit': { scope: 'get', count: 50 },
  })
  assert.equal((await confirm()).status, 'CONFIRMING')
  assert.equal(await status(), 'PAYING')
  await assert.rejects(shop.buyer().orders.get({ id: order.id }), NOT_FOUND.is)
  // Neither the deadline nor the buyer ends the order while money may have moved.
  shop.runtime.advance(3_600_000)
  assert.equal(await status(), 'PAYING')
  await shop.simulator.calm()
  shop.runtime.advance(3_600_000)
  await paid(status)
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('nothing reached Toss: the same request is repeated and pays', async () => {
  const { confirm, status } = await ready()
  await shop.faults({ 'drop-before-commit': { scope: 'confirm', count: 1 } })
  assert.equal((await confirm()).status, 'PAID')
  assert.equal(await status(), 'PAID')
})

test('answers that are broken, new or in error are survived', async () => {
  for (const fault of [
    { 'malformed-json': { scope: 'confirm', count: 1 } },
    { http500: { scope: 'confirm', count: 1 } },
    { 'rate-limit': { scope: 'confirm', count: 1 } },
    { 'unknown-fields': { scope: 'confirm', count: 1 } },
    { 'unknown-status': { scope: 'confirm', count: 1 } },
  ]) {
    const { order, confirm, status } = await ready()
    await shop.faults(fault)
    await confirm()
    if ((await status()) !== 'PAID') shop.runtime.advance(30_000)
    await paid(status)
    assert.deepEqual(await shop.takenByToss(order.id), [9_900])
  }
})

test('a refused card leaves the order payable, in another way, until its deadline', async () => {
  const { buyer, order, confirm, status, sku } = await ready()
  await shop.faults({ 'refuse-card': { scope: 'confirm', count: 1, code: 'REJECT_CARD_PAYMENT' } })
  await assert.rejects(confirm(), PAYMENT_REFUSED.is)
  assert.equal(await status(), 'PENDING_PAYMENT')
  await assert.rejects(confirm(), PAYMENT_REFUSED.is)
  assert.deepEqual(await shop.stock(sku), [10, 1])
  await buyer.pay(order)
  assert.equal(await status(), 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('a payment that Toss knows nothing of asks the buyer to pay again', async () => {
  const { buyer, order, status } = await ready()
  const input = { paymentKey: `tviva${randomUUID()}`, orderId: order.id, amount: order.amount }
  await assert.rejects(buyer.orders.confirmPayment(input), PAYMENT_SESSION_LOST.is)
  assert.equal(await status(), 'PENDING_PAYMENT')
})

test('the webhook alone finishes what the return page began, and a webhook eight times over changes nothing more', async () => {
  const { order, paymentKey, confirm, status } = await ready()
  await shop.faults({
    'drop-after-commit': { scope: 'confirm', count: 20 },
    'drop-before-commit': { scope: 'get', count: 7 },
  })
  await confirm()
  await shop.simulator.calm()
  const hook = shop.as(payment, { kind: 'anonymous' })
  const body = {
    eventType: 'PAYMENT_STATUS_CHANGED',
    createdAt: '2026-01-02T14:46:59.65327',
    data: { paymentKey, orderId: order.id, status: 'DONE' },
  }
  await Promise.all(Array.from({ length: 8 }, () => hook.tossWebhook(body as never)))
  await paid(status)
  await shop.settled()
  const { count } = await row(
    `SELECT count(*) AS count FROM outbox WHERE name = 'payment.captured' AND key = $1`,
    order.id,
  )
  assert.equal(count, 1)
})

test('a forged webhook changes nothing', async () => {
  const { order, paymentKey, status } = await ready()
  const hook = shop.as(payment, { kind: 'anonymous' })
  for (const body of [
    { eventType: 'PAYMENT_STATUS_CHANGED', data: { paymentKey, orderId: order.id, status: 'DONE' } },
    { eventType: 'PAYMENT_STATUS_CHANGED', data: { paymentKey: 'x', orderId: 'y', status: 'DONE' } },
    { secret: 'ps_forged', status: 'DONE', orderId: order.id, transactionKey: 'x', createdAt: '2026-01-02T14:46:59' },
    {},
    { data: 1 },
  ]) {
    assert.deepEqual(await hook.tossWebhook(body as never), { received: true })
  }
  assert.equal(await status(), 'PENDING_PAYMENT')
  assert.equal(await requestsToToss(order.id), 0)
})

test('a confirm after the order has expired asks Toss nothing', async () => {
  const { order, confirm } = await ready()
  shop.runtime.advance(600_001)
  await assert.rejects(confirm(), ORDER_EXPIRED.is)
  assert.equal(await requestsToToss(order.id), 0)
})

test('a refund whose answer is lost is made once; parts add up to the whole and no further', async () => {
  const { order, confirm } = await ready(shop.buyer(), 10_000)
  await confirm()
  const refund = (amount: number, refundId: string = randomUUID()) =>
    inside.refund({ refundId, orderId: order.id, amount: amount as never, reason: '부분 환불' })
  await shop.faults({ 'drop-after-commit': { scope: 'cancel', count: 1 } })
  const id = randomUUID()
  assert.equal((await refund(3_000, id)).status, 'REQUESTED')
  shop.runtime.advance(60_000)
  await eventually(async () => (await refund(3_000, id)).status === 'REFUNDED', 'the refund is made')
  assert.deepEqual(await shop.takenByToss(order.id), [7_000])
  await assert.rejects(refund(7_001), PAYMENT_NOT_REFUNDABLE.is)
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => refund(1_000)))
  assert.equal(answers.filter((each) => each.status === 'fulfilled').length, 7)
  const booked = () => row('SELECT refunded FROM payment WHERE order_id = $1', order.id)
  await eventually(async () => (await booked()).refunded === 10_000, 'all is given back, one after another')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
  const { refunded, sum } = await row(
    'SELECT refunded, (SELECT sum(amount)::bigint FROM posting WHERE order_id = $1 AND account = $2) AS sum FROM payment WHERE order_id = $1',
    order.id,
    'provider_receivable',
  )
  assert.deepEqual([refunded, sum], [10_000, 0])
})

test('Toss is away while a paid order is canceled: the buyer is told it is under way, and the refund follows', async () => {
  const { buyer, order, confirm, status } = await ready()
  await confirm()
  await shop.faults({ 'drop-before-commit': { scope: 'cancel', count: 5 } })
  assert.equal((await buyer.orders.cancel({ id: order.id, reason: '변심' })).status, 'CANCEL_REQUESTED')
  await shop.simulator.calm()
  shop.runtime.advance(120_000)
  await eventually(async () => (await status()) === 'CANCELED', 'the order is canceled')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
})

test('attempts that we turned down are forgotten; the others never', async () => {
  const { buyer, order, paymentKey, confirm } = await ready()
  await assert.rejects(buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: 1 }), AMOUNT_MISMATCH.is)
  const { confirm: pay, order: other } = await ready()
  await pay()
  shop.runtime.advance(2 * 3_600_000)
  const rows = async (id: string): Promise<number> =>
    (await row('SELECT count(*) AS count FROM payment WHERE order_id = $1', id)).count
  const db = shop.db('payment')
  await forgetRefused(db, shop.runtime.now() - 3_600_000)
  assert.deepEqual([await rows(order.id), await rows(other.id)], [0, 1])
  await assert.rejects(confirm(), ORDER_EXPIRED.is)
})
