import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '#kernel/fault.ts'
import { eventually } from '#test/support/eventually.ts'
import { address, startPurchases, type Buyer } from '#test/support/purchases.ts'
import { paymentSteps, runSweeps, stockRight, storeOf } from '../order.fixture.ts'
import type { Order } from '../contract.ts'

const shop = await startPurchases({ webhooks: false })
const steps = paymentSteps(shop)

const UNITS = [1, 2, 3]
const BUYERS = 3

const items = fc.uniqueArray(fc.record({ sku: fc.nat(UNITS.length - 1), quantity: fc.integer({ min: 1, max: 3 }) }), {
  selector: (each) => each.sku,
  minLength: 1,
})
const of = <K extends string>(kind: K) => fc.record({ kind: fc.constant(kind), buyer: fc.nat(BUYERS - 1) })
const change = fc.record({ kind: fc.constant('change' as const), buyer: fc.nat(BUYERS - 1), items })
const step = fc.oneof(
  { weight: 6, arbitrary: change },
  { weight: 2, arbitrary: of('begin') },
  { weight: 2, arbitrary: of('refused') },
  { weight: 2, arbitrary: of('paid') },
  { weight: 1, arbitrary: of('cancel') },
  { weight: 1, arbitrary: fc.constant({ kind: 'expire' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const }) },
)
/** What happens at the same time, and whether changes die before the order goes over, with word of events taken in after. */
const round = fc.record({
  // The clock leaps at most once in a round.
  steps: fc.uniqueArray(step, {
    comparator: (a, b) => a.kind === 'expire' && b.kind === 'expire',
    minLength: 1,
    maxLength: 4,
  }),
  dies: fc.boolean(),
  settles: fc.boolean(),
})

/** Each order that may still be paid, with what its reservation is in and holds. */
const unpaid = async (): Promise<{ id: string; wants: string[]; state: string; holds: string[] }[]> => {
  const found = await shop.db('order').query<{ id: string; reservationId: string; wants: string[] }>({
    text: `SELECT id, reservation_id AS "reservationId",
             ARRAY (SELECT sku_id || ' ' || sum(quantity) FROM order_line WHERE order_id = orders.id
                    GROUP BY sku_id ORDER BY sku_id) AS wants
           FROM orders WHERE status IN ('PENDING_PAYMENT', 'PAYING')`,
    values: [],
  })
  const holds = await shop.db('product').query<{ id: string; state: string; holds: string[] }>({
    text: `SELECT id, state, ARRAY (SELECT sku_id || ' ' || quantity
             FROM unnest(sku_ids, quantities) AS line (sku_id, quantity) ORDER BY sku_id) AS holds
           FROM reservation WHERE id = ANY ($1::uuid[])`,
    values: [`{${found.map((each) => each.reservationId).join()}}`],
  })
  return found.map(({ id, reservationId, wants }) => {
    const { state, holds: held } = holds.find((each) => each.id === reservationId)!
    return { id, wants, state, holds: held }
  })
}

const unitsPaid = async (skuId: string): Promise<number> =>
  (
    await shop.db('order').query<{ units: number }>({
      text: `SELECT coalesce(sum(quantity), 0)::int AS units FROM order_line JOIN orders ON orders.id = order_id
             WHERE sku_id = $1 AND orders.status IN ('PAID', 'CANCEL_REQUESTED')`,
      values: [skuId],
    })
  )[0]!.units

