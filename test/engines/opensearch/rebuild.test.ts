import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { before, describe, test } from 'node:test'
import { REBUILD_UNDER_WAY } from '#services/catalog/contract.ts'
import { productDocument } from '#services/catalog/index/index-document.ts'
import { indexNames } from '#services/catalog/index/index-mapping.ts'
import { findIndexed } from '#services/catalog/index/index-store.ts'
import { findCategories } from '#services/catalog/product-view/product-view-store.ts'
import { openSearch } from '#engines/search/opensearch.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'
import { startSearchedShop } from './shop.ts'

const { shop, url, prefix } = await startSearchedShop()
const names = indexNames(prefix)
const PRODUCTS = 300

describe('a search index made anew', () => {
  const store = openSearch(url, { deadline: 10_000, runtime: shop.runtime, log: silent })
  const db = shop.db('catalog')
  const state = () => shop.operator.searchIndex({})
  const done = () =>
    eventually(async () => !(await state()).wanted && (await state()).building === null, 'it is done', 60)

  /** What the index holds of every product, beside what it should. */
  const compared = async () => {
    const [{ ids } = { ids: [] }] = await db.query<{ ids: string[] }>({
      text: 'SELECT array_agg(id::text ORDER BY id) AS ids FROM product',
      values: [],
    })
    const products = await findIndexed(db, ids)
    const categories = new Map((await findCategories(db)).map((each) => [each.id, each]))
    const wanted = ids.map((id) => JSON.parse(JSON.stringify(productDocument(products.get(id)!, categories))))
    const { hits } = await store.search<{ id: string; card?: unknown }>(names.live, {
      size: 2_000,
      query: { exists: { field: 'popularity' } },
      sort: [{ id: 'asc' }],
    })
    return { wanted, held: hits.map((each) => each.source) }
  }

  before(async () => {
    await editCategory(shop.staff, { id: 'bags', name: '가방', nameEn: 'Bags' })
    // More than are written in one go.
    for (let i = 0; i < PRODUCTS; i++)
      await shop.staff.create({ name: `가방 ${i}`, categoryId: 'bags', skus: [{ price: 1_000, onHand: 5 }] })
    await shop.current()
  })

  test('holds what PostgreSQL says, after any change', async () => {
    const { wanted, held } = await compared()
    assert.equal(held.length, PRODUCTS)
    assert.deepEqual(held, wanted)
  })

  test('is swapped in while people search and things change: nobody misses anything, nothing is lost', async () => {
    const { live } = await state()
    let rebuilding = true
    let searches = 0
    const searching = (async () => {
      while (rebuilding) {
        await sleep(25)
        // Each time another question, so that no answer is kept ready.
        const page = await shop.visitor.list({ q: '가방 29', limit: 100, maxPrice: 1_000_000 + searches })
        assert.equal(page.searchedBy, 'opensearch')
        const found = page.items.filter((each) => each.name.startsWith('가방 29')).length
        assert.equal(found, 11, `${found} of 11 are found`)
        searches++
      }
    })()
    const changing = (async () => {
      const changed = (await shop.visitor.list({ q: '가방 1', limit: 60 })).items.filter((each) =>
        each.name.startsWith('가방 1'),
      )
      for (let i = 0; rebuilding || i < 50; i++) {
        const { id } = changed[i % changed.length]!
        await sleep(50)
        if (i % 3 === 0)
          await shop.staff.create({
            name: `새 가방 ${i}`,
            categoryId: 'bags',
            skus: [{ price: 1_000, onHand: 5 }],
          })
        else await editProduct(shop.staff, { id, name: `가방 1${i} 번째`, brand: `상표 ${i}` })
        if (i % 25 === 24) await editCategory(shop.staff, { id: 'bags', name: `가방 가게 ${i % 2}`, nameEn: 'Bags' })
      }
    })()
    for (let i = 0; i < 2; i++) {
      await shop.operator.rebuildSearchIndex({})
      await done()
    }
    rebuilding = false
    await Promise.all([searching, changing])
    await shop.current()
    const after = await state()
    assert.notEqual(after.live, live)
    shop.runtime.advance(10_001)
    await eventually(async () => (await store.indicesLike(names.all)).length === 1, 'the old index is dropped')
    assert.deepEqual(await store.indicesLike(names.all), [after.live])
    const { wanted, held } = await compared()
    assert.ok(searches > 10 && held.length > PRODUCTS)
    assert.deepEqual(held, wanted)
  })

  test('is not begun while another is being made', async () => {
    const answers = await Promise.allSettled([1, 2, 3].map(() => shop.operator.rebuildSearchIndex({})))
    assert.equal(answers.filter((each) => each.status === 'fulfilled').length, 1)
    for (const each of answers) if (each.status === 'rejected') assert.ok(REBUILD_UNDER_WAY.is(each.reason))
    await done()
  })

  test('a late write does not undo a newer one', async () => {
    const write = (version: number, listed: boolean) =>
      store.write([{ into: names.live, id: 'late', version, document: { id: 'late', listed } }])
    assert.deepEqual(await write(9, false), [{ kind: 'stands' }])
    assert.deepEqual(await write(8, true), [{ kind: 'stands' }])
    await store.refresh(names.live)
    const { hits } = await store.search<{ listed: boolean }>(names.live, { query: { term: { id: 'late' } } })
    assert.deepEqual(
      hits.map((each) => each.source.listed),
      [false],
    )
  })

  test('a document the engine does not take is told, and holds up no other', async () => {
    const { id } = await shop.create('가방 없는 가방')
    await shop.current()
    // Longer than a keyword may be.
    await db.query({ text: 'UPDATE product SET brand = $1 WHERE id = $2', values: ['가'.repeat(20_000), id] })
    await eventually(async () => (await state()).refused === 1, 'it is refused')
    await shop.create('그 뒤의 가방')
    await shop.current()
    assert.deepEqual(await shop.names({ q: '그 뒤의 가방' }), ['그 뒤의 가방'])
    await editProduct(shop.staff, { id, brand: '상표' })
    await shop.current()
    assert.equal((await state()).refused, 0)
    assert.equal((await shop.visitor.list({ q: '가방 없는' })).items[0]!.brand, '상표')
  })

  test('an analyzer the server does not have is told of, and PostgreSQL or the old index goes on', async () => {
    const created = store.create(names.index('strange'), {
      mappings: { properties: { x: { type: 'text', analyzer: 'nori' } } },
    })
    await assert.rejects(created, /nori/)
    assert.ok(store.here())
  })
})
