import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { INVALID_INPUT, NOT_FOUND } from '#kernel/faults.ts'
import { address, startPurchases } from '#test/support/purchases.ts'
import { eventually } from '#test/support/eventually.ts'
import { crashing, paymentSteps } from './order.fixture.ts'
import { OUT_OF_STOCK } from '#services/product/contract.ts'
import {
  IDEMPOTENCY_CONFLICT,
  IDEMPOTENCY_KEY_REQUIRED,
  ORDER_EXPIRED,
  ORDER_STATE,
  type OrderStatus,
} from './contract.ts'

const shop = await startPurchases()

const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  (await shop.db('order').query<{ count: number }>({ text: `SELECT count(*) AS count FROM ${sql}`, values }))[0]!.count
const statusIs = (get: () => Promise<{ status: OrderStatus }>, status: OrderStatus) =>
  eventually(async () => (await get()).status === status, `the order is ${status}`)

test('placing holds the stock, fixes amount and deadline from what the product costs, and moves no money', async () => {
  const sku = await shop.sku(10, 12_900)
  const placed = await shop.buyer().place(sku, 3)
  assert.equal(placed.status, 'PENDING_PAYMENT')
  assert.equal(placed.amount, 38_700)
  assert.equal(placed.lines[0]!.unitPrice, 12_900)
  assert.match(placed.number, /^\d{6}-[0-9A-HJKMNP-TV-Z]{8}$/)
  assert.equal(Date.parse(placed.payBefore) - Date.parse(placed.placedAt), 600_000)
  assert.deepEqual(await shop.stock(sku), [10, 3])
  assert.deepEqual(await shop.takenByToss(placed.id), [])
  const [hold] = await shop.db('product').query<{ ends: number }>({
    text: 'SELECT expires_at AS ends FROM reservation WHERE sku_ids = ARRAY[$1::uuid]',
    values: [sku],
  })
  assert.ok(hold!.ends > Date.parse(placed.payBefore), 'a hold dies by itself only after its order has')
})

test('the same key and body gets the first answer, whatever has become of the order; another body is a conflict', async () => {
  const sku = await shop.sku(10)
  const buyer = shop.buyer()
  const key = randomUUID()
  const first = await buyer.place(sku, 2, key)
  await buyer.orders.cancel({ id: first.id, reason: '변심' })
  assert.deepEqual(await buyer.place(sku, 2, key), first)
  await assert.rejects(buyer.place(sku, 3, key), IDEMPOTENCY_CONFLICT.is)
  await assert.rejects(
    buyer.orders.place({
      items: [{ skuId: sku, quantity: 2 }],
      shippingAddress: { ...address, memo: '문 앞' },
      idempotencyKey: key,
    }),
    IDEMPOTENCY_CONFLICT.is,
  )
  assert.equal(await count('orders WHERE member_id = $1', buyer.memberId), 1)
})

test('a key belongs to its member: another member using it gets an order of their own', async () => {
  const sku = await shop.sku(10)
  const key = randomUUID()
  const [one, other] = await Promise.all([shop.buyer().place(sku, 1, key), shop.buyer().place(sku, 1, key)])
  assert.notEqual(one.id, other.id)
})

test('a double click is one order and one hold', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 20 }, () => buyer.place(sku, 1, key)))
  assert.equal(new Set(answers.map((each) => each.id)).size, 1)
  assert.deepEqual(await shop.stock(sku), [1, 1])
  assert.equal(await count('orders WHERE member_id = $1', buyer.memberId), 1)
})

test('a refused order leaves nothing behind and does not burn its key', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  await assert.rejects(buyer.place(sku, 2, key), OUT_OF_STOCK.is)
  assert.deepEqual(await shop.stock(sku), [1, 0])
  assert.equal(await count('orders WHERE member_id = $1', buyer.memberId), 0)
  await assert.rejects(
    buyer.orders.place({ items: [{ skuId: sku, quantity: 1 }], shippingAddress: address }),
    IDEMPOTENCY_KEY_REQUIRED.is,
  )
  assert.equal((await buyer.place(sku, 1, randomUUID())).status, 'PENDING_PAYMENT')
})

test('200 buyers of 50 units: exactly 50 orders', async () => {
  const sku = await shop.sku(50)
  const answers = await Promise.allSettled(Array.from({ length: 200 }, () => shop.buyer().place(sku)))
  const refused = answers.filter((each) => each.status === 'rejected')
  assert.ok(refused.every((each) => OUT_OF_STOCK.is(each.reason)))
  assert.equal(answers.length - refused.length, 50)
  assert.deepEqual(await shop.stock(sku), [50, 50])
})

