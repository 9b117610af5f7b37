import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { embeddedEngine, searchBy, type CatalogSearch } from '#services/catalog/search/engine.ts'
import { compact, initials } from '#services/catalog/search/hangul.ts'
import { indexNames } from '#services/catalog/index/index-mapping.ts'
import { indexEngine } from '#services/catalog/search/index-search.ts'
import { lister } from '#services/catalog/product-view/listing.ts'
import { completionOf, otherKeyboard } from '#services/catalog/search/search.ts'
import { findCategories } from '#services/catalog/product-view/product-view-store.ts'
import { openSearch } from '#engines/search/opensearch.ts'
import { silent } from '#test/support/silent.ts'
import { startSearchedShop } from './shop.ts'

const { shop, url, prefix } = await startSearchedShop()

const WORDS = [
  '무선',
  '유선',
  '이어폰',
  '이어폰케이스',
  '가방',
  '갑옷',
  '갑',
  '닭갈비',
  'ㅋㅋ',
  'LG',
  'gram17',
  '노트북',
  '의자',
  '꽃',
]
const SORTS = ['newest', 'popular', 'price-asc', 'price-desc', 'relevance'] as const
const word = fc.constantFrom(...WORDS)
const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))

/** What people type: parts of names, in initials from somewhere on, with letters lost, changed or run together. */
const typed = fc
  .tuple(name, fc.nat(8), fc.nat(8), fc.constantFrom('as is', 'initials', 'half', 'wrong', 'joined'))
  .map(([text, from, length, how]) => {
    const part = [...text].slice(from % text.length, (from % text.length) + 1 + length).join('')
    if (how === 'initials') return initials(part)
    if (how === 'half') return part.slice(0, 2) + initials(part.slice(2))
    if (how === 'wrong') return part.slice(0, -1) + '폭'
    return how === 'joined' ? compact(part) : part
  })
const filter = fc.record(
  {
    q: typed,
    sort: fc.constantFrom(...SORTS),
    category: fc.constantFrom('top', 'low', 'none'),
    minPrice: fc.constantFrom(0, 2_000),
    maxPrice: fc.constantFrom(2_000, 5_000),
    inStock: fc.boolean(),
  },
  { requiredKeys: [] },
)

describe('PostgreSQL and OpenSearch', () => {
  const store = openSearch(url, { deadline: 10_000, runtime: shop.runtime, log: silent })
  const db = shop.db('catalog')
  const tree = async () => new Map((await findCategories(db)).map((each) => [each.id, each]))
  const fails = (error: unknown): never => {
    throw error
  }
  const embedded = searchBy(embeddedEngine(db), undefined, fails)
  const beside = searchBy(embeddedEngine(db), indexEngine(store, indexNames(prefix).live), fails)

  before(async () => {
    await shop.staff.putCategory({ id: 'top', name: '가전제품', nameEn: 'Devices' })
    await shop.staff.putCategory({ id: 'low', name: '이어폰', nameEn: 'Earphones', parentId: 'top' })
    const ids: string[] = []
    for (const [i, text] of fc.sample(name, { seed: 7, numRuns: 120 }).entries())
      ids.push(
        (
          await shop.create(text, {
            ...(i % 3 && { categoryId: i % 3 === 1 ? 'top' : 'low' }),
            ...(i % 4 === 0 && { brand: WORDS[i % WORDS.length]! }),
            skus: [{ price: 1_000 * (1 + (i % 6)), onHand: i % 5 }],
          })
        ).id,
      )
    await shop.paid(ids.filter((_, i) => i % 7 === 0).map((id, i) => [id, 1 + (i % 3)] as const))
    await shop.current()
  })

  /** Every page of a list, each by the engine whose turn it is. */
  const pages = async (given: object, limit: number, engines: readonly CatalogSearch[]) => {
    const found = []
    let cursor: string | null = null
    for (let i = 0; i === 0 || cursor; i++) {
      const page: Awaited<ReturnType<ReturnType<typeof lister>>> = await lister(
        engines[i % engines.length]!,
        tree,
      )({
        ...given,
        limit,
        ...(cursor && { cursor }),
      })
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  }

  test('find the same, in the same order, whatever is asked and whoever answers which page', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(filter, async (given) => {
        const whole = await pages(given, 100, [embedded])
        found += whole.length
        assert.deepEqual(await pages(given, 100, [beside]), whole)
        assert.deepEqual(await pages(given, 13, [embedded, beside]), whole)
      }),
      { numRuns: 150, seed: 11 },
    )
    assert.ok(found > 1_000, `only ${found} were found: nothing was compared`)
  })

  test('complete alike what is typed', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        for (const reading of [text, ...otherKeyboard(text)]) {
          const completion = completionOf(reading)
          if (!completion) continue
          const { found: expected } = await embedded.complete(completion, 10)
          found += expected.length
          const { found: actual } = await beside.complete(completion, 10)
          assert.deepEqual(actual, expected, reading)
        }
      }),
      { numRuns: 150, seed: 12 },
    )
    assert.ok(found > 300, `only ${found} were found: nothing was compared`)
  })
})
