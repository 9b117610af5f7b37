import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { staffActor } from '#test/support/host.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'
import { catalog } from '../contract.ts'
import { startCatalogHost } from '../catalog.fixture.ts'

describe('making the window anew', () => {
  let shop: Awaited<ReturnType<typeof startCatalogHost>>
  const tables = ['product', 'product_text', 'category', 'term', 'sale']

  const dump = async (): Promise<unknown> => {
    const rows = []
    for (const table of tables)
      rows.push(
        await shop.db('catalog').query({ text: `SELECT to_jsonb(t) AS row FROM ${table} AS t ORDER BY 1`, values: [] }),
      )
    return rows
  }
  const break_ = (text: string) => shop.db('catalog').query({ text, values: [] })
  const rebuild = () => shop.as(catalog, staffActor(randomUUID(), 'operations')).rebuild({})

  before(async () => {
    shop = await startCatalogHost()
    await editCategory(shop.staff, { id: 'bags', name: '가방', nameEn: 'Bags' })
    await editCategory(shop.staff, { id: 'small', name: '작은 가방', nameEn: 'Small', parentId: 'bags' })
    for (let i = 0; i < 21; i++) {
      const { id, skus } = await shop.create(`가방 ${i}`, {
        categoryId: i % 2 ? 'bags' : 'small',
        brand: `상표 ${i % 3}`,
      })
      if (i % 4 === 0)
        await editProduct(shop.staff, { id, name: `새 가방 ${i}`, status: i % 8 ? 'ON_SALE' : 'STOPPED' })
      if (i % 5 === 0) await shop.staff.moveStock({ skuId: skus[0]!.id, delta: -5, reason: '분실' })
      if (i % 10 === 0) await shop.staff.moveStock({ skuId: skus[0]!.id, delta: 3, reason: '입고' })
      if (i % 7 === 0) await shop.paid([[id, i + 1]])
    }
    await editCategory(shop.staff, { id: 'bags', name: '모든 가방', nameEn: 'All bags' })
    await shop.current()
  })

  test('the same events make the same window', async () => {
    const live = await dump()
    const { events } = await rebuild()
    assert.ok(events > 30)
    assert.deepEqual(await dump(), live)
  })

  test('what was lost, altered or added by hand is put right', async () => {
    const live = await dump()
    await break_(`DELETE FROM product WHERE name LIKE '%1%'`)
    await break_(`UPDATE product SET name = '?', price = 1, skus = '[]' WHERE name LIKE '%2%'`)
    await break_(`DELETE FROM term WHERE text LIKE '%3%'`)
    await break_(`UPDATE product_text SET text = '?'`)
    await break_(`DELETE FROM category WHERE id = 'small'`)
    await break_(`INSERT INTO category VALUES ('ghost', '유령', 'Ghost', NULL, 0)`)
    await break_(`INSERT INTO product SELECT gen_random_uuid(), version, '유령', description, brand, category_id, image_urls,
      options, skus, status, created_at, listed, price, sold_out, 0 FROM product LIMIT 1`)
    assert.notDeepEqual(await dump(), live)
    await rebuild()
    assert.deepEqual(await dump(), live)
  })

  test('an event that does not fit its schema stops nothing: what is shown of its product stays, and it is named', async () => {
    const { id } = await shop.create('읽히지 않는 가방', { categoryId: 'small' })
    const { id: healed } = await shop.create('다시 읽히는 가방', { categoryId: 'small' })
    await shop.current()
    const spoil = (of: string) =>
      shop.db('product').query({
        text: `UPDATE outbox SET payload = payload - 'skus' WHERE name = 'product.changed' AND key = $1`,
        values: [of],
      })
    await spoil(id)
    await spoil(healed)
    // A later event tells the whole of a product again.
    await editProduct(shop.staff, { id: healed, name: '읽히는 가방' })
    await shop.current()
    const live = await dump()
    await break_(`UPDATE product SET price = 1 WHERE name LIKE '새 가방%'`)

    const { unreadable } = await rebuild()
    assert.deepEqual(
      unreadable.map(({ name, key }) => [name, key]),
      [['product.changed', id]],
    )
    assert.match(unreadable[0]!.event, /^product:\d+$/)
    assert.match(unreadable[0]!.reason, /^Does not fit its schema: skus: /)
    assert.deepEqual(await dump(), live)
  })

  test('changes that happen meanwhile are not lost', async () => {
    const writing = (async () => {
      for (let i = 0; i < 12; i++) await shop.create(`나중 가방 ${i}`, { categoryId: 'small' })
    })()
    for (let i = 0; i < 3; i++) await rebuild()
    await writing
    await shop.current()
    const live = await dump()
    assert.equal((await shop.visitor.list({ q: '나중', limit: 100 })).items.length, 12)
    await rebuild()
    assert.deepEqual(await dump(), live)
  })
})
