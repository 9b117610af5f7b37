import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { INVALID_INPUT } from '#kernel/faults.ts'
import { won } from '#kernel/money.ts'
import { unitShares } from '#kernel/shares.ts'
import { eventually } from '#test/support/eventually.ts'
import { address, startPurchases } from '#test/support/purchases.ts'
import {
  CANCEL_QUANTITY_EXCEEDED,
  IDEMPOTENCY_CONFLICT,
  IDEMPOTENCY_KEY_REQUIRED,
  type Order,
  ORDER_LINE_NOT_FOUND,
  ORDER_STATE,
  PAYMENT_UNDER_WAY,
  REFUND_REFUSED,
} from '../contract.ts'
import { setSku } from '../order.fixture.ts'

// Units of an order's lines are canceled in parts; what goes back is their stored share, to the won.

const shop = await startPurchases()
afterEach(() => shop.simulator.calm())

const rows = (service: 'order' | 'payment', text: string, ...values: unknown[]): Promise<any[]> =>
  shop.db(service).query({ text, values })

/** An order of `units` of SKUs at these prices. */
const placed = async (...wanted: readonly (readonly [units: number, price: number])[]) => {
  const buyer = shop.buyer()
  const skus = await Promise.all(wanted.map(([, price]) => shop.sku(20, price)))
  const order = await buyer.orders.place({
    items: wanted.map(([quantity], i) => ({ skuId: skus[i]!, quantity })),
    shippingAddress: address,
    idempotencyKey: randomUUID(),
  })
  const cancel = (lines?: readonly (readonly [number: number, quantity: number])[], key: string = randomUUID()) =>
    buyer.orders.cancel({
      id: order.id,
      reason: '변심',
      idempotencyKey: key,
      ...(lines && { lines: lines.map(([number, quantity]) => ({ number, quantity })) }),
    })
  return { buyer, order, skus, cancel, get: () => buyer.orders.get({ id: order.id }) }
}
const paid = async (...wanted: readonly (readonly [units: number, price: number])[]) => {
  const it = await placed(...wanted)
  const paymentKey = await it.buyer.pay(it.order)
  await shop.settled()
  return { ...it, paymentKey }
}
type Placed = Awaited<ReturnType<typeof placed>>

const refundsOf = async ({ order }: Placed): Promise<number[]> =>
  (
    await rows('payment', `SELECT amount FROM refund WHERE order_id = $1 AND state = 'REFUNDED' ORDER BY id`, order.id)
  ).map((each) => each.amount)
const eventsOf = async ({ order }: Placed): Promise<string[]> =>
  (await rows('order', 'SELECT name FROM outbox WHERE key = $1 ORDER BY id', order.id)).map((each) => each.name)
const payloadsOf = async ({ order }: Placed, name: string): Promise<any[]> =>
  (await rows('order', 'SELECT payload FROM outbox WHERE key = $1 AND name = $2 ORDER BY id', order.id, name)).map(
    (each) => each.payload,
  )
const unitsOf = (order: Order) => order.lines.map((each) => [each.canceling, each.canceled, each.status])

test('units are canceled in parts, each giving back its share; the last ends the order, and all of it is back', async () => {
  const it = await paid([3, 3_333], [2, 500])
  const first = await it.cancel([[1, 2]])
  assert.equal(first.status, 'PAID')
  assert.deepEqual(unitsOf(first), [
    [0, 2, 'PAID'],
    [0, 0, 'PAID'],
  ])
  assert.deepEqual(
    first.lines.map((each) => each.refundable),
    [3_333, 1_000],
  )
  assert.deepEqual([first.cancelReason, first.canceledAt, first.amount], [null, null, it.order.amount])
  assert.deepEqual(await shop.takenByToss(it.order.id), [it.order.amount - 6_666])

  const second = await it.cancel([
    [1, 1],
    [2, 1],
  ])
  assert.deepEqual(unitsOf(second), [
    [0, 3, 'CANCELED'],
    [0, 1, 'PAID'],
  ])
  const last = await it.cancel([[2, 1]])
  assert.deepEqual([last.status, last.cancelReason], ['CANCELED', '변심'])
  await shop.settled()
  assert.deepEqual(await refundsOf(it), [6_666, 3_833, 500])
  assert.deepEqual(await shop.takenByToss(it.order.id), [0])
  assert.deepEqual(
    (await eventsOf(it)).filter((each) => each.includes('cancel')),
    [
      'order.cancel_requested',
      'order.lines_canceled',
      'order.cancel_requested',
      'order.lines_canceled',
      'order.cancel_requested',
      'order.canceled',
    ],
  )
  const [event] = await payloadsOf(it, 'order.lines_canceled')
  const [line] = it.order.lines
  assert.equal(event.amount, 6_666)
  assert.deepEqual(event.lines, [
    { number: 1, skuId: line!.skuId, productId: line!.productId, quantity: 2, unitPrice: 3_333, amount: 6_666 },
  ])
  const [end] = await payloadsOf(it, 'order.canceled')
  assert.deepEqual(
    end.lines.map((each: { number: number; quantity: number }) => [each.number, each.quantity]),
    [[2, 1]],
  )
})

