import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { pino } from 'pino'
import { openKafka } from '#engines/kafka/connect.ts'
import { startCatalogHost } from '#services/catalog/catalog.fixture.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'
import { brokers } from './support.ts'

const kafka = openKafka({
  brokers: brokers(),
  prefix: `test-${randomBytes(5).toString('hex')}.`,
  partitions: 4,
  replicas: 1,
  name: 'test',
  log: pino({ level: 'silent' }),
})
await kafka.prepare([
  { source: 'product', retained: true },
  { source: 'order', retained: false },
])
const shop = await startCatalogHost({}, { kafka })

const dump = async (): Promise<unknown> => {
  const rows = []
  for (const table of ['product', 'product_text', 'category', 'term', 'sale'])
    rows.push(
      await shop.db('catalog').query({ text: `SELECT to_jsonb(t) AS row FROM ${table} AS t ORDER BY 1`, values: [] }),
    )
  return rows
}

test('the catalog is made anew from the beginning while events go on coming by Kafka', async () => {
  await editCategory(shop.staff, { id: 'bags', name: '가방', nameEn: 'Bags' })
  const made = []
  for (let i = 0; i < 12; i++) made.push(await shop.create(`가방 ${i}`, { categoryId: 'bags' }))
  await shop.paid([[made[0]!.id, 3]])

  let writing = true
  const changing = (async () => {
    const away = new Set<string>()
    for (let i = 0; writing; i++) {
      const { id, skus } = made[i % made.length]!
      const skuId = skus[0]!.id
      await editProduct(shop.staff, { id, name: `가방 ${i % 12} 판 ${i}`, status: i % 3 ? 'ON_SALE' : 'STOPPED' })
      // What was taken away comes back the next time: of nothing there is ever less than none.
      const comesBack = away.delete(skuId)
      if (!comesBack) away.add(skuId)
      await shop.staff.moveStock({ skuId, delta: comesBack ? 5 : -5, reason: '실사' })
      if (i % 5 === 0) made.push(await shop.create(`새 가방 ${randomUUID()}`, { categoryId: 'bags' }))
    }
    return made.length
  })()
  for (let i = 0; i < 5; i++) assert.ok((await shop.operator.rebuild({})).events > 12)
  writing = false
  const count = await changing
  await shop.current()

  const live = await dump()
  assert.equal((await shop.db('catalog').query({ text: 'SELECT FROM product', values: [] })).length, count)
  await shop.operator.rebuild({})
  assert.deepEqual(await dump(), live, 'rebuilt and live are the same')

  await shop.db('catalog').query({ text: `UPDATE product SET name = '?', price = 1`, values: [] })
  assert.notDeepEqual(await dump(), live)
  await shop.operator.rebuild({})
  assert.deepEqual(await dump(), live, 'what was altered by hand is put right')
})
