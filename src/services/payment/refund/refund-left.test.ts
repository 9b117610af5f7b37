import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { payment } from '../contract.ts'

// A cancellation gives back what is left of a payment, whatever was given back at the console of Toss before.

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const inside = shop.inside(payment)
const rows = (text: string, ...values: unknown[]): Promise<any[]> => shop.db('payment').query({ text, values })

const paid = async (price = 30_000) => {
  const buyer = shop.buyer()
  const skuId = await shop.sku(5, price)
  const order = await buyer.place(skuId)
  const paymentKey = await buyer.pay(order)
  await shop.settled()
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  const cancel = () => buyer.orders.cancel({ id: order.id, reason: '변심' })
  const atConsole = (cancelAmount: number) => shop.simulator.cancel(paymentKey, { cancelAmount })
  const refunded = async (): Promise<number> =>
    (await rows('SELECT refunded FROM payment WHERE order_id = $1', order.id))[0].refunded
  return { buyer, skuId, order, paymentKey, status, cancel, atConsole, refunded }
}
type Paid = Awaited<ReturnType<typeof paid>>

/** Fails unless the order is canceled, all its money is back by these refunds, and its stock too. */
const isCanceled = async ({ order, skuId, status }: Paid, refunds: readonly number[]): Promise<void> => {
  await eventually(async () => (await status()) === 'CANCELED', 'the order is canceled')
  await shop.settled()
  assert.deepEqual(await shop.takenByToss(order.id), [0])
  const made = await rows('SELECT amount, state FROM refund WHERE order_id = $1 ORDER BY amount DESC', order.id)
  assert.deepEqual(
    made,
    refunds.map((amount) => ({ amount, state: 'REFUNDED' })),
  )
  const [{ sum }] = await rows(
    `SELECT sum(amount)::bigint AS sum FROM posting WHERE order_id = $1 AND account = 'provider_receivable'`,
    order.id,
  )
  assert.equal(sum, 0)
  assert.deepEqual(await shop.stock(skuId), [5, 0])
  assert.deepEqual(await rows('SELECT kind FROM anomaly WHERE order_id = $1', order.id), [])
  assert.deepEqual(await rows(`SELECT name FROM dead_letter WHERE key = $1`, order.id), [])
}

test('1 won was given back at the console, and we know of it: the rest is given back', async () => {
  const it = await paid()
  await it.atConsole(1)
  await eventually(async () => (await it.refunded()) === 1, 'it is written down')
  assert.equal((await it.cancel()).status, 'CANCELED')
  await isCanceled(it, [29_999, 1])
})

test('1 won was given back at the console, and nobody told us: the rest is given back, and both are written down', async () => {
  const it = await paid()
  await shop.faults({ 'webhook-off': {} })
  await it.atConsole(1)
  assert.equal((await it.cancel()).status, 'CANCELED')
  await isCanceled(it, [29_999, 1])
})

test('of two parts given back at the console we know one: the rest is given back', async () => {
  const it = await paid()
  await it.atConsole(1)
  await eventually(async () => (await it.refunded()) === 1, 'the first is written down')
  await shop.faults({ 'webhook-off': {} })
  await it.atConsole(5)
  assert.equal((await it.cancel()).status, 'CANCELED')
  await isCanceled(it, [29_994, 5, 1])
})

test('all was given back at the console, and nobody told us: the order is canceled, and nothing is given back twice', async () => {
  const it = await paid()
  await shop.faults({ 'webhook-off': {} })
  await it.atConsole(30_000)
  assert.equal((await it.cancel()).status, 'CANCELED')
  await isCanceled(it, [30_000, 0])
})

test('the rest was given back at the console as well, and nobody told us', async () => {
  const it = await paid()
  await it.atConsole(10_000)
  await eventually(async () => (await it.refunded()) === 10_000, 'the first is written down')
  await shop.faults({ 'webhook-off': {} })
  await it.atConsole(20_000)
  assert.equal((await it.cancel()).status, 'CANCELED')
  await isCanceled(it, [20_000, 10_000, 0])
})

test('nothing is left of a payment: its refund is done, and Toss is not asked', async () => {
  const it = await paid()
  await it.atConsole(30_000)
  await isCanceled(it, [30_000])
  await shop.faults({ http500: { scope: 'cancel' } })
  const refundId = randomUUID()
  const answer = await inside.refund({ refundId, orderId: it.order.id, reason: '변심' })
  assert.deepEqual(answer, { refundId, status: 'REFUNDED', amount: 0 })
})

test('the event alone sees a cancellation through, by what is left', async () => {
  const it = await paid()
  await it.atConsole(1)
  await eventually(async () => (await it.refunded()) === 1, 'it is written down')
  const store = shop.host.services.find((each) => each.definition.contract.name === 'payment')!.db as any
  const { tx } = store
  store.tx = (step: string, work: never) =>
    step === 'payment.refund-request' ? Promise.reject(new Error('killed')) : tx(step, work)
  assert.equal((await it.cancel()).status, 'CANCEL_REQUESTED')
  store.tx = tx
  await shop.settled()
  shop.runtime.advance(60_000)
  await isCanceled(it, [29_999, 1])
})

test('a part that is asked for is never less than was asked: more than is left is refused', async () => {
  const it = await paid()
  await shop.faults({ 'webhook-off': {} })
  await it.atConsole(20_001)
  const refundId = randomUUID()
  await assert.rejects(
    inside.refund({ refundId, orderId: it.order.id, amount: 10_000 as never, reason: '부분 환불' }),
    {
      code: 'PAYMENT_NOT_REFUNDABLE',
    },
  )
  assert.deepEqual(await shop.takenByToss(it.order.id), [9_999])
})

test('of a payment that carries no VAT in part, a refund states how much of it carries none', async () => {
  const buyer = shop.buyer()
  const order = await buyer.place(await shop.sku(5, 30_000))
  const paymentKey = await shop.simulator.approve(order.id, order.amount, { taxFreeAmount: 12_000 })
  await buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount })
  const refund = (amount?: number, taxFreeAmount?: number) =>
    inside.refund({
      refundId: randomUUID(),
      orderId: order.id,
      amount: amount as never,
      taxFreeAmount: taxFreeAmount as never,
      reason: '부분 환불',
    })
  await assert.rejects(refund(20_000, 12_001), { code: 'PAYMENT_NOT_REFUNDABLE', field: 'taxFreeAmount' })
  assert.equal((await refund(10_000, 9_000)).status, 'REFUNDED')
  assert.equal((await refund()).status, 'REFUNDED')
  const { body } = await shop.simulator.get(`/v1/payments/${paymentKey}`)
  assert.deepEqual(
    body.cancels.map((each: any) => [each.cancelAmount, each.taxFreeAmount]),
    [
      [10_000, 9_000],
      [20_000, 3_000],
    ],
  )
})

test('what carries no VAT is no more than what is captured', async () => {
  const capture = { paymentKey: randomUUID(), orderId: randomUUID(), memberId: randomUUID() }
  await assert.rejects(inside.capture({ ...capture, amount: 1_000 as never, taxFreeAmount: 1_001 as never }), {
    code: 'INVALID_INPUT',
    field: 'taxFreeAmount',
  })
})
