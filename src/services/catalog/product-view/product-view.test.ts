import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  derived,
  pathOf,
  subtreeOf,
  withAvailability,
  withChange,
  type ProductChanged,
  type ProductView,
} from './product-view.ts'

const PRODUCT = '00000000-0000-7000-8000-000000000000'
const sku = (n: number, flips: number, price = 1_000): ProductChanged['skus'][number] => ({
  skuId: `00000000-0000-7000-8000-00000000000${n}`,
  options: {},
  price: price as never,
  soldOut: flips % 2 === 1,
  flips,
  status: 'ON_SALE',
})
const changed = (version: number, skus: ProductChanged['skus']): ProductChanged => ({
  productId: PRODUCT,
  version,
  name: `이름 ${version}`,
  description: '',
  brand: null,
  categoryId: null,
  imageUrls: [],
  options: [],
  status: 'ON_SALE',
  skus,
  createdAt: new Date(0).toISOString(),
})

describe('a product in the window', () => {
  test('ends the same in whatever order, and however often, its news arrives', () => {
    // Each flip of a SKU is told once; snapshots tell the flips there were when they were made.
    const history = fc.array(fc.oneof(fc.constant('change' as const), fc.constantFrom(1, 2)), { maxLength: 12 })
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (happened, chance) => {
        const flips = [0, 0, 0]
        let version = 1
        const first = changed(1, [sku(1, 0), sku(2, 0)])
        const news: ((old: ProductView) => ProductView)[] = []
        for (const each of happened)
          if (each === 'change') {
            const told = changed(++version, [sku(1, flips[1]!), sku(2, flips[2]!)])
            news.push((old) => withChange(old, told))
          } else {
            const count = ++flips[each]!
            const { skuId } = sku(each, 0)
            news.push((old) =>
              withAvailability(old, { productId: PRODUCT, skuId, soldOut: count % 2 === 1, flips: count }),
            )
          }
        const start = withChange(undefined, first)
        const inOrder = news.reduce((old, take) => take(old), start)
        const shuffled = [...news, ...news].sort(() => (chance.next().value! % 3) - 1)
        assert.deepEqual(
          shuffled.reduce((old, take) => take(old), start),
          inOrder,
        )
      }),
    )
  })

  test('its price is the lowest on sale, and it is sold out when all of that is', () => {
    const stopped = { ...sku(1, 0, 10), status: 'STOPPED' as const }
    const shown = withChange(undefined, changed(1, [stopped, sku(2, 1, 30), sku(3, 0, 40)]))
    assert.deepEqual(derived(shown), { listed: true, price: 30, soldOut: false })
    assert.equal(derived({ ...shown, skus: [stopped, sku(2, 1)] }).soldOut, true)
    assert.equal(derived({ ...shown, skus: [stopped] }).listed, false)
    assert.equal(derived({ ...shown, status: 'STOPPED' }).listed, false)
  })
})

describe('categories in the window', () => {
  const category = (id: string, parentId: string | null) => ({ id, name: id, nameEn: id, parentId, position: 0 })
  const tree = new Map(
    [category('a', null), category('b', 'a'), category('c', 'b'), category('d', 'a'), category('x', 'x')].map(
      (each) => [each.id, each],
    ),
  )

  test('a path leads from the root down, a subtree takes in all below, a circle ends', () => {
    assert.deepEqual(
      pathOf('c', tree).map((each) => each.id),
      ['a', 'b', 'c'],
    )
    assert.deepEqual(pathOf(null, tree), [])
    assert.deepEqual(subtreeOf('a', tree), ['a', 'b', 'c', 'd'])
    assert.deepEqual(subtreeOf('x', tree), ['x'])
    assert.deepEqual(subtreeOf('nowhere', tree), [])
  })
})
