import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { apiClient, signInStaff, type ApiClient } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

type Card = { id: string; name: string; price: number; soldOut: boolean }

/** Looking for something: by category, price, words, and what is being typed. */
export const browsing = (shop: ShopUnderTest): void => {
  const category = `lamps-${randomUUID().slice(0, 8)}`
  const below = `${category}-desk`
  let staff: ApiClient
  let visitor: ApiClient
  const ids: Record<string, string> = {}

  const names = async (query: string): Promise<string[]> =>
    (await visitor.must('GET', `/api/catalog/products?category=${category}&${query}`)).items.map(
      (each: Card) => each.name,
    )
  const add = async (name: string, categoryId: string, price: number, onHand: number): Promise<void> => {
    const made = await staff.must('POST', '/api/products', { name, categoryId, skus: [{ price, onHand }] })
    ids[name] = made.id
  }

  before(async () => {
    staff = await signInStaff(shop.origin)
    visitor = apiClient(shop.origin)
    await staff.must('PUT', `/api/categories/${category}`, { name: '조명', nameEn: 'Lamps' })
    await staff.must('PUT', `/api/categories/${below}`, { name: '책상 조명', nameEn: 'Desk', parentId: category })
    await add('달빛 스탠드', below, 42_000, 3)
    await add('햇살 스탠드', below, 19_000, 0)
    await add('별무리 전등', category, 8_000, 9)
    await eventually(async () => (await names('')).length === 3, 'all are in the window')
  })

  test('a category shows what is below it, sorted and filtered as asked', async () => {
    assert.deepEqual(await names('sort=price-asc'), ['별무리 전등', '햇살 스탠드', '달빛 스탠드'])
    assert.deepEqual(await names('sort=newest&inStock=true'), ['별무리 전등', '달빛 스탠드'])
    assert.deepEqual(await names('minPrice=10000&maxPrice=20000'), ['햇살 스탠드'])
    const { items } = await visitor.must('GET', '/api/catalog/categories')
    const found = items.filter((each: { id: string }) => each.id.startsWith(category))
    assert.deepEqual(
      found.map((each: { id: string; parentId: string | null }) => [each.id, each.parentId]),
      [
        [category, null],
        [below, category],
      ],
    )
  })

  test('pages follow each other without a gap or a repeat', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { items: Card[]; nextCursor: string | null } = await visitor.must(
        'GET',
        `/api/catalog/products?category=${category}&sort=price-desc&limit=1${after}`,
      )
      seen.push(...page.items.map((each) => each.name))
      cursor = page.nextCursor
    } while (cursor !== null)
    assert.deepEqual(seen, ['달빛 스탠드', '햇살 스탠드', '별무리 전등'])
  })

  test('a word, a part of it, and a word with another are found', async () => {
    const search = (text: string) => names(`q=${encodeURIComponent(text)}&sort=price-asc`)
    await eventually(async () => (await search('스탠드')).length === 2, 'both are found by the word')
    assert.deepEqual(await search('스탠드'), ['햇살 스탠드', '달빛 스탠드'])
    assert.deepEqual(await search('별무'), ['별무리 전등'])
    assert.deepEqual(await search('달빛 스탠드'), ['달빛 스탠드'])
    assert.deepEqual(await search('냉장고'), [])
  })

  test('what is being typed is completed: half a syllable, initial consonants, the wrong keyboard', async () => {
    const completed = async (text: string): Promise<string[]> =>
      (await visitor.must('GET', `/api/catalog/suggestions?q=${encodeURIComponent(text)}`)).items.map(
        (each: { text: string }) => each.text,
      )
    // ㅂㅕㄹㅁ typed with the keyboard on Latin letters is qufa.
    for (const typed of ['별', '별ㅁ', 'ㅂㅁㄹ', 'quf'])
      await eventually(async () => (await completed(typed)).includes('별무리 전등'), `“${typed}” is completed`)
  })

  test('a product tells its price and what is sold out, and a change is shown', async () => {
    const path = `/api/catalog/products/${ids['햇살 스탠드']}`
    assert.equal((await visitor.must('GET', path)).soldOut, true)
    const { skus, version } = await staff.must('GET', `/api/products/${ids['햇살 스탠드']}`)
    await staff.must('PATCH', `/api/products/${ids['햇살 스탠드']}`, {
      expectedVersion: version,
      skus: [{ id: skus[0].id, price: 21_000, onHand: 4, expectedOnHand: skus[0].onHand }],
    })
    await eventually(async () => {
      const shown: Card = await visitor.must('GET', path)
      return shown.price === 21_000 && !shown.soldOut
    }, 'the new price is shown and it can be bought')
    assert.equal((await visitor.send('GET', `/api/catalog/products/${randomUUID()}`)).status, 404)
  })
}
