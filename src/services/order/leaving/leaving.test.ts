import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, test } from 'node:test'
import { instant } from '#kernel/contract.ts'
import { memberWithdrawn } from '#services/member/contract.ts'
import { blocked } from '#test/support/blocked.ts'
import { ownAccount, startDeposits } from '#test/support/shopping/deposits.ts'
import { eventually } from '#test/support/eventually.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { refused } from '#test/support/refused.ts'
import { teller } from '#test/support/shopping/teller.ts'
import { MEMBER_LEAVING, order } from '../contract.ts'
import { CLOSED_AFTER, CLOSED_FOR } from './close-for-leaving.ts'
import { keepFromLeaving } from './leaving-store.ts'

const DAY = 24 * 3_600_000
const members = teller('member', [memberWithdrawn])
const shop = await startPurchases({ also: [members.service] })
const { issued } = startDeposits(shop)
afterEach(() => shop.simulator.calm())

const close = (memberId: string) => shop.inside(order).closeForLeaving({ memberId })
/** What keeps a member from leaving, as `UNPAID 2`. */
const reasons = async (memberId: string): Promise<string[]> =>
  (await close(memberId)).open.map(({ reason, count }) => `${reason} ${count}`)
const update = (text: string, service: string, ...values: unknown[]) => shop.db(service).query({ text, values })

describe('who may leave', () => {
  test('whoever never ordered, and whoever’s orders are over', async () => {
    assert.deepEqual(await close(randomUUID()), { open: [], ordered: false })
    const buyer = shop.buyer()
    const placed = await buyer.place(await shop.sku(5))
    assert.deepEqual(await reasons(buyer.memberId), ['UNPAID 1'])
    await buyer.orders.cancel({ id: placed.id, reason: '변심' })
    assert.deepEqual(await close(buyer.memberId), { open: [], ordered: true })
  })

  test('not whoever has orders that are unpaid, being paid, paid for or refunded: each reason with its orders', async () => {
    const buyer = shop.buyer()
    const sku = await shop.sku(20)
    const unpaid = [await buyer.place(sku), await buyer.place(sku)]
    const paid = await buyer.place(sku)
    await buyer.pay(paid)
    const paying = await buyer.place(sku)
    await update(
      "UPDATE orders SET status = 'PAYING', payment_key = 'x', next_try_at = $2 WHERE id = $1",
      'order',
      paying.id,
      new Date(shop.runtime.now() + DAY),
    )
    const returned = await buyer.place(sku)
    await buyer.pay(returned)
    await update(
      "UPDATE orders SET status = 'CANCEL_REQUESTED', cancellation_id = id, cancel_reason = '변심' WHERE id = $1",
      'order',
      returned.id,
    )
    const { open } = await close(buyer.memberId)
    const named = (...all: { id: string; number: string }[]) => all.map(({ id, number }) => ({ id, number }))
    assert.deepEqual(open, [
      { reason: 'UNPAID', count: 2, orders: named(unpaid[1]!, unpaid[0]!) },
      { reason: 'PAYMENT_UNDER_WAY', count: 1, orders: named(paying) },
      { reason: 'UNREFUNDED', count: 1, orders: named(returned) },
      { reason: 'UNDELIVERED', count: 1, orders: named(paid) },
    ])
    // Nothing was closed: they stay, and buy.
    await buyer.place(sku)
  })

  test('a paid order is on its way for two weeks', async () => {
    const buyer = shop.buyer()
    const placed = await buyer.place(await shop.sku(5))
    await buyer.pay(placed)
    await update(
      'UPDATE orders SET paid_at = $2 WHERE id = $1',
      'order',
      placed.id,
      new Date(shop.runtime.now() - 14 * DAY + 60_000),
    )
    assert.deepEqual(await reasons(buyer.memberId), ['UNDELIVERED 1'])
    await update(
      'UPDATE orders SET paid_at = $2 WHERE id = $1',
      'order',
      placed.id,
      new Date(shop.runtime.now() - 14 * DAY - 60_000),
    )
    assert.deepEqual(await reasons(buyer.memberId), [])
  })

  test('a deposit that is awaited, and one that is to be given back, keep the buyer', async () => {
    const deposit = await issued()
    const { memberId } = deposit.buyer
    assert.deepEqual(await reasons(memberId), ['AWAITING_DEPOSIT 1'])
    await deposit.bank('deposit')
    await deposit.becomes('PAID')
    assert.deepEqual(await reasons(memberId), ['UNDELIVERED 1'])
    await shop.faults({ http500: { scope: 'cancel' } })
    await deposit.cancel({ refundAccount: ownAccount })
    assert.deepEqual(await reasons(memberId), ['UNREFUNDED 1'])
    await shop.simulator.calm()
    await eventually(async () => {
      shop.runtime.advance(60_000)
      return (await deposit.status()) === 'CANCELED'
    }, 'the money is back')
    assert.deepEqual(await reasons(memberId), [])
  })

  test('money that lies with an order that is over keeps the buyer, whatever the order says', async () => {
    const buyer = shop.buyer()
    const placed = await buyer.place(await shop.sku(5))
    await buyer.pay(placed)
    await buyer.orders.cancel({ id: placed.id, reason: '변심' })
    await eventually(async () => (await buyer.orders.get({ id: placed.id })).status === 'CANCELED', 'it is canceled')
    assert.deepEqual(await reasons(buyer.memberId), [])
    const give = (state: string) =>
      update('UPDATE refund SET state = $2 WHERE order_id = $1', 'payment', placed.id, state)
    await update('UPDATE payment SET refunded = 0 WHERE order_id = $1', 'payment', placed.id)
    for (const state of ['REQUESTED', 'AWAITING_ACCOUNT', 'REFUSED']) {
      // Far from being due: nobody takes it up meanwhile.
      await update("UPDATE refund SET next_try_at = 'infinity' WHERE order_id = $1", 'payment', placed.id)
      await give(state)
      assert.deepEqual(await reasons(buyer.memberId), ['UNREFUNDED 1'], state)
    }
    // Of an order that goes on, a refund that was refused is none.
    await update("UPDATE orders SET status = 'PAID', paid_at = '2020-01-01' WHERE id = $1", 'order', placed.id)
    assert.deepEqual(await reasons(buyer.memberId), [])
    await update(
      "UPDATE payment SET state = 'CONFIRMING', refund_requested = 0, next_check_at = 'infinity' WHERE order_id = $1",
      'payment',
      placed.id,
    )
    assert.deepEqual(await reasons(buyer.memberId), ['PAYMENT_UNDER_WAY 1'])
  })
})

