import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { NOT_FOUND } from '#kernel/faults.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { ORDER_STATE, type Order } from '../contract.ts'
import { paymentSteps } from '../order.fixture.ts'

// What the payment service says of an order counts only for the payment the order waits for, and only from its owner.

const shop = await startPurchases()
const steps = paymentSteps(shop)

const placed = async () => {
  const buyer = shop.buyer()
  return { buyer, order: await buyer.place(await shop.sku(5)) }
}
/** An order that waits for the outcome of this payment. */
const begun = async (paymentKey: string) => {
  const { buyer, order: it } = await placed()
  await steps.begin({ orderId: it.id, paymentKey, amount: it.amount, memberId: buyer.memberId })
  return { buyer, order: it }
}
const stored = async ({ id }: Order): Promise<{ status: string; paymentKey: string | null; paidEvents: number }> =>
  (
    await shop.db('order').query<{ status: string; paymentKey: string | null; paidEvents: number }>({
      text: `SELECT status, payment_key AS "paymentKey",
               (SELECT count(*) FROM outbox WHERE name = 'order.paid' AND key = orders.id::text) AS "paidEvents"
             FROM orders WHERE id = $1`,
      values: [id],
    })
  )[0]!
const codeOf = async (call: Promise<string | { kind: string }>): Promise<string> =>
  call.then(
    (answer) => (typeof answer === 'string' ? answer : answer.kind),
    (error: { code: string }) => error.code,
  )

test('a payment that somebody else wants to begin changes nothing', async () => {
  const { buyer, order: it } = await placed()
  const begin = (memberId: string, paymentKey: string) =>
    steps.begin({ orderId: it.id, paymentKey, amount: it.amount, memberId })
  await assert.rejects(begin(randomUUID(), 'theirs'), NOT_FOUND.is)
  assert.deepEqual(await stored(it), { status: 'PENDING_PAYMENT', paymentKey: null, paidEvents: 0 })
  assert.equal((await begin(buyer.memberId, 'mine')).kind, 'under way')
})

test('the same in one batch with payments that may begin', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, placed))
  const said = await Promise.all(
    all.map(({ buyer, order: it }, i) =>
      codeOf(
        steps.begin({
          orderId: it.id,
          paymentKey: `key ${i}`,
          amount: it.amount,
          memberId: i === 3 ? randomUUID() : buyer.memberId,
        }),
      ),
    ),
  )
  assert.deepEqual(
    said,
    all.map((_, i) => (i === 3 ? 'NOT_FOUND' : 'under way')),
  )
  for (const [i, { order: it }] of all.entries())
    assert.equal((await stored(it)).status, i === 3 ? 'PENDING_PAYMENT' : 'PAYING')
})

test('an order is not paid by another payment than it waits for', async () => {
  const { order: it } = await begun('right')
  await assert.rejects(steps.complete(it.id, 'wrong'), ORDER_STATE.is)
  assert.deepEqual(await stored(it), { status: 'PAYING', paymentKey: 'right', paidEvents: 0 })
  assert.equal(await steps.complete(it.id, 'right'), 'PAID')
  await assert.rejects(steps.complete(it.id, 'wrong'), ORDER_STATE.is)
  assert.deepEqual(await stored(it), { status: 'PAID', paymentKey: 'right', paidEvents: 1 })
})

test('the same in one batch with orders that are paid, whichever payment is named first', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) => begun(`key ${i}`)))
  const complete = (i: number, paymentKey: string) => codeOf(steps.complete(all[i]!.order.id, paymentKey))
  const said = await Promise.all([
    complete(0, 'wrong'),
    complete(1, 'key 1'),
    complete(2, 'wrong'),
    complete(2, 'key 2'),
    complete(3, 'key 3'),
    complete(3, 'wrong'),
    // The key of a neighbour.
    complete(4, 'key 5'),
    complete(5, 'key 5'),
  ])
  assert.deepEqual(said, ['ORDER_STATE', 'PAID', 'ORDER_STATE', 'PAID', 'PAID', 'ORDER_STATE', 'ORDER_STATE', 'PAID'])
  const states = await Promise.all(all.map((each) => stored(each.order)))
  assert.deepEqual(
    states.map((each) => [each.status, each.paidEvents]),
    [0, 1, 1, 1, 0, 1, 0, 0].map((paid) => (paid ? ['PAID', 1] : ['PAYING', 0])),
  )
})

test('word that another payment was refused does not set an order back', async () => {
  const { order: it } = await begun('right')
  assert.equal(await steps.fail({ orderId: it.id, paymentKey: 'wrong' }), 'PAYING')
  assert.deepEqual(await stored(it), { status: 'PAYING', paymentKey: 'right', paidEvents: 0 })
  assert.equal(await steps.fail({ orderId: it.id, paymentKey: 'right' }), 'PENDING_PAYMENT')
  assert.equal((await stored(it)).paymentKey, null)
})

test('the same in one batch with orders that are set back', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, (_, i) => begun(`key ${i}`)))
  const said = await Promise.all(
    all.map(({ order: it }, i) => codeOf(steps.fail({ orderId: it.id, paymentKey: i === 2 ? 'key 3' : `key ${i}` }))),
  )
  assert.deepEqual(said, ['PENDING_PAYMENT', 'PENDING_PAYMENT', 'PAYING', 'PENDING_PAYMENT'])
  assert.deepEqual(await stored(all[2]!.order), { status: 'PAYING', paymentKey: 'key 2', paidEvents: 0 })
})

test('late word of a refused payment comes while the next is under way: the next pays', async () => {
  const { buyer, order: it } = await placed()
  const refused = await buyer.approve(it)
  await shop.faults({ 'refuse-card': { scope: 'confirm', count: 1, code: 'REJECT_CARD_PAYMENT' } })
  await assert.rejects(buyer.orders.confirmPayment({ paymentKey: refused, orderId: it.id, amount: it.amount }))
  await steps.begin({ orderId: it.id, paymentKey: 'next', amount: it.amount, memberId: buyer.memberId })
  // payment.failed of the first attempt arrives now.
  await shop.settled()
  assert.equal((await stored(it)).status, 'PAYING')
  assert.equal(await steps.complete(it.id, 'next'), 'PAID')
})
