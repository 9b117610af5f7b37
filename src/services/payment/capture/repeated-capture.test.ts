import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { NOT_FOUND } from '#kernel/faults.ts'
import { AMOUNT_MISMATCH } from '#services/order/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { PAYMENT_REFUSED, PAYMENT_SESSION_LOST } from '../contract.ts'
import { paymentId } from '../payment.ts'
import { startPayments } from '../store.ts'

// The same attempt asked for again: whatever it is asked with and by whom, it stays what it is.

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const ready = async () => {
  const buyer = shop.buyer()
  const order = await buyer.place(await shop.sku(10, 9_900))
  const paymentKey = await buyer.approve(order)
  const confirm = (amount: number = order.amount, by = buyer) =>
    by.orders.confirmPayment({ paymentKey, orderId: order.id, amount })
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  return { buyer, order, paymentKey, confirm, status }
}

/** From now on Toss answers nothing, though it may do what it is asked. */
const unheard = () =>
  shop.faults({
    'drop-after-commit': { scope: 'confirm', count: 1_000 },
    'drop-before-commit': { scope: 'get', count: 1_000 },
  })

/** Toss answers again, and whoever reconciles asks. */
const paidInTheEnd = async (status: () => Promise<string>): Promise<void> => {
  await shop.simulator.calm()
  shop.runtime.advance(3_600_000)
  await eventually(async () => (await status()) === 'PAID', 'the order is PAID')
}

test('what was captured is answered as it was, without asking Toss', async () => {
  const { order, confirm } = await ready()
  const first = await confirm()
  await unheard()
  assert.deepEqual(await confirm(), first)
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('what was refused is refused for the same reason, without asking Toss', async () => {
  const { confirm, status } = await ready()
  await shop.faults({ 'refuse-card': { scope: 'confirm', count: 1, code: 'REJECT_CARD_PAYMENT' } })
  await assert.rejects(confirm(), PAYMENT_REFUSED.is)
  await unheard()
  await assert.rejects(confirm(), PAYMENT_REFUSED.is)
  assert.equal(await status(), 'PENDING_PAYMENT')
})

test('what is open is asked for by another amount in vain, and is paid as it began', async () => {
  const { order, confirm, status } = await ready()
  await unheard()
  assert.equal((await confirm()).status, 'CONFIRMING')
  for (const amount of [1, order.amount + 1]) await assert.rejects(confirm(amount), AMOUNT_MISMATCH.is)
  await paidInTheEnd(status)
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('what is open is asked for by somebody else in vain, and stays its owner’s', async () => {
  const { buyer, order, confirm, status } = await ready()
  await unheard()
  assert.equal((await confirm()).status, 'CONFIRMING')
  const stranger = shop.buyer()
  await assert.rejects(confirm(order.amount, stranger), NOT_FOUND.is)
  assert.deepEqual((await stranger.payments.ofOrder({ orderId: order.id })).items, [])
  await paidInTheEnd(status)
  const [payment] = (await buyer.payments.ofOrder({ orderId: order.id })).items
  assert.equal(payment!.status, 'CAPTURED')
})

// Versions before stored an attempt before they asked the order. What a crash left of that was begun by nobody in particular.

/** An attempt stored as the version before did, whose order was never asked. */
const orphan = async (given: { readonly amount?: number; readonly memberId?: string } = {}) => {
  const known = await ready()
  const { order, paymentKey, buyer } = known
  const now = shop.runtime.now()
  const start = { id: paymentId(paymentKey, order.id), orderId: order.id, paymentKey }
  const stored = { ...start, memberId: buyer.memberId, amount: order.amount, ...given }
  await startPayments(shop.db('payment'), [stored], now, now + 20_000)
  return known
}

test('an attempt left under the key by another buyer, or for another amount, does not pay the order', async () => {
  for (const given of [{ memberId: randomUUID() }, { amount: 1 }]) {
    const { order, confirm, status } = await orphan(given)
    await assert.rejects(confirm(), PAYMENT_SESSION_LOST.is)
    assert.equal(await status(), 'PENDING_PAYMENT')
    assert.deepEqual(await shop.takenByToss(order.id), [])
  }
})

test('an attempt whose order was never asked is paid by its buyer', async () => {
  const { order, confirm, status } = await orphan()
  assert.equal((await confirm()).status, 'PAID')
  assert.equal(await status(), 'PAID')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('an attempt whose order was never asked, and whose buyer does not come back: the money goes back', async () => {
  const { buyer, order, status } = await orphan()
  await eventually(async () => {
    shop.runtime.advance(30_000)
    const [payment] = (await buyer.payments.ofOrder({ orderId: order.id })).items
    return payment!.status === 'REFUNDED'
  }, 'the money is given back')
  assert.deepEqual(await shop.takenByToss(order.id), [0])
  assert.notEqual(await status(), 'PAID')
})