describe('while a member leaves', () => {
  test('no order of theirs is taken, nothing stays held, and a withdrawal that was cut off ends after minutes', async () => {
    const sku = await shop.sku(5)
    const [leaver, other] = [shop.buyer(), shop.buyer()]
    assert.deepEqual((await close(leaver.memberId)).open, [])
    await assert.rejects(leaver.place(sku), MEMBER_LEAVING.is)
    await other.place(sku)
    assert.deepEqual(await shop.stock(sku), [5, 1])
    shop.runtime.advance(CLOSED_FOR + 1)
    await leaver.place(sku)
  })

  test('many placed at once: the leaver’s are refused, the neighbours’ stand', async () => {
    const sku = await shop.sku(50)
    const leaver = shop.buyer()
    await close(leaver.memberId)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? leaver : shop.buyer()).place(sku)),
    )
    for (const [i, outcome] of outcomes.entries()) {
      assert.equal(outcome.status, i % 3 === 0 ? 'rejected' : 'fulfilled')
      if (outcome.status === 'rejected') assert.ok(MEMBER_LEAVING.is(outcome.reason))
    }
    assert.deepEqual(await shop.stock(sku), [50, 8])
    assert.deepEqual((await leaver.orders.list({})).items, [])
  })

  test('an order that is being stored at the very moment is seen, not missed', async () => {
    const buyer = shop.buyer()
    const db = shop.db('order')
    const held = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const storing = db.tx('test.place', async (tx) => {
      await keepFromLeaving(tx, [buyer.memberId])
      locked.resolve()
      await held.promise
      await tx.query({
        text: `INSERT INTO orders (id, number, member_id, status, amount, name, reservation_id, pay_before, placed_at, shipping)
          VALUES ($1, $2, $3, 'PENDING_PAYMENT', 1, 'x', $1, now() + interval '1 hour', now(), '{}')`,
        values: [randomUUID(), `race-${randomUUID()}`, buyer.memberId],
      })
    })
    await locked.promise
    const closing = reasons(buyer.memberId)
    await blocked(db, 1)
    held.resolve()
    await storing
    assert.deepEqual(await closing, ['UNPAID 1'])
  })

  test('orders and a withdrawal at once: either an order stands and keeps its buyer, or none is taken', async () => {
    const sku = await shop.sku(500)
    for (let round = 0; round < 12; round++) {
      const buyer = shop.buyer()
      const placing = [buyer.place(sku), buyer.place(sku)]
      const [open, ...placed] = await Promise.allSettled([reasons(buyer.memberId), ...placing])
      assert.equal(open.status, 'fulfilled')
      const standing = (await buyer.orders.list({})).items.length
      assert.equal(placed.filter((each) => each.status === 'fulfilled').length, standing)
      for (const each of placed)
        if (each.status === 'rejected') assert.ok(MEMBER_LEAVING.is(each.reason), String(each.reason))
      // Nothing was open when it closed: then nothing may have been stored after.
      if (open.value!.length === 0) assert.equal(standing, 0)
      else assert.ok(standing > 0)
    }
  })

  test('after they left, their last token buys nothing; then that is forgotten', async () => {
    const sku = await shop.sku(5)
    const buyer = shop.buyer()
    const payload = { memberId: buyer.memberId, at: instant(shop.runtime.now()) }
    await shop.inside(members.contract).tell({ events: [{ name: 'member.withdrawn', payload }] })
    await shop.settled()
    shop.runtime.advance(CLOSED_FOR + 1)
    await refused('MEMBER_LEAVING', buyer.place(sku))
    shop.runtime.advance(CLOSED_AFTER)
    const { built } = shop.host.services.find((each) => each.definition.contract.name === 'order')!
    const sweep = built.sweeps!.find((each) => each.name === 'forget-left')!
    await sweep.run(shop.runtime.now())
    assert.deepEqual(await update('SELECT FROM leaving WHERE member_id = $1', 'order', buyer.memberId), [])
  })
})
