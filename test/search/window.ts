import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, test } from 'node:test'
import { INVALID_INPUT, NOT_FOUND } from '#kernel/faults.ts'
import { cursorOf } from '#kernel/input/cursor.ts'
import { eventually } from '#test/support/eventually.ts'
import { inOneProcess } from '#test/support/host.ts'
import type { CatalogHost } from '#services/catalog/catalog.fixture.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'

/** What the catalog shows and finds, whoever searches it. */
export const windowSuite = (title: string, shop: CatalogHost): void => {
  describe(title, () => {
    const ids: Record<string, string> = {}

    before(async () => {
      await editCategory(shop.staff, { id: 'digital', name: '디지털', nameEn: 'Digital' })
      await editCategory(shop.staff, { id: 'audio', name: '음향기기', nameEn: 'Audio', parentId: 'digital' })
      await editCategory(shop.staff, { id: 'fashion', name: '패션', nameEn: 'Fashion' })
      const add = async (name: string, more: Parameters<typeof shop.create>[1]) => {
        ids[name] = (await shop.create(name, more)).id
      }
      await add('무선 이어폰 프로', { categoryId: 'audio', brand: '소리샘', skus: [{ price: 89_000, onHand: 5 }] })
      await add('유선 이어폰', { categoryId: 'audio', skus: [{ price: 9_900, onHand: 0 }] })
      await add('LG 노트북 gram', { categoryId: 'digital', skus: [{ price: 1_500_000, onHand: 2 }] })
      await add('여름 원피스', {
        categoryId: 'fashion',
        brand: '무명',
        options: [{ name: '색상', values: ['하늘색', '검정'] }],
        skus: [
          { options: { 색상: '하늘색' }, price: 39_000, onHand: 3 },
          { options: { 색상: '검정' }, price: 35_000, onHand: 0 },
        ],
      })
      await shop.current()
    })

    test('shows a product with its choices, its way down the categories and what is sold out', async () => {
      const shown = await shop.visitor.get({ id: ids['여름 원피스']!.toUpperCase() })
      assert.equal(shown.price, 35_000)
      assert.equal(shown.soldOut, false)
      assert.deepEqual(
        shown.skus.map(({ options, price, soldOut }) => ({ options, price, soldOut })),
        [
          { options: { 색상: '하늘색' }, price: 39_000, soldOut: false },
          { options: { 색상: '검정' }, price: 35_000, soldOut: true },
        ],
      )
      const audio = await shop.visitor.get({ id: ids['유선 이어폰']! })
      assert.deepEqual(audio.categoryPath, [
        { id: 'digital', name: '디지털', nameEn: 'Digital' },
        { id: 'audio', name: '음향기기', nameEn: 'Audio' },
      ])
      assert.equal(audio.soldOut, true)
      await assert.rejects(shop.visitor.get({ id: randomUUID() }), NOT_FOUND.is)
    })

    test('everyone is given the very same answer until it changes', async () => {
      const id = ids['LG 노트북 gram']!
      const get = () => shop.visitor.get({ id })
      assert.deepEqual(await get(), await get())
      if (inOneProcess) {
        assert.equal(await get(), await get())
        assert.ok(Object.isFrozen(await get()))
      }
      await editProduct(shop.staff, { id, brand: 'LG' })
      await shop.settled()
      assert.equal((await shop.visitor.get({ id })).brand, 'LG')
    })

    test('filters by category with those below, price and stock', async () => {
      assert.deepEqual(await shop.names({ category: 'digital' }), ['LG 노트북 gram', '유선 이어폰', '무선 이어폰 프로'])
      assert.deepEqual(await shop.names({ category: 'audio', inStock: true }), ['무선 이어폰 프로'])
      assert.deepEqual(await shop.names({ minPrice: 9_900, maxPrice: 35_000 }), ['여름 원피스', '유선 이어폰'])
      assert.deepEqual(await shop.names({ category: 'nowhere' }), [])
    })

    test('sorts, and pages without a gap or a repeat in every order', async () => {
      assert.deepEqual(await shop.names({ sort: 'price-asc' }), [
        '유선 이어폰',
        '여름 원피스',
        '무선 이어폰 프로',
        'LG 노트북 gram',
      ])
      for (const given of [
        { sort: 'newest' },
        { sort: 'popular' },
        { sort: 'price-asc' },
        { sort: 'price-desc' },
        { sort: 'relevance', q: '이어폰' },
      ] as const) {
        const whole = await shop.names(given)
        const paged: string[] = []
        let cursor: string | null = null
        do {
          const page: Awaited<ReturnType<typeof shop.visitor.list>> = await shop.visitor.list({
            ...given,
            limit: 1,
            ...(cursor && { cursor }),
          })
          paged.push(...page.items.map((each) => each.name))
          cursor = page.nextCursor
        } while (cursor)
        assert.deepEqual(paged, whole)
        assert.ok(whole.length >= 2)
      }
    })

    test('a cursor nobody made, or made for another order, is refused', async () => {
      const { nextCursor } = await shop.visitor.list({ limit: 1 })
      const forged = ['x', '%%%', cursorOf([1]), cursorOf(['newest', 0, 'no', 1, 1, 1, 1])]
      for (const cursor of forged) await assert.rejects(shop.visitor.list({ cursor }), INVALID_INPUT.is)
      await assert.rejects(shop.visitor.list({ cursor: nextCursor!, sort: 'price-asc' }), INVALID_INPUT.is)
    })

    test('finds by words however they are spaced, by brand, category and option', async () => {
      for (const q of [
        '무선이어폰',
        '무선 이어폰',
        '이어폰 무선',
        '무 선이어 폰',
        '소리샘',
        '무선이어폰'.normalize('NFD'),
      ])
        assert.deepEqual(await shop.names({ q }), ['무선 이어폰 프로'], q)
      assert.deepEqual(await shop.names({ q: '음향' }), ['유선 이어폰', '무선 이어폰 프로'])
      assert.deepEqual(await shop.names({ q: '하늘색 원피스' }), ['여름 원피스'])
      assert.deepEqual(await shop.names({ q: 'lg' }), ['LG 노트북 gram'])
      assert.deepEqual(await shop.names({ q: '없는상품' }), [])
    })

    test('finds by initial consonants, mixed input and the wrong keyboard', async () => {
      assert.deepEqual(await shop.names({ q: 'ㅁㅅㅇㅇㅍ' }), ['무선 이어폰 프로'])
      assert.deepEqual(await shop.names({ q: '유선 ㅇㅇㅍ' }), ['유선 이어폰'])
      assert.deepEqual(await shop.names({ q: 'dldjvhs' }), ['유선 이어폰', '무선 이어폰 프로'])
      assert.deepEqual(await shop.names({ q: 'ㅎㄱ므' }), ['LG 노트북 gram'])
      assert.deepEqual(await shop.names({ q: 'ㅁㅅㅇㅇㄱ' }), [])
    })

    test('finds compatibility forms by what they stand for, and the other way round', async () => {
      const rice = ['백미 10㎏ ㈜농심', '현미 １０ｋｇ （주）농심', '찹쌀 10kg (주)농심', '생수 500㎖']
      for (const each of rice) await shop.create(each, { options: [], brand: '㈎나다' })
      await shop.current()
      const newestFirst = rice.slice(0, 3).toReversed()
      for (const q of ['10㎏', '１０kg', '10kg', '10 ㎏', '㈜농심', '(주)농심', '（주）농심', '주농심'])
        assert.deepEqual(await shop.names({ q, sort: 'newest' }), newestFirst, q)
      for (const q of ['500㎖', '500ml', '５００ＭＬ', 'ㅅㅅ500㎖', '\u1109\u1109'])
        assert.deepEqual(await shop.names({ q }), ['생수 500㎖'], q)
      // Nothing but the right letters on the wrong keyboard, and those full-width.
      assert.deepEqual(await shop.names({ q: 'ｃｋｑＴｋｆ' }), ['찹쌀 10kg (주)농심'])
      assert.equal((await shop.names({ q: '가나다' })).length, 4)
      for (const typed of ['백미 10k', '백미１０㎏', '백미 10㎏ (주'])
        assert.deepEqual(await shop.texts(typed), [rice[0]])
      for (const typed of ['㈜농', '(주)농', 'ㅈㄴㅅ'])
        assert.deepEqual((await shop.texts(typed)).toSorted(), rice.slice(0, 3).toSorted(), typed)
    })

    test('finds what was mistyped, when nothing else is found', async () => {
      assert.equal((await shop.names({ q: '유선 이어펀' }))[0], '유선 이어폰')
      assert.deepEqual(await shop.names({ q: '여름 원피쓰' }), ['여름 원피스'])
      const page = await shop.visitor.list({ q: '이어펀', limit: 1 })
      const next = await shop.visitor.list({ q: '이어펀', limit: 1, cursor: page.nextCursor! })
      assert.deepEqual(
        [...page.items, ...next.items].map((each) => each.name),
        ['유선 이어폰', '무선 이어폰 프로'],
      )
      for (const q of ['냉장고문짝', 'qwertyuiop', '가나다라마바사']) assert.deepEqual(await shop.names({ q }), [], q)
    })

    test('the best answer comes first: the very name, then the beginning, then the middle', async () => {
      await shop.create('이어폰 케이스')
      await shop.create('이어폰')
      await shop.current()
      assert.deepEqual(await shop.names({ q: '이어폰' }), [
        '이어폰',
        '이어폰 케이스',
        '유선 이어폰',
        '무선 이어폰 프로',
      ])
    })

    test('signs, quotes and patterns are looked for, not obeyed', async () => {
      for (const q of ['%', '.*', '(', '[', "'; DROP TABLE product", '\\', '<script>', '💥'])
        assert.deepEqual(await shop.names({ q }), [], q)
      for (const q of ['%', '.*', '(', '[', '\\', '💥', '']) assert.deepEqual(await shop.texts(q), [], q)
    })

    test('what sells best comes first', async () => {
      await shop.paid([
        [ids['유선 이어폰']!, 3],
        [ids['여름 원피스']!, 2],
      ])
      const more = await shop.paid([[ids['여름 원피스']!, 2]])
      assert.equal(more, 0, 'what sells all the time is ranked now and then, not all the time')
      const best = async () => (await shop.names({ sort: 'popular' })).slice(0, 2).join(', ')
      await eventually(async () => (await best()) === '여름 원피스, 유선 이어폰', 'the list knows what was sold')
      await eventually(async () => (await shop.texts('ㅇ'))[0] === '음향기기', 'and so do completions')
    })

    test('a SKU that sells out and comes back is shown so', async () => {
      const made = await shop.create('한정판 손목시계', { skus: [{ price: 500_000, onHand: 1 }] })
      const reservationId = randomUUID()
      const lines = [{ skuId: made.skus[0]!.id, quantity: 1 }]
      await shop.inside.reserve({ reservationId, lines, expiresAt: shop.runtime.now() + 600_000 })
      await shop.settled()
      assert.equal((await shop.visitor.get({ id: made.id })).soldOut, true)
      await shop.inside.release({ reservationId })
      await shop.settled()
      assert.equal((await shop.visitor.get({ id: made.id })).soldOut, false)
    })

    test('what is no longer sold is not shown', async () => {
      const made = await shop.create('단종 상품')
      await shop.current()
      assert.deepEqual(await shop.names({ q: '단종' }), ['단종 상품'])
      await editProduct(shop.staff, { id: made.id, status: 'STOPPED' })
      await shop.current()
      // Lists may lag for a moment where processes share what they keep.
      await eventually(async () => (await shop.names({ q: '단종' })).length === 0, 'the list shows it no more')
      await eventually(async () => (await shop.texts('단종')).length === 0, 'nor is it completed')
      await assert.rejects(shop.visitor.get({ id: made.id }), NOT_FOUND.is)
    })

    test('a renamed category is found by its new name', async () => {
      await editCategory(shop.staff, { id: 'fashion', name: '의류잡화', nameEn: 'Clothes' })
      await shop.current()
      assert.deepEqual(await shop.names({ q: '의류잡화' }), ['여름 원피스'])
      assert.deepEqual(await shop.names({ q: '패션' }), [])
      assert.deepEqual(await shop.texts('의류'), ['의류잡화'])
      const tree = await shop.visitor.categories({})
      assert.ok(tree.items.some((each) => each.id === 'audio' && each.parentId === 'digital'))
    })

    test('completes whole and half syllables, initial consonants, mixed input and the wrong keyboard', async () => {
      for (const typed of [
        '무',
        '무서',
        '무선잉',
        '무선 이어ㅍ',
        '무선이',
        'ㅁㅅ',
        'ㅁ ㅅㅇ',
        '무ㅅ',
        '무ㅅㅇ',
        '프로',
        'ㅍㄹ',
        'antjs',
      ])
        assert.ok((await shop.texts(typed)).includes('무선 이어폰 프로'), typed)
      assert.ok((await shop.texts('ㅣㅎ')).includes('LG 노트북 gram'))
      assert.deepEqual(await shop.texts('gra'), ['LG 노트북 gram'])
      assert.deepEqual(await shop.texts('무선다'), [])
    })
  })
}
