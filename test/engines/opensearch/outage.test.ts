import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startOpenSearch } from '#tools/engines/opensearch.ts'
import { eventually } from '#test/support/eventually.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { startSearchedShop } from './shop.ts'

/** Milliseconds a search may take of OpenSearch in these tests: less than a call may take, for PostgreSQL is asked then. */
const DEADLINE = 2_000

const folder = scratchFolder()
let engine = await startOpenSearch({ folder })
after(() => engine.kill())
const { url, port } = engine
const { shop } = await startSearchedShop(url, { OPENSEARCH_DEADLINE: DEADLINE })

/** Starts it again at the same address. */
const startAgain = async (): Promise<void> => {
  engine = await startOpenSearch({ folder, port })
}

describe('an OpenSearch that goes away', () => {
  let asked = 0
  /** A search that nobody asked before. */
  const search = async (q = '우산') => {
    const { searchedBy, items } = await shop.visitor.list({ q, maxPrice: 1_000_000 + asked++ })
    return { searchedBy, names: items.map((each) => each.name) }
  }
  const back = () =>
    eventually(async () => (await search()).searchedBy === 'opensearch', 'OpenSearch searches again', 90)
  const behind = async () => (await shop.operator.searchIndex({})).changesBehind

  before(async () => {
    for (let i = 0; i < 30; i++) await shop.create(`우산 ${i}`)
    await shop.current()
    assert.equal((await search()).searchedBy, 'opensearch')
  })

  test('killed: everyone is answered by PostgreSQL, which says so; what changed meanwhile is caught up with', async () => {
    const first = await search()
    const page = await shop.visitor.list({ q: '우산', sort: 'relevance', limit: 10, maxPrice: 999_999 })
    assert.equal(page.searchedBy, 'opensearch')
    await engine.kill()
    const answers = await Promise.all(Array.from({ length: 20 }, () => search()))
    for (const each of answers) {
      assert.equal(each.searchedBy, 'embedded')
      assert.deepEqual(each.names, first.names)
    }
    const rest = await shop.visitor.list({
      q: '우산',
      sort: 'relevance',
      limit: 20,
      maxPrice: 999_999,
      cursor: page.nextCursor!,
    })
    assert.equal(rest.searchedBy, 'embedded')
    assert.equal(new Set([...page.items, ...rest.items].map((each) => each.id)).size, 30)
    await shop.staff.create({ name: '우산 새것', skus: [{ price: 1_000, onHand: 1 }] })
    await shop.settled()
    assert.deepEqual((await search('우산 새것')).names, ['우산 새것'])
    assert.equal(await behind(), 1)

    await startAgain()
    await back()
    await eventually(async () => (await search('우산 새것')).names.length === 1, 'the change is found')
    assert.equal((await search('우산 새것')).searchedBy, 'opensearch')
    assert.equal(await behind(), 0)
  })

  test('hung: everyone is answered while it hangs, and it is back by itself', async () => {
    process.kill(engine.pid, 'SIGSTOP')
    try {
      const first = await Promise.all(Array.from({ length: 10 }, () => search()))
      for (const each of first) assert.equal(each.searchedBy, 'embedded')
      const next = []
      for (let i = 0; i < 50; i++) next.push(await search())
      assert.ok(next.every((each) => each.searchedBy === 'embedded' && each.names.length === 20))
      await shop.staff.create({ name: '접는 우산', skus: [{ price: 1_000, onHand: 1 }] })
      await shop.settled()
    } finally {
      process.kill(engine.pid, 'SIGCONT')
    }
    await back()
    await eventually(async () => (await search('접는 우산')).names.length === 1, 'the change is found')
  })

  test('back with nothing: the index is made anew by itself', async () => {
    const { live } = await shop.operator.searchIndex({})
    await engine.kill()
    rmSync(join(folder, 'work', 'data'), { recursive: true })
    assert.equal((await search()).searchedBy, 'embedded')
    await startAgain()
    await eventually(
      async () => {
        const { live: now, building } = await shop.operator.searchIndex({})
        return now !== live && building === null
      },
      'a new index is made',
      90,
    )
    await back()
    const found = await shop.visitor.list({ q: '우산', limit: 100 })
    assert.equal(found.searchedBy, 'opensearch')
    assert.equal(found.items.length, 32)
  })

  test('gone in the middle of a rebuild: it is finished afterwards', async () => {
    const { live } = await shop.operator.searchIndex({})
    await shop.operator.rebuildSearchIndex({})
    await eventually(async () => !(await shop.operator.searchIndex({})).wanted, 'it is begun')
    await engine.kill()
    await startAgain()
    await eventually(
      async () => {
        const { live: now, building, wanted } = await shop.operator.searchIndex({})
        return now !== live && building === null && !wanted
      },
      'the new index is searched',
      90,
    )
    await back()
    assert.equal((await shop.visitor.list({ q: '우산', limit: 99 })).items.length, 32)
  })
})