test('of an amount that does not divide, units cost what largest remainder gives them, the lowest first', async () => {
  const it = await paid([3, 1_000])
  // As a coupon on the order would have it, one day.
  await rows(
    'order',
    `UPDATE order_line SET allocation = allocation || '{"orderCoupon": 1000, "payment": 2000}' WHERE order_id = $1`,
    it.order.id,
  )
  await rows('order', 'UPDATE orders SET amount = 2000 WHERE id = $1', it.order.id)
  await it.cancel([[1, 1]])
  await it.cancel([[1, 1]])
  assert.deepEqual(await refundsOf(it), unitShares(2_000, 3).slice(0, 2))
})

test('the whole of what is left is canceled, with or without naming it', async () => {
  for (const name of [true, false]) {
    const it = await paid([2, 1_000], [1, 700])
    await it.cancel([[1, 1]])
    const ended = await it.cancel(
      name
        ? [
            [2, 1],
            [1, 1],
          ]
        : undefined,
    )
    assert.equal(ended.status, 'CANCELED')
    assert.deepEqual(await refundsOf(it), [1_000, 1_700])
    assert.deepEqual(await shop.takenByToss(it.order.id), [0])
  }
})

test('a second part is canceled while the first is under way; each result is taken for its own', async () => {
  const it = await paid([3, 1_000])
  await shop.faults({ http500: { scope: 'cancel' } })
  assert.deepEqual(unitsOf(await it.cancel([[1, 1]])), [[1, 0, 'PAID']])
  assert.deepEqual(unitsOf(await it.cancel([[1, 1]])), [[2, 0, 'PAID']])
  const all = await it.cancel()
  assert.deepEqual([all.status, ...unitsOf(all)], ['CANCEL_REQUESTED', [3, 0, 'CANCEL_REQUESTED']])
  await shop.simulator.calm()
  await eventually(async () => {
    shop.runtime.advance(60_000)
    await shop.settled()
    return (await it.get()).status === 'CANCELED'
  }, 'all three are given back')
  await shop.settled()
  assert.deepEqual(await refundsOf(it), [1_000, 1_000, 1_000])
  assert.deepEqual(await shop.takenByToss(it.order.id), [0])
  assert.equal((await eventsOf(it)).filter((each) => each === 'order.canceled').length, 1)
})

test('units whose refund is refused are as they were paid, and can be canceled under the same key', async () => {
  const it = await paid([3, 1_001])
  await it.cancel([[1, 1]])
  await shop.faults({ 'refuse-cancel': { scope: 'cancel', code: 'NOT_CANCELABLE_PAYMENT', count: 1 } })
  const key = randomUUID()
  await assert.rejects(it.cancel([[1, 2]], key), REFUND_REFUSED.is)
  const still = await it.get()
  assert.deepEqual([still.status, ...unitsOf(still)], ['PAID', [0, 1, 'PAID']])
  assert.equal(still.lines[0]!.refundable, 2_002)
  const again = await it.cancel([[1, 2]], key)
  assert.equal(again.status, 'CANCELED')
  await shop.settled()
  assert.deepEqual(await refundsOf(it), [1_001, 2_002])
})

test('the same key cancels once, whatever comes of it; other contents under it are refused', async () => {
  const it = await paid([3, 1_000])
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 5 }, () => it.cancel([[1, 1]], key)))
  for (const answer of [...answers, await it.cancel([[1, 1]], key)])
    assert.equal(answer.lines[0]!.canceled + answer.lines[0]!.canceling, 1)
  await assert.rejects(it.cancel([[1, 2]], key), IDEMPOTENCY_CONFLICT.is)
  await assert.rejects(
    it.buyer.orders.cancel({ id: it.order.id, reason: '변심', lines: [{ number: 1, quantity: 1 }] }),
    (error: { field?: string }) => IDEMPOTENCY_KEY_REQUIRED.is(error) && error.field === 'idempotencyKey',
  )
  await shop.settled()
  assert.deepEqual(await refundsOf(it), [1_000])
})

