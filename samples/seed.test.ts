import assert from 'node:assert/strict'
import test from 'node:test'
import type { Client, InputOf } from '#kernel/contract.ts'
import { product } from '#services/product/contract.ts'
import { sampleCategories } from './categories.ts'
import { sampleProducts } from './products.ts'
import { seedSampleCatalogue } from './seed.ts'

type Operations = (typeof product)['operations']
type Imported = InputOf<Operations['importMany']>['products'][number]

/** Listens to what the loading says to the product service; `cutAfter` calls the connection breaks. */
const listen = () => {
  const categories = new Set<string>()
  const products = new Map<string, Imported>()
  const heard = { categories, products, renamed: 0, cutAfter: Infinity }
  const live = () => {
    if (heard.cutAfter-- <= 0) throw new Error('cut off')
  }
  const client: Pick<Client<typeof product>, 'categories' | 'putCategory' | 'importMany'> = {
    categories: async () => ({
      items: sampleCategories.filter((each) => categories.has(each.id)).map((each) => ({ ...each })),
    }),
    putCategory: async (input) => {
      live()
      const { id, parentId } = product.operations.putCategory.input.parse(input)
      assert.ok(parentId === null || categories.has(parentId), `${id} before its parent`)
      if (categories.has(id)) heard.renamed++
      categories.add(id)
      return { id }
    },
    importMany: async (input) => {
      live()
      const given = product.operations.importMany.input.parse(input).products
      const fresh = given.filter((each) => !products.has(each.id))
      for (const each of fresh) products.set(each.id, each)
      return { made: fresh.length, known: given.length - fresh.length }
    },
  }
  return { client, heard }
}

const total = [...sampleProducts()].length

test('loads everything once, parents first, and tells how far it is', async () => {
  const { client, heard } = listen()
  const told: number[] = []
  const answer = await seedSampleCatalogue(client, (done, all) => {
    assert.equal(all, total)
    told.push(done)
  })
  assert.deepEqual(answer, { categories: sampleCategories.length, made: total, known: 0 })
  assert.equal(heard.products.size, total)
  const skuIds = [...heard.products.values()].flatMap((each) => each.skus.map((sku) => sku.id))
  assert.equal(new Set(skuIds).size, skuIds.length)
  assert.equal(told.at(-1), total)
})

test('cut off at any call and run again, it makes nothing twice and sets nothing back', async () => {
  for (const cutAfter of [0, 5, 40, sampleCategories.length, sampleCategories.length + 3]) {
    const { client, heard } = listen()
    heard.cutAfter = cutAfter
    await assert.rejects(seedSampleCatalogue(client), /cut off/)
    const before = heard.products.size
    heard.cutAfter = Infinity
    const answer = await seedSampleCatalogue(client)
    assert.deepEqual(answer, { categories: sampleCategories.length, made: total - before, known: before })
    assert.equal(heard.products.size, total)
    assert.equal(heard.renamed, 0)
  }
})
