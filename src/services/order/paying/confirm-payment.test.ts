import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { Fault } from '#kernel/fault.ts'
import { PAYMENT_SESSION_LOST } from '#services/payment/contract.ts'
import { product } from '#services/product/contract.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { ORDER_EXPIRED, ORDER_STATE } from '../contract.ts'
import { paymentSteps, runSweeps, stockRight, storeOf } from '../order.fixture.ts'

// Whatever cuts the payment of an order off leaves it in PAYING, and the order's own sweep takes it up.

const shop = await startPurchases({ webhooks: false })
const stores = ['order', 'payment', 'product'].map((name) => ({ name, store: storeOf(shop, name) }))
const real = new Map(stores.map(({ name, store }) => [name, store.tx]))
afterEach(async () => {
  for (const { name, store } of stores) store.tx = real.get(name)!
  await shop.simulator.calm()
})

/** From now on a service dies before it begins a step. */
const dieBefore = (service: string, step: string): void => {
  const { store } = stores.find((each) => each.name === service)!
  const tx = real.get(service)!
  store.tx = (name, work) => (name === step ? Promise.reject(new Error('killed')) : tx(name, work))
}
const revive = (): void => {
  for (const { name, store } of stores) store.tx = real.get(name)!
}

const ready = async () => {
  const buyer = shop.buyer()
  const skuId = await shop.sku(5, 9_900)
  const order = await buyer.place(skuId)
  const paymentKey = await buyer.approve(order)
  const confirm = () => buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount })
  const status = async () => (await buyer.orders.get({ id: order.id })).status
  const row = async () =>
    (
      await shop.db('order').query<{ tries: number; nextTryAt: number; reservationId: string }>({
        text: 'SELECT tries, next_try_at AS "nextTryAt", reservation_id AS "reservationId" FROM orders WHERE id = $1',
        values: [order.id],
      })
    )[0]!
  const attempts = async () =>
    (await shop.db('payment').query({ text: 'SELECT FROM payment WHERE order_id = $1', values: [order.id] })).length
  /** The sweep runs once it is due, and what it does comes to its end. */
  const sweep = async () => {
    shop.runtime.advance(Math.max(0, (await row()).nextTryAt - shop.runtime.now()) + 1)
    await runSweeps(shop, 'order').catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error
    })
  }
  return { buyer, skuId, order, paymentKey, confirm, status, row, attempts, sweep }
}

test('cut off before the holds are secured, after it or before the outcome is stored: the sweep pays the order, once', async () => {
  for (const [service, step] of [
    ['product', 'product.secure'],
    ['payment', 'payment.capture'],
    ['order', 'order.complete-payment'],
  ] as const) {
    const { skuId, order, confirm, status, sweep } = await ready()
    dieBefore(service, step)
    await assert.rejects(confirm())
    revive()
    await eventually(async () => {
      await sweep()
      return (await status()) === 'PAID'
    }, `the order is paid after ${step}`)
    assert.deepEqual(await shop.takenByToss(order.id), [9_900])
    await shop.settled()
    assert.deepEqual(await shop.stock(skuId), [4, 0])
    await stockRight(shop)
  }
})

test('an order whose payment never got to the payment service is tried later and later, and then paid', async () => {
  const { order, confirm, status, row, attempts, sweep } = await ready()
  dieBefore('product', 'product.secure')
  await assert.rejects(confirm())
  const waits: number[] = []
  for (let tries = 1; tries <= 4; tries++) {
    await sweep()
    await eventually(async () => (await row()).tries >= tries, 'it was tried')
    waits.push((await row()).nextTryAt - shop.runtime.now())
  }
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  )
  assert.ok(waits.at(-1)! > 2 * 20_000 - 5_000, `after ${waits.at(-1)} ms again`)
  assert.deepEqual([await status(), await attempts()], ['PAYING', 0])
  revive()
  await eventually(async () => {
    await sweep()
    return (await status()) === 'PAID'
  }, 'the order is paid')
  assert.deepEqual(await shop.takenByToss(order.id), [9_900])
})

test('an order begun by a host of the version before, which named no time, is taken up at once', async () => {
  const { order, status, confirm } = await ready()
  dieBefore('product', 'product.secure')
  await assert.rejects(confirm())
  await shop.db('order').query({ text: 'UPDATE orders SET next_try_at = NULL WHERE id = $1', values: [order.id] })
  revive()
  await eventually(async () => {
    await runSweeps(shop, 'order')
    return (await status()) === 'PAID'
  }, 'the order is paid')
})