test('more than is left, a line that is not there, a line twice: refused with the field, and nothing is canceled', async () => {
  const it = await paid([2, 1_000], [1, 500])
  await it.cancel([[1, 1]])
  const refused = async (lines: readonly (readonly [number, number])[], is: (e: unknown) => boolean, field: string) =>
    assert.rejects(it.cancel(lines), (error: { field?: string; issues?: unknown }) => {
      assert.ok(is(error), String(error))
      assert.equal(error.field, field)
      return true
    })
  await refused(
    [
      [2, 1],
      [1, 2],
    ],
    CANCEL_QUANTITY_EXCEEDED.is,
    'lines.1.quantity',
  )
  await refused([[3, 1]], ORDER_LINE_NOT_FOUND.is, 'lines.0.number')
  await assert.rejects(
    it.cancel([
      [1, 1],
      [1, 1],
    ]),
    INVALID_INPUT.is,
  )
  await assert.rejects(it.cancel([[1, 0]]), INVALID_INPUT.is)
  await assert.rejects(it.cancel([]), INVALID_INPUT.is)
  assert.deepEqual(await refundsOf(it), [1_000])
  await it.cancel()
  await assert.rejects(it.cancel([[2, 1]]), ORDER_STATE.is)
})

test('units that cost nothing are canceled at once, without the provider', async () => {
  const it = await placed([1, 1_000], [2, 10])
  await rows(
    'order',
    `UPDATE order_line SET allocation = allocation || '{"orderCoupon": 20, "payment": 0}' WHERE order_id = $1 AND number = 2`,
    it.order.id,
  )
  await rows('order', 'UPDATE orders SET amount = 1000 WHERE id = $1', it.order.id)
  await it.buyer.pay({ ...it.order, amount: won(1_000) })
  await shop.settled()
  await shop.faults({ http500: { scope: 'cancel' } })
  const part = await it.cancel([[2, 1]])
  assert.deepEqual(unitsOf(part), [
    [0, 0, 'PAID'],
    [0, 1, 'PAID'],
  ])
  await shop.simulator.calm()
  // All of the money is back, and something that cost none is left: the order goes on.
  assert.equal((await it.cancel([[1, 1]])).status, 'PAID')
  await shop.settled()
  assert.equal((await it.get()).status, 'PAID')
  const last = await it.cancel([[2, 1]])
  assert.equal(last.status, 'CANCELED')
  assert.deepEqual(await refundsOf(it), [1_000])
  assert.deepEqual(
    (await eventsOf(it)).filter((each) => each.startsWith('order.cancel') || each.startsWith('order.lines')),
    ['order.lines_canceled', 'order.cancel_requested', 'order.lines_canceled', 'order.canceled'],
  )
})

test('units of an unpaid order are taken out: the others keep their price, the deadline stays', async () => {
  const it = await placed([3, 1_000], [1, 500])
  await setSku(shop, it.skus[0]!, { price: 9_000 })
  const key = randomUUID()
  const cut = await it.cancel([[1, 2]], key)
  assert.deepEqual([cut.status, cut.amount, cut.payBefore], ['PENDING_PAYMENT', 1_500, it.order.payBefore])
  assert.deepEqual(await it.cancel([[1, 2]], key), cut)
  await shop.settled()
  assert.deepEqual(await shop.stock(it.skus[0]!), [20, 1])
  // What is left has the number it had.
  const rest = await it.cancel([[1, 1]])
  assert.deepEqual(
    rest.lines.map((each) => [each.number, each.quantity, each.amount]),
    [[2, 1, 500]],
  )
  await assert.rejects(it.cancel([[1, 1]]), ORDER_LINE_NOT_FOUND.is)
  const ended = await it.cancel([[2, 1]])
  assert.deepEqual([ended.status, ...unitsOf(ended)], ['CANCELED', [0, 1, 'CANCELED']])
  await shop.settled()
  assert.deepEqual(await shop.stock(it.skus[1]!), [20, 0])
})

test('units of the line that is named go, where one SKU is on two lines at different prices', async () => {
  const it = await placed([1, 1_000])
  await setSku(shop, it.skus[0]!, { price: 1_500 })
  await it.buyer.orders.changeItems({ id: it.order.id, items: [{ skuId: it.skus[0]!, quantity: 2 }] })
  const cut = await it.cancel([[1, 1]])
  assert.deepEqual(
    cut.lines.map((each) => [each.number, each.unitPrice]),
    [[2, 1_500]],
  )
  await it.buyer.pay(cut)
  assert.equal((await it.get()).status, 'PAID')
})

test('the same units of an unpaid order twice at once under one key go once', async () => {
  const it = await placed([5, 1_000])
  const key = randomUUID()
  const answers = await Promise.allSettled(Array.from({ length: 4 }, () => it.cancel([[1, 1]], key)))
  assert.ok(answers.some((each) => each.status === 'fulfilled'))
  assert.equal((await it.cancel([[1, 1]], key)).lines[0]!.quantity, 4)
  await shop.settled()
  assert.deepEqual(await shop.stock(it.skus[0]!), [20, 4])
})