test('whatever buyers of scarce stock change, pay, cancel and leave, at once and cut off, stock is exact', async () => {
  const store = storeOf(shop, 'order')
  const { tx } = store
  const outcomes = new Map<string, number>()
  // The property is about something: each of these must come about, by chance in most runs of 30.
  const wanted = ['change done', 'change OUT_OF_STOCK', 'change INTERNAL', 'paid done', 'cancel done']
  const missing = (): string[] => wanted.filter((name) => !outcomes.has(name))

  const property = fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 8 }), async (rounds) => {
    const skus = await Promise.all(UNITS.map((units) => shop.sku(units)))
    const placed: { buyer: Buyer; order: Order }[] = []
    for (let i = 0; i < BUYERS; i++) {
      const buyer = shop.buyer()
      const line = { skuId: skus[i]!, quantity: 1 }
      const given = { items: [line], shippingAddress: address, idempotencyKey: randomUUID() }
      placed.push({ buyer, order: await buyer.orders.place(given) })
    }

    const begun = new Set<string>()
    const act = async (each: (typeof rounds)[number]['steps'][number]): Promise<unknown> => {
      if (each.kind === 'expire') {
        // Orders end before their holds do, as in a shop whose clock does not leap.
        await runSweeps(shop, 'order')
        shop.runtime.advance(601_000)
        return runSweeps(shop, 'order')
      }
      if (each.kind === 'sweep') return runSweeps(shop)
      const { buyer, order: own } = placed[each.buyer]!
      const paymentKey = own.id
      if (each.kind === 'cancel') return buyer.orders.cancel({ id: own.id, reason: '변심' })
      if (each.kind === 'refused') begun.delete(own.id)
      if (each.kind === 'refused') return steps.fail({ orderId: own.id, paymentKey })
      // Money is captured only once the payment service was told that it may be.
      if (each.kind === 'paid' && !begun.has(own.id)) return undefined
      if (each.kind === 'paid') return steps.complete(own.id, paymentKey)
      if (each.kind === 'begin') {
        const { amount } = await buyer.orders.get({ id: own.id })
        await steps.begin({ orderId: own.id, paymentKey, amount, memberId: buyer.memberId })
        return begun.add(own.id)
      }
      const asked = each.items.map(({ sku, quantity }) => ({ skuId: skus[sku]!, quantity }))
      return buyer.orders.changeItems({ id: own.id, items: asked })
    }

    for (const { steps, dies, settles } of rounds) {
      if (dies)
        store.tx = (name, does) =>
          name === 'order.change-items' ? Promise.reject(new Error('killed')) : tx(name, does)
      // The clock leaps between calls, not within one: none takes ten minutes.
      const leaps = steps.filter((each) => each.kind === 'expire')
      const others = steps.filter((each) => each.kind !== 'expire')
      const answers = await Promise.allSettled(others.map(act))
      for (const leap of leaps) await act(leap)
      store.tx = tx
      for (const [i, answer] of answers.entries()) {
        const code = answer.status === 'fulfilled' ? 'done' : (answer.reason as Fault).code
        assert.ok(code !== 'INTERNAL' || dies, String(answer.status === 'rejected' && answer.reason.cause))
        const name = `${others[i]!.kind} ${code}`
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
      }
      if (settles) await shop.settled()
      await stockRight(shop)
      for (const each of await unpaid()) {
        assert.ok(each.state === 'HELD' || each.state === 'SECURED', `an unpaid order holds nothing: ${each.state}`)
        assert.deepEqual(each.holds, each.wants)
      }
    }

    // Everyone leaves: what was not paid comes back to the last unit.
    for (const { order: own } of placed) await steps.fail({ orderId: own.id, paymentKey: own.id })
    await shop.settled()
    shop.runtime.advance(2_000_000)
    await eventually(async () => {
      await runSweeps(shop)
      const stocks = await Promise.all(skus.map(shop.stock))
      return stocks.every(([, reserved]) => reserved === 0)
    }, 'nothing is held any more')
    await shop.settled()
    await stockRight(shop)
    for (const [i, skuId] of skus.entries())
      assert.deepEqual(await shop.stock(skuId), [UNITS[i]! - (await unitsPaid(skuId)), 0])
  })
  for (let turn = 0; turn < 10 && (turn === 0 || missing().length > 0); turn++)
    await fc.assert(property, { numRuns: 30, endOnFailure: true })
  assert.deepEqual(missing(), [], `came about: ${[...outcomes.keys()].join()}`)
})
