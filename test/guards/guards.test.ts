import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { type CallContext, memberOf } from '#kernel/context.ts'
import type { InputOf } from '#kernel/contract.ts'
import type { order } from '#services/order/contract.ts'
import { product } from '#services/product/contract.ts'
import { orderService } from '#services/order/service.ts'
import { type Guarded, startGuarded } from './shop.ts'

type Confirming = InputOf<typeof order.operations.confirmPayment>

/** How many of the promises were kept. */
const kept = async (all: readonly Promise<unknown>[]): Promise<number> =>
  (await Promise.allSettled(all)).filter((each) => each.status === 'fulfilled').length

describe('selling what is there', () => {
  /** Two buyers of the last unit: the second decides before the first has stored its hold. */
  const race = async (shop: Guarded): Promise<number> => {
    const skuId = await shop.sku(1)
    shop.meetAt('product.reserve')
    const first = shop.buyer().place(skuId)
    await shop.begun()
    return kept([first, shop.buyer().place(skuId)])
  }

  test('the last unit is sold once', async () => {
    const shop = await startGuarded()
    assert.equal(await race(shop), 1)
    await shop.holds()
  })

  test('twin: without the CHECK on the SKU it is sold twice, and the audit sees it', async () => {
    const shop = await startGuarded()
    await shop.withoutGuard('ALTER TABLE jt_product.sku DROP CONSTRAINT sku_stock')
    assert.equal(await race(shop), 2)
    const found = await shop.found('no stock is negative, nor more reserved than there is')
    assert.equal(found.violations, 1)
  })
})

describe('one order for a double click', () => {
  const race = async (shop: Guarded): Promise<number> => {
    const skuId = await shop.sku(10)
    const buyer = shop.buyer()
    const key = randomUUID()
    shop.meetAt('order.place')
    const first = buyer.place(skuId, 1, key)
    await shop.begun()
    const [a, b] = await Promise.all([first, buyer.place(skuId, 1, key)])
    return new Set([a.id, b.id]).size
  }

  test('both clicks get the same order', async () => {
    const shop = await startGuarded()
    assert.equal(await race(shop), 1)
    await shop.holds()
  })

  test('twin: without the uniqueness of keys and holds there are two, and the audit sees it', async () => {
    const shop = await startGuarded()
    await shop.withoutGuard(`
      ALTER TABLE jt_order.idempotency DROP CONSTRAINT idempotency_pkey;
      ALTER TABLE jt_order.orders DROP CONSTRAINT orders_reservation_id_key`)
    assert.equal(await race(shop), 2)
    const found = await shop.found('each order was placed under one idempotency key, and each key placed one order')
    assert.ok(found.violations > 0)
  })
})

describe('one capture for an order', () => {
  /** The buyer has approved twice, in two tabs, and both return pages ask to capture at once. */
  const race = async (shop: Guarded): Promise<number> => {
    const buyer = shop.buyer()
    const { id: orderId, amount } = await buyer.place(await shop.sku(10))
    shop.meetAt('order.begin-payment')
    await kept(
      ['one tab', 'another tab'].map((paymentKey) => buyer.orders.confirmPayment({ paymentKey, orderId, amount })),
    )
    return shop.provider.capturesOf(orderId)
  }

  /** Has every payment of an order captured, whatever is under way. */
  const unlocked = {
    ...orderService,
    build: (tools: Parameters<typeof orderService.build>[0]) => {
      const built = orderService.build(tools)
      const confirmPayment = async ({ orderId, paymentKey, amount }: Confirming, { actor }: CallContext) => {
        const { status } = await tools.call.payment.capture({ orderId, paymentKey, amount, memberId: memberOf(actor) })
        return { orderId, status: status === 'CAPTURED' ? 'PAID' : status, amount }
      }
      return { ...built, operations: { ...built.operations, confirmPayment } }
    },
  } as unknown as typeof orderService

  test('the provider is asked once', async () => {
    const shop = await startGuarded()
    assert.equal(await race(shop), 1)
    await shop.holds()
  })

  test('twin: without PAYING it is asked twice, and only the index keeps the books from saying so', async () => {
    const shop = await startGuarded({ orders: unlocked })
    assert.equal(await race(shop), 2)
    assert.equal((await shop.found('an order is captured at most once')).violations, 0)
    assert.ok((await shop.found('each outcome becomes known')).violations > 0)
  })

  test('twin: without the index too the audit sees two captures', async () => {
    const shop = await startGuarded({ orders: unlocked })
    await shop.withoutGuard('DROP INDEX jt_payment.payment_captured')
    assert.equal(await race(shop), 2)
    assert.equal((await shop.found('an order is captured at most once')).violations, 1)
  })
})

describe('a hold given back once', () => {
  /** An order is canceled, and its hold is released again and again. Another holds what must not be touched. */
  const repeat = async (shop: Guarded): Promise<void> => {
    const skuId = await shop.sku(100)
    const buyer = shop.buyer()
    await buyer.place(skuId, 20)
    const { id } = await buyer.place(skuId, 2)
    await buyer.orders.cancel({ id, reason: '변심' })
    await shop.settled()
    const [row] = await shop.db('order').query<{ reservationId: string }>({
      text: 'SELECT reservation_id AS "reservationId" FROM orders WHERE id = $1',
      values: [id],
    })
    for (let i = 0; i < 3; i++) await shop.inside(product).release(row!)
  }

  test('however often it is released', async () => {
    const shop = await startGuarded()
    await repeat(shop)
    await shop.holds()
  })

  test('twin: when its state is not kept, each release gives units of others away, and the audit sees it', async () => {
    const shop = await startGuarded()
    await shop.withoutGuard(`
      CREATE FUNCTION jt_product.forget() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.state := OLD.state; RETURN NEW; END $$;
      CREATE TRIGGER forget BEFORE UPDATE ON jt_product.reservation FOR EACH ROW EXECUTE FUNCTION jt_product.forget()`)
    await repeat(shop)
    assert.equal((await shop.found('what is reserved is the sum of its live reservations')).violations, 1)
  })
})