test('no part of an order is canceled while its payment is under way', async () => {
  const it = await placed([2, 1_000])
  await rows(
    'order',
    `UPDATE orders SET status = 'PAYING', payment_key = 'key', next_try_at = now() + interval '1 day' WHERE id = $1`,
    it.order.id,
  )
  await assert.rejects(it.cancel([[1, 1]]), PAYMENT_UNDER_WAY.is)
  await assert.rejects(it.cancel(), PAYMENT_UNDER_WAY.is)
  await rows('order', `UPDATE orders SET status = 'AWAITING_DEPOSIT' WHERE id = $1`, it.order.id)
  await rows('order', `UPDATE order_line SET status = 'AWAITING_DEPOSIT' WHERE order_id = $1`, it.order.id)
  await assert.rejects(it.cancel([[1, 1]]), ORDER_STATE.is)
  assert.equal((await it.cancel([[1, 2]])).status, 'CANCELED')
})

test('a part given back at the console leaves the lines alone; all of it ends the order, parts under way too', async () => {
  const it = await paid([2, 1_000], [1, 500])
  await shop.simulator.cancel(it.paymentKey, { cancelAmount: 300 })
  await shop.settled()
  assert.equal((await it.get()).status, 'PAID')
  await it.cancel([[1, 1]])
  await shop.simulator.cancel(it.paymentKey, { cancelAmount: 1_200 })
  await eventually(async () => (await it.get()).status === 'CANCELED', 'the order ends')
  await shop.settled()
  const ended = await it.get()
  assert.deepEqual(unitsOf(ended), [
    [0, 2, 'CANCELED'],
    [0, 1, 'CANCELED'],
  ])
  assert.equal((await eventsOf(it)).filter((each) => each === 'order.canceled').length, 1)
  const [end] = await payloadsOf(it, 'order.canceled')
  assert.deepEqual(
    end.lines.map((each: { number: number; quantity: number }) => [each.number, each.quantity]),
    [
      [1, 1],
      [2, 1],
    ],
  )
})

test('after a part was given back at the console, parts get their share and the last one what is left', async () => {
  for (const webhook of [true, false]) {
    const it = await paid([3, 1_000])
    if (!webhook) await shop.faults({ 'webhook-off': {} })
    await shop.simulator.cancel(it.paymentKey, { cancelAmount: 1_300 })
    if (webhook) await shop.settled()
    const first = await it.cancel([[1, 1]])
    assert.deepEqual(unitsOf(first), [[0, 1, 'PAID']])
    await it.cancel([[1, 1]])
    await shop.settled()
    // Nothing that was paid is left, so nothing is left of the order.
    const ended = await it.get()
    assert.deepEqual([ended.status, ...unitsOf(ended)], ['CANCELED', [0, 3, 'CANCELED']])
    assert.deepEqual(
      (await refundsOf(it)).sort((a, b) => a - b),
      [700, 1_000, 1_300],
    )
    assert.deepEqual(await shop.takenByToss(it.order.id), [0])
    assert.deepEqual(
      await rows('order', 'SELECT amount, refunded FROM cancellation WHERE order_id = $1 ORDER BY id', it.order.id),
      [
        { amount: 1_000, refunded: 1_000 },
        { amount: 1_000, refunded: 700 },
      ],
    )
    await shop.simulator.calm()
  }
})

test('of two parts under way one is refused: its units are as they were paid, and the other is done', async () => {
  const it = await paid([3, 1_000], [1, 700])
  await shop.faults({ http500: { scope: 'cancel' } })
  await it.cancel([[1, 2]])
  await it.cancel([[2, 1]])
  await shop.faults({ 'refuse-cancel': { scope: 'cancel', code: 'NOT_CANCELABLE_PAYMENT', count: 1 } })
  await shop.simulator.call('DELETE', '/faults/http500')
  await eventually(async () => {
    shop.runtime.advance(60_000)
    await shop.settled()
    return (await it.get()).lines.every((each) => each.canceling === 0)
  }, 'both have ended')
  const ended = await it.get()
  assert.deepEqual(
    [ended.status, ...unitsOf(ended)],
    ['PAID', [0, 0, 'PAID'], [0, 1, 'CANCELED']],
    'the one that was refused first is the first that was asked for',
  )
  assert.deepEqual(await refundsOf(it), [700])
  assert.equal(ended.lines[0]!.refundable, 3_000)
  assert.equal((await it.cancel()).status, 'CANCELED')
  assert.deepEqual(await shop.takenByToss(it.order.id), [0])
})
