import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { startCatalogHost } from '../catalog.fixture.ts'

describe('an upgrade that analyzes texts in another way', () => {
  let shop: Awaited<ReturnType<typeof startCatalogHost>>
  const query = (text: string) => shop.db('catalog').query<Record<string, unknown>>({ text, values: [] })
  /** All that texts and completions are found by, a line a row. */
  const dump = async (): Promise<Set<string>> =>
    new Set(
      (await query(`SELECT t::text AS row FROM product_text AS t UNION ALL SELECT t::text FROM term AS t`)).map(
        (each) => each['row'] as string,
      ),
    )
  const same = async (before: ReadonlySet<string>): Promise<void> => {
    const now = await dump()
    assert.deepEqual([[...now.difference(before)].slice(0, 3), [...before.difference(now)].slice(0, 3)], [[], []])
  }
  const reanalyzed = async (): Promise<void> => {
    const { built } = shop.host.services.find((each) => each.definition.contract.name === 'catalog')!
    const sweep = built.sweeps!.find((each) => each.name === 'reanalysis')!
    while ((await sweep.run(shop.runtime.now())) > 0);
  }
  /** What a version wrote that took ㎏ for a sign and knew of no versions. */
  const asBefore = async (): Promise<void> => {
    await query(`UPDATE product_text SET analysis = DEFAULT, text = replace(text, 'kg', ''), grams = '{쌀}'`)
    await query(`UPDATE term SET analysis = DEFAULT, key = replace(key, 'kg', ''), rest = replace(rest, 'kg', '')`)
  }

  before(async () => {
    shop = await startCatalogHost()
    await shop.staff.putCategory({ id: 'bulk', name: '대용량 20㎏', nameEn: '20 kg bags' })
    for (let i = 0; i < 120; i++) await shop.create(`쌀 ${i} 10㎏`, { categoryId: 'bulk' })
    await shop.current()
  })

  test('what was stored before is found as well, more of it than is done at once', async () => {
    const now = await dump()
    await asBefore()
    assert.deepEqual(await shop.names({ q: '10kg' }), [])
    await reanalyzed()
    await same(now)
    shop.runtime.advance(2_001)
    assert.equal((await shop.names({ q: '10kg', limit: 100 })).length, 100)
    assert.ok((await shop.texts('대용량 20kg')).includes('대용량 20㎏'))
  })

  test('what the version before writes while both run is made anew: whole products, and completions alone', async () => {
    const now = await dump()
    await query(`UPDATE product_text SET analysis = DEFAULT, text = '?' WHERE product_id IN (
      SELECT product_id FROM product_text ORDER BY product_id LIMIT 1)`)
    await query(`UPDATE term SET analysis = DEFAULT, key = '?' WHERE owner = (SELECT max(id::text) FROM product)`)
    await reanalyzed()
    await same(now)
  })

  test('a product that is being written is left for later, not waited for', async () => {
    const now = await dump()
    await asBefore()
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
    const writing = shop.db('catalog').tx('test', async (tx) => {
      await tx.query({ text: 'SELECT id FROM product ORDER BY id LIMIT 1 FOR UPDATE', values: [] })
      lock()
      await held
    })
    await locked
    const left = async () =>
      Number((await query('SELECT count(DISTINCT product_id) AS n FROM product_text WHERE analysis = 0'))[0]!['n'])
    await eventually(async () => {
      await reanalyzed()
      return (await left()) === 1
    }, 'all others are done')
    letGo()
    await writing
    await reanalyzed()
    await same(now)
  })
})