test('what a hold found after a crash between hold and order is finished by the same request', async () => {
  const sku = await shop.sku(1)
  const buyer = shop.buyer()
  const key = randomUUID()
  await crashing(shop, 'order.place', () => buyer.place(sku, 1, key))
  assert.deepEqual(await shop.stock(sku), [1, 1])
  assert.equal((await buyer.place(sku, 1, key)).status, 'PENDING_PAYMENT')
  assert.deepEqual(await shop.stock(sku), [1, 1])
})

test('an unpaid order ends at once when canceled and gives its hold back once, however often it is asked', async () => {
  const sku = await shop.sku(5)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku, 2)
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => buyer.orders.cancel({ id: placed.id, reason: '변심' })),
  )
  assert.ok(answers.every((each) => each.status === 'CANCELED' && each.lines[0]!.status === 'CANCELED'))
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [5, 0])
  assert.equal(await count(`outbox WHERE name = 'order.canceled' AND key = $1`, placed.id), 1)
})

test('a paid order is refunded in full, once, and its stock comes back', async () => {
  const sku = await shop.sku(5, 7_000)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku, 2)
  await buyer.pay(placed)
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [3, 0])
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => buyer.orders.cancel({ id: placed.id, reason: '변심' })),
  )
  assert.ok(answers.some((each) => each.status === 'CANCELED'))
  await statusIs(() => buyer.orders.get({ id: placed.id }), 'CANCELED')
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [5, 0])
  assert.deepEqual(await shop.takenByToss(placed.id), [0])
})

test('items of an unpaid order can be added and changed; the former hold goes back, the deadline stays', async () => {
  const [one, other] = [await shop.sku(5, 1_000), await shop.sku(5, 2_000)]
  const buyer = shop.buyer()
  const placed = await buyer.place(one, 2)
  const items = [
    { skuId: one, quantity: 1 },
    { skuId: other, quantity: 3 },
  ]
  const changed = await buyer.orders.changeItems({ id: placed.id, items })
  assert.equal(changed.amount, 7_000)
  assert.equal(changed.payBefore, placed.payBefore)
  assert.deepEqual(await buyer.orders.changeItems({ id: placed.id, items: [...items].reverse() }), changed)
  await shop.settled()
  assert.deepEqual(
    [await shop.stock(one), await shop.stock(other)],
    [
      [5, 1],
      [5, 3],
    ],
  )
  await assert.rejects(
    buyer.orders.changeItems({ id: placed.id, items: [{ skuId: other, quantity: 9 }] }),
    OUT_OF_STOCK.is,
  )
  assert.equal((await buyer.orders.get({ id: placed.id })).amount, 7_000)
  await buyer.pay(changed)
  await assert.rejects(
    buyer.orders.changeItems({ id: placed.id, items: [{ skuId: one, quantity: 1 }] }),
    ORDER_STATE.is,
  )
  await shop.settled()
  assert.deepEqual(
    [await shop.stock(one), await shop.stock(other)],
    [
      [4, 0],
      [2, 0],
    ],
  )
})

test('nobody sees, changes or cancels what is not theirs', async () => {
  const placed = await shop.buyer().place(await shop.sku(5))
  const stranger = shop.buyer()
  await assert.rejects(stranger.orders.get({ id: placed.id }), NOT_FOUND.is)
  await assert.rejects(stranger.orders.cancel({ id: placed.id, reason: '장난' }), NOT_FOUND.is)
  await assert.rejects(
    stranger.orders.changeItems({ id: placed.id, items: [{ skuId: randomUUID(), quantity: 1 }] }),
    NOT_FOUND.is,
  )
  assert.deepEqual((await stranger.orders.list({})).items, [])
})

test('orders are listed newest first, a page at a time', async () => {
  const sku = await shop.sku(10)
  const buyer = shop.buyer()
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await buyer.place(sku)).id)
  const first = await buyer.orders.list({ limit: 3 })
  const second = await buyer.orders.list({ limit: 3, cursor: first.nextCursor! })
  assert.deepEqual(
    [...first.items, ...second.items].map((each) => each.id),
    ids,
  )
  assert.equal(second.nextCursor, null)
})

