import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Database, Queryable } from '#kernel/store.ts'
import type { Order } from '#services/order/contract.ts'
import { orderService } from '#services/order/service.ts'
import { type Guarded, startGuarded } from './shop.ts'

/** Statements as they are, but for the lock: nobody waits for anybody. */
const unlocked = <Q extends Queryable>(db: Q): Q =>
  new Proxy(db, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown
      if (name === 'query')
        return ({ text, values }: Parameters<Queryable['query']>[0]) =>
          target.query({ text: text.replace('FOR NO KEY UPDATE', ''), values })
      if (name === 'tx')
        return (step: string, work: Parameters<Database['tx']>[1]) =>
          (target as unknown as Database).tx(step, (tx) => work(unlocked(tx)))
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })

const withoutLocks = {
  ...orderService,
  build: (tools: Parameters<typeof orderService.build>[0]) =>
    orderService.build({ ...tools, db: unlocked(tools.db) as typeof tools.db }),
} as typeof orderService

const UNITS = 'units are canceled by the cancellations that name them, and once'
/** Its CHECK, and the one on what is given back for a line, are the last to be asked. */
const withoutChecks = (shop: Guarded): Promise<void> =>
  shop.withoutGuard(`
    ALTER TABLE jt_order.order_line DROP CONSTRAINT order_line_units;
    ALTER TABLE jt_order.order_line DROP CONSTRAINT order_line_canceled_amount`)

/** A paid order of some units. */
const paid = async (shop: Guarded, units: number) => {
  const buyer = shop.buyer()
  const { id, amount } = await buyer.place(await shop.sku(10), units)
  await buyer.orders.confirmPayment({ paymentKey: `key of ${id}`, orderId: id, amount })
  await shop.settled()
  const cancel = (quantity?: number): Promise<Order> =>
    buyer.orders.cancel({
      id,
      reason: '변심',
      idempotencyKey: randomUUID(),
      ...(quantity !== undefined && { lines: [{ number: 1, quantity }] }),
    })
  return { id, cancel, get: () => buyer.orders.get({ id }) }
}

describe('the last unit is canceled once', () => {
  /** Two tabs cancel the one unit that is left, each under a key of its own; answers how many were let. */
  const race = async (shop: Guarded): Promise<number> => {
    const it = await paid(shop, 2)
    await it.cancel(1)
    await shop.settled()
    shop.meetAt('order.cancel')
    const answers = await Promise.allSettled([it.cancel(1), it.cancel(1)])
    await shop.settled()
    return answers.filter((each) => each.status === 'fulfilled').length
  }

  test('of two that want it', async () => {
    const shop = await startGuarded()
    assert.equal(await race(shop), 1)
    await shop.holds()
  })

  test('twin: without the lock both are let, and the audit sees it', async () => {
    const shop = await startGuarded({ orders: withoutLocks })
    await withoutChecks(shop)
    assert.equal(await race(shop), 2)
    assert.ok((await shop.found(UNITS)).violations > 0)
  })
})

describe('a part and the whole at once', () => {
  const race = async (shop: Guarded) => {
    const it = await paid(shop, 3)
    shop.meetAt('order.cancel')
    await Promise.allSettled([it.cancel(1), it.cancel()])
    await shop.settled()
    return it
  }

  test('cancel each unit once, and all of the money goes back', async () => {
    const shop = await startGuarded()
    const it = await race(shop)
    await shop.holds()
    const { status, lines } = await it.get()
    assert.deepEqual([status, lines[0]!.canceled, lines[0]!.canceling], ['CANCELED', 3, 0])
  })

  test('twin: without the lock a unit is canceled by both, and the audit sees it', async () => {
    const shop = await startGuarded({ orders: withoutLocks })
    await withoutChecks(shop)
    await race(shop)
    assert.ok((await shop.found(UNITS)).violations > 0)
  })
})
