import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { startCatalogHost } from '../catalog.fixture.ts'
import {
  allWritten,
  beginIndex,
  findIndexState,
  findQueued,
  leaseIndex,
  markMore,
  settleQueued,
  wantIndex,
} from './index-store.ts'
import { categoryOwner } from '../search/search-terms.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'

const shop = await startCatalogHost()
const db = shop.host.services.find((each) => each.definition.contract.name === 'catalog')!.db
const run = (text: string, ...values: unknown[]) => db.query({ text, values })

/** What is marked, taken away as an indexer does that has written it. */
const taken = async (): Promise<string[]> => {
  const marks = await findQueued(db, 1_000)
  await settleQueued(db, marks)
  return marks.map((each) => each.id).sort()
}

describe('what the search index has yet to hear of', () => {
  test('is every product and category that changed, by whatever changed it', async () => {
    await editCategory(shop.staff, { id: 'bags', name: '가방', nameEn: 'Bags' })
    const { id, skus } = await shop.create('가방', { categoryId: 'bags' })
    const other = (await shop.create('모자')).id
    await shop.current()
    assert.deepEqual(await taken(), [id, other, categoryOwner('bags')].sort())
    assert.deepEqual(await taken(), [])

    await editProduct(shop.staff, { id, brand: '상표' })
    await shop.current()
    assert.deepEqual(await taken(), [id])
    const reservationId = randomUUID()
    const lines = [{ skuId: skus[0]!.id, quantity: 5 }]
    await shop.inside.reserve({ reservationId, lines, expiresAt: shop.runtime.now() + 600_000 })
    await shop.current()
    assert.deepEqual(await taken(), [id])
    await shop.paid([[other, 3]])
    assert.deepEqual(await taken(), [other])
    await editCategory(shop.staff, { id: 'bags', name: '모든 가방', nameEn: 'All bags' })
    await shop.current()
    assert.deepEqual(await taken(), [id, categoryOwner('bags')].sort())
    await run('UPDATE product SET price = 1 WHERE id = $1', other)
    assert.deepEqual(await taken(), [other])
    await run('DELETE FROM product WHERE id = $1', other)
    assert.deepEqual(await taken(), [other])
  })

  test('stays marked when it changes while it is written', async () => {
    const { id } = await shop.create('우산')
    await shop.current()
    const marks = await findQueued(db, 10)
    await run(`UPDATE product SET name = '양산' WHERE id = $1`, id)
    await settleQueued(db, marks)
    const [left] = await findQueued(db, 10)
    assert.equal(left?.id, id)
    assert.ok(left.revision > marks[0]!.revision)
    assert.deepEqual(await taken(), [id])
  })

  test('stays marked when a change of it is under way, and nobody waits', async () => {
    const { id } = await shop.create('장갑')
    await shop.current()
    const marks = await findQueued(db, 10)
    await db.tx('test.change', async (tx) => {
      await tx.query({ text: `UPDATE product SET name = '벙어리장갑' WHERE id = $1`, values: [id] })
      await settleQueued(db, marks)
    })
    assert.deepEqual(await taken(), [id])
  })

  test('is all there is once a new index is begun, also what someone has just read', async () => {
    const { id } = await shop.create('양말')
    await shop.current()
    const before = await findQueued(db, 10)
    assert.ok(await wantIndex(db, 1))
    assert.ok(!(await wantIndex(db, 1)), 'asked for twice')
    await beginIndex(db, { index: 'x', mapping: 1, analyzer: 'standard' })
    assert.ok(!(await wantIndex(db, 1)), 'asked for while one is made')
    for (let i = 0; (await findIndexState(db)).markedAt === null; i++) {
      assert.ok(i < 20)
      await markMore(db, await findIndexState(db), i === 0 ? 2 : 1_000)
    }
    // Who read it before the new index was begun has written it to the old one only.
    await settleQueued(db, before)
    const marks = await findQueued(db, 1_000)
    const { total, marked } = await findIndexState(db)
    assert.ok(marks.some((each) => each.id === id))
    assert.deepEqual([marks.length, marked], [total, total])
    assert.equal(await allWritten(db), false)
    await settleQueued(db, marks.slice(0, -1))
    assert.equal(await allWritten(db), false)
    await settleQueued(db, marks)
    assert.equal(await allWritten(db), true)
    // What changes from now on is written to the new index anyway.
    await run(`UPDATE product SET name = '긴 양말' WHERE id = $1`, id)
    assert.equal(await allWritten(db), true)
  })

  test('is written by one process at a time', async () => {
    assert.ok(await leaseIndex(db, 'one'))
    assert.equal(await leaseIndex(db, 'two'), undefined)
    await run(`UPDATE search_index SET indexer_until = '-infinity'`)
    assert.ok(await leaseIndex(db, 'two'))
    assert.equal(await leaseIndex(db, 'one'), undefined)
  })
})