test('an order whose hold has ended is not paid for: nothing is captured, and it expires', async () => {
  const { order, status, confirm, row, attempts, sweep } = await ready()
  await shop.inside(product).release({ reservationId: (await row()).reservationId })
  await assert.rejects(confirm(), ORDER_EXPIRED.is)
  assert.equal(await status(), 'PENDING_PAYMENT')
  dieBefore('order', 'order.fail-payment')
  await assert.rejects(confirm())
  revive()
  await eventually(async () => {
    await sweep()
    return (await status()) !== 'PAYING'
  }, 'the sweep finds out as well')
  assert.deepEqual([await attempts(), await shop.takenByToss(order.id)], [0, []])
})

test('a payment that went back is none: the order stays unpaid, and its buyer is asked to pay again', async () => {
  const { buyer, order, paymentKey, confirm, status } = await ready()
  await confirm()
  await buyer.orders.cancel({ id: order.id, reason: '변심' })
  await shop.settled()
  // As an order that was rejected by one host while its buyer came back to another.
  await shop.db('order').query({
    text: `UPDATE orders SET status = 'PENDING_PAYMENT', payment_key = NULL, paid_at = NULL, canceled_at = NULL WHERE id = $1`,
    values: [order.id],
  })
  const { reservationId } = (
    await shop.db('order').query<{ reservationId: string }>({
      text: 'SELECT reservation_id AS "reservationId" FROM orders WHERE id = $1',
      values: [order.id],
    })
  )[0]!
  await shop
    .db('product')
    .query({ text: `UPDATE reservation SET state = 'SECURED' WHERE id = $1`, values: [reservationId] })
  await assert.rejects(
    buyer.orders.confirmPayment({ paymentKey, orderId: order.id, amount: order.amount }),
    PAYMENT_SESSION_LOST.is,
  )
  assert.equal(await status(), 'PENDING_PAYMENT')
})

test('a payment that paid the order is answered as such, whatever became of the order since', async () => {
  const { buyer, order, confirm, status } = await ready()
  const first = await confirm()
  await buyer.orders.cancel({ id: order.id, reason: '변심' })
  assert.deepEqual(await confirm(), first)
  assert.equal(await status(), 'CANCELED')
})

test('the part of an order that carries no VAT goes along with its capture, begun or resumed', async () => {
  for (const cutOff of [false, true]) {
    const { order, confirm, attempts, sweep } = await ready()
    const set = `jsonb_set(allocation, '{taxFree}', '1234')`
    await shop.db('order').query({
      text: `UPDATE order_line SET allocation = ${set} WHERE order_id = $1`,
      values: [order.id],
    })
    // Once captured, what the provider says of it counts.
    await shop.faults({ http500: { scope: 'any' } })
    if (cutOff) dieBefore('product', 'product.secure')
    await confirm().catch(() => assert.ok(cutOff))
    revive()
    if (cutOff)
      await eventually(async () => {
        await sweep()
        return (await attempts()) === 1
      }, 'it is resumed')
    const [stored] = await shop.db('payment').query<{ taxFree: number }>({
      text: 'SELECT tax_free_amount AS "taxFree" FROM payment WHERE order_id = $1',
      values: [order.id],
    })
    assert.equal(stored!.taxFree, 1_234)
    await shop.simulator.calm()
  }
})

test('money captured for an order that was paid otherwise meanwhile is rejected by the transaction that finds out', async () => {
  const { buyer, order } = await ready()
  const steps = paymentSteps(shop)
  const begin = { orderId: order.id, amount: order.amount, memberId: buyer.memberId }
  await steps.begin({ ...begin, paymentKey: 'first' })
  await steps.complete(order.id, 'first')
  const paymentId = randomUUID()
  await assert.rejects(steps.complete(order.id, 'second', paymentId), ORDER_STATE.is)
  const told = await shop.db('order').query<{ paymentId: string }>({
    text: `SELECT payload ->> 'paymentId' AS "paymentId" FROM outbox WHERE name = 'order.payment_rejected' AND key = $1`,
    values: [order.id],
  })
  assert.deepEqual(told, [{ paymentId }])
})
