import assert from 'node:assert/strict'
import test, { before } from 'node:test'
import { startProductHost, wrongStock } from '#services/product/product.fixture.ts'
import { editProduct } from '#test/support/staff-edits.ts'
import { sampleCategories } from './categories.ts'
import { sampleProducts } from './products.ts'
import { seedSampleCatalogue } from './seed.ts'

type Shop = Awaited<ReturnType<typeof startProductHost>>
type Client = Parameters<typeof seedSampleCatalogue>[0]

const total = [...sampleProducts()].length
const skus = [...sampleProducts()].flatMap((each) => each.skus).length

/** The product service as a loader sees it that is killed after so many changes, before or after the last took effect. */
const killedAfter = (shop: Shop, changes: number, lastTakesEffect: boolean): Client => {
  let left = changes
  const change =
    <I, O>(call: (input: I) => Promise<O>) =>
    async (input: I): Promise<O> => {
      if (left-- > 0) return call(input)
      if (lastTakesEffect) await call(input)
      throw new Error('killed')
    }
  const { importCategories, importMany } = shop.inside
  return { importCategories: change(importCategories), importMany: change(importMany) }
}

const counted = async (shop: Shop): Promise<Record<string, number>> => {
  const [row] = await shop.db.query<Record<string, number>>({
    text: `SELECT (SELECT count(*) FROM product) AS products, (SELECT count(*) FROM sku) AS skus,
             (SELECT count(*) FROM category) AS categories,
             (SELECT count(*) FROM outbox WHERE name = 'product.changed') AS announced`,
    values: [],
  })
  return row!
}

let shop: Shop
before(async () => {
  shop = await startProductHost()
})

test('killed at any point and run again, it makes nothing twice and forgets nothing', async () => {
  const categories = sampleCategories.length
  for (const [changes, lastTakesEffect] of [
    [0, false],
    [0, true],
    [1, false],
    [2, true],
    [3, false],
  ] as const) {
    await assert.rejects(seedSampleCatalogue(killedAfter(shop, changes, lastTakesEffect)), /killed/)
  }
  const before = (await counted(shop))['products']!
  assert.ok(before > 0 && before < total, 'the kills left a part of the products behind')
  const told: number[] = []
  const answer = await seedSampleCatalogue(shop.inside, (done) => told.push(done))
  assert.deepEqual(answer, { categories, made: total - before, known: before })
  assert.equal(told.at(-1), total)
  assert.deepEqual(await counted(shop), { products: total, skus, categories, announced: total })
  assert.deepEqual(await wrongStock(shop.db), [])
})

test('run once more, it sets nothing back that has been changed since', async () => {
  const { items } = await shop.staff.list({ limit: 1 })
  const [product] = items
  const sku = product!.skus[0]!
  await editProduct(shop.staff, { id: product!.id, name: '새 이름' })
  await shop.staff.moveStock({ skuId: sku.id, delta: 7, reason: '입고' })
  const again = await seedSampleCatalogue(shop.inside)
  assert.deepEqual([again.made, again.known], [0, total])
  const after = await shop.staff.get({ id: product!.id })
  assert.equal(after.name, '새 이름')
  assert.equal(after.skus.find((each) => each.id === sku.id)!.onHand, sku.onHand + 7)
})

test('lists of the newest show all kinds of goods, since products are not loaded category by category', async () => {
  const { items } = await shop.staff.list({ limit: 40 })
  assert.ok(new Set(items.map((each) => each.categoryId!.split('-')[0])).size >= 7)
})