test('orders are listed by state: what is unpaid, also a page at a time', async () => {
  const sku = await shop.sku(10)
  const buyer = shop.buyer()
  const [first, second, third, fourth] = [
    await buyer.place(sku),
    await buyer.place(sku),
    await buyer.place(sku),
    await buyer.place(sku),
  ]
  await buyer.pay(second)
  await buyer.orders.cancel({ id: third.id, reason: '변심' })
  const unpaid = await buyer.orders.list({ status: 'PENDING_PAYMENT', limit: 1 })
  assert.deepEqual(
    unpaid.items.map((each) => each.id),
    [fourth.id],
  )
  const rest = await buyer.orders.list({ status: 'PENDING_PAYMENT', limit: 20, cursor: unpaid.nextCursor! })
  assert.deepEqual(rest, { items: [first], nextCursor: null })
  const some = await buyer.orders.list({ status: 'PAID,CANCELED' })
  assert.deepEqual(
    some.items.map((each) => [each.id, each.status]),
    [
      [third.id, 'CANCELED'],
      [second.id, 'PAID'],
    ],
  )
  assert.deepEqual((await shop.buyer().orders.list({ status: 'PENDING_PAYMENT' })).items, [])
  assert.equal((await buyer.orders.list({ status: '' })).items.length, 4)
  for (const status of ['LOST', 'PAID,', 'paid'])
    await assert.rejects(buyer.orders.list({ status }), (error) => INVALID_INPUT.is(error) && error.field === 'status')
})

test('where an unpaid order goes can be changed until it is paid or over, by its owner', async () => {
  const sku = await shop.sku(10)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku)
  const shippingAddress = { ...address, recipient: '이몽룡', memo: '문 앞' }
  const move = (id: string, by = buyer) => by.orders.changeShippingAddress({ id, shippingAddress })
  await assert.rejects(move(placed.id, shop.buyer()), NOT_FOUND.is)
  assert.deepEqual(await buyer.orders.get({ id: placed.id }), placed)
  assert.deepEqual((await move(placed.id)).shippingAddress.recipient, '이몽룡')
  const seen = await buyer.orders.get({ id: placed.id })
  assert.deepEqual([seen.shippingAddress.memo, seen.amount], ['문 앞', placed.amount])
  // Items that change afterwards leave it.
  const changed = await buyer.orders.changeItems({ id: placed.id, items: [{ skuId: sku, quantity: 2 }] })
  assert.equal(changed.shippingAddress.recipient, '이몽룡')
  await buyer.pay(changed)
  await assert.rejects(move(placed.id), ORDER_STATE.is)
  const late = await buyer.place(sku)
  shop.runtime.advance(600_001)
  await assert.rejects(move(late.id), (error) => ORDER_EXPIRED.is(error) || ORDER_STATE.is(error))
})

test('an order not paid in time expires and gives its hold back; it cannot be paid any more', async () => {
  const sku = await shop.sku(5)
  const buyer = shop.buyer()
  const placed = await buyer.place(sku, 2)
  const paymentKey = await buyer.approve(placed)
  shop.runtime.advance(600_001)
  await assert.rejects(
    buyer.orders.confirmPayment({ paymentKey, orderId: placed.id, amount: placed.amount }),
    ORDER_EXPIRED.is,
  )
  await statusIs(() => buyer.orders.get({ id: placed.id }), 'EXPIRED')
  await shop.settled()
  assert.deepEqual(await shop.stock(sku), [5, 0])
  await assert.rejects(buyer.orders.cancel({ id: placed.id, reason: '변심' }), ORDER_STATE.is)
  assert.deepEqual(await shop.takenByToss(placed.id), [])
})

test('requests to pay that share a batch are each judged by themselves', async () => {
  const buyer = shop.buyer()
  const [one, other] = [await buyer.place(await shop.sku(5)), await buyer.place(await shop.sku(5))]
  const steps = paymentSteps(shop)
  const begin = (more: object = {}) =>
    steps.begin({ orderId: one.id, paymentKey: 'key-1', amount: one.amount, memberId: buyer.memberId, ...more })
  const answers = await Promise.allSettled([
    begin(),
    begin({ amount: 1 }),
    begin({ memberId: randomUUID() }),
    begin({ paymentKey: 'key-2' }),
    begin(),
    begin({ orderId: randomUUID() }),
    begin({ orderId: other.id, amount: other.amount }),
  ])
  const said = answers.map((each) => (each.status === 'fulfilled' ? each.value.kind : each.reason.code))
  const winner = said[0] === 'under way' ? ['under way', 'PAYMENT_UNDER_WAY'] : ['PAYMENT_UNDER_WAY', 'under way']
  assert.deepEqual(said, [winner[0], 'AMOUNT_MISMATCH', 'NOT_FOUND', winner[1], winner[0], 'NOT_FOUND', 'under way'])
})
