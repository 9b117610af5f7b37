import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PRICE_CHANGED, SKU_NOT_FOUND } from '#services/product/contract.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { setSku, stockRight } from '../order.fixture.ts'

const shop = await startPurchases({ webhooks: false })

const KINDS = 3
const PLENTY = 1_000
const kind = fc.nat(KINDS - 1)
const items = fc.uniqueArray(fc.record({ kind, quantity: fc.integer({ min: 1, max: 4 }) }), {
  selector: (each) => each.kind,
  minLength: 1,
})
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant('change' as const), items, sees: fc.integer({ min: -1, max: 1 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('price' as const), kind, price: fc.integer({ min: 10, max: 40 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sale' as const), kind, onSale: fc.boolean() }) },
)

test('whatever happens to prices and sale, an order costs what each unit cost when it came in, and only that is paid', async () => {
  const outcomes = new Set<string>()
  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 15 }), async (steps) => {
    const skus = await Promise.all(Array.from({ length: KINDS }, () => shop.sku(PLENTY, 20)))
    const prices = skus.map(() => 20)
    const onSale = skus.map(() => true)
    const buyer = shop.buyer()
    const { id } = await buyer.place(skus[0]!, 2)
    /** Of each kind the price of every unit the order holds, in the order in which they came. */
    let held: number[][] = [[20, 20], ...Array.from({ length: KINDS - 1 }, () => [])]
    const total = (units: readonly number[][]): number => units.flat().reduce((sum, price) => sum + price, 0)

    for (const each of steps) {
      if (each.does === 'price') {
        prices[each.kind] = each.price
        await setSku(shop, skus[each.kind]!, { price: each.price })
        continue
      }
      if (each.does === 'sale') {
        onSale[each.kind] = each.onSale
        await setSku(shop, skus[each.kind]!, { onSale: each.onSale })
        continue
      }
      const wanted = skus.map((_, i) => each.items.find((item) => item.kind === i)?.quantity ?? 0)
      const next = wanted.map((units, i) => Array.from({ length: units }, (_, unit) => held[i]![unit] ?? prices[i]!))
      const refused = wanted.some((units, i) => units > held[i]!.length && !onSale[i])
      const asked = each.items.map((item) => ({ skuId: skus[item.kind]!, quantity: item.quantity }))
      const change = () => buyer.orders.changeItems({ id, items: asked, expectedAmount: total(next) + each.sees })
      if (refused) await assert.rejects(change(), SKU_NOT_FOUND.is)
      else if (each.sees !== 0)
        await assert.rejects(change(), (error) => PRICE_CHANGED.is(error) && error.data.amount === total(next))
      else {
        assert.equal((await change()).amount, total(next))
        held = next
      }
      outcomes.add(refused ? 'refused' : each.sees === 0 ? 'changed' : 'price changed')

      const order = await buyer.orders.get({ id })
      assert.equal(order.amount, total(held))
      const units = skus.map((skuId) =>
        order.lines
          .filter((line) => line.skuId === skuId)
          .flatMap((line) => Array.from({ length: line.quantity }, () => line.unitPrice)),
      )
      assert.deepEqual(units, held)
      await shop.settled()
      await stockRight(shop)
      assert.deepEqual(
        await Promise.all(skus.map(shop.stock)),
        held.map((its) => [PLENTY, its.length]),
      )
    }
  })
  await fc.assert(property, { numRuns: 25, endOnFailure: true })
  assert.deepEqual([...outcomes].sort(), ['changed', 'price changed', 'refused'])
})
