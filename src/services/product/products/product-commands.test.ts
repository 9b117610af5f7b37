import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { INVALID_INPUT, NOT_FOUND } from '#kernel/faults.ts'
import { editCategory, editProduct } from '#test/support/staff-edits.ts'
import { CATEGORY_NOT_FOUND, CATEGORY_TOO_DEEP, SKU_OPTIONS_INVALID, STOCK_NEGATIVE } from '../contract.ts'
import { startProductHost, toldBy, wrongStock } from '../product.fixture.ts'

describe('what staff do with products', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  before(async () => {
    shop = await startProductHost()
  })
  after(async () => assert.deepEqual(await wrongStock(shop.db), []))

  const colours = { options: [{ name: '색상', values: ['검정', '흰색'] }] }
  const told = async (productId: string) =>
    (await toldBy(shop.db)).filter((each) => each.payload.productId === productId)

  test('a product is made, shown and told in full', async () => {
    const made = await shop.create({
      name: ' 가방 ',
      description: '튼튼한',
      ...colours,
      skus: [
        { options: { 색상: '검정' }, price: 10_000, onHand: 3 },
        { options: { 색상: '흰색' }, price: 12_000, onHand: 0 },
      ],
    })
    assert.equal(made.name, '가방')
    assert.deepEqual(
      made.skus.map(({ price, onHand, reserved, status }) => [price, onHand, reserved, status]),
      [
        [10_000, 3, 0, 'ON_SALE'],
        [12_000, 0, 0, 'ON_SALE'],
      ],
    )
    assert.deepEqual(await shop.staff.get({ id: made.id }), made)
    const [event, ...more] = await told(made.id)
    assert.deepEqual(more, [])
    assert.deepEqual(
      event!.payload.skus.map((sku: { soldOut: boolean }) => sku.soldOut),
      [false, true],
    )
  })

  test('where nobody lists options they follow from the SKUs, a list of pairs too', async () => {
    const made = await shop.create({
      skus: [
        { options: [{ name: '크기', value: 'S' }] as never, price: 10, onHand: 1 },
        { options: { 크기: 'M' }, price: 10, onHand: 1 },
      ],
    })
    assert.deepEqual(made.options, [{ name: '크기', values: ['S', 'M'] }])
  })

  test('choices may be named alone: their values follow from the SKUs', async () => {
    const skus = ['S', 'M'].map((size) => ({ options: { 크기: size, 색상: '검정' }, price: 10, onHand: 1 }))
    const said = async (options: unknown) => (await shop.create({ skus, options: options as never })).options
    const expected = [
      { name: '색상', values: ['검정'] },
      { name: '크기', values: ['S', 'M'] },
    ]
    assert.deepEqual(await said(['색상', '크기']), expected)
    assert.deepEqual(await said([{ name: '색상' }, { name: '크기', values: ['S', 'M'] }]), expected)
    for (const wrong of [['색상'], ['색상', '크기', '무늬'], ['색상', { name: '크기', values: ['S'] }]])
      await assert.rejects(said(wrong), SKU_OPTIONS_INVALID.is)
    for (const wrong of ['색상', null, [1], [''], { 색상: ['검정'] }])
      await assert.rejects(said(wrong), INVALID_INPUT.is)
  })

  test('options that do not fit are refused, each where it is wrong', async () => {
    const wrong: [string, Parameters<typeof shop.create>[0]][] = [
      ['skus.0.options', { ...colours, skus: [{ options: {}, price: 10, onHand: 0 }] }],
      ['skus.0.options', { ...colours, skus: [{ options: { 색상: '빨강' }, price: 10, onHand: 0 }] }],
      ['skus.0.options', { ...colours, skus: [{ options: { 색상: '검정', 크기: 'S' }, price: 10, onHand: 0 }] }],
      ['skus.1.options', { ...colours, skus: [1, 2].map(() => ({ options: { 색상: '검정' }, price: 10, onHand: 0 })) }],
      ['skus.1.options', { skus: [1, 2].map(() => ({ price: 10, onHand: 0 })) }],
      ['skus.0.options', { skus: [{ a: '1' }, { b: '2' }].map((options) => ({ options, price: 10, onHand: 0 })) }],
      [
        'skus.0.options',
        { skus: Array.from({ length: 51 }, (_, i) => ({ options: { a: `${i}` }, price: 10, onHand: 0 })) },
      ],
    ]
    for (const [field, given] of wrong)
      await assert.rejects(shop.create(given), (error) => {
        assert.ok(SKU_OPTIONS_INVALID.is(error), String(error))
        assert.equal(error.field, field)
        return true
      })
    await assert.rejects(shop.create({ skus: [{ price: 9, onHand: 0 }] }), INVALID_INPUT.is)
    await assert.rejects(shop.create({ categoryId: 'nowhere' }), CATEGORY_NOT_FOUND.is)
  })

  test('a change leaves alone what it does not name, and raises the version', async () => {
    const made = await shop.create({ description: '처음', brand: '상표' })
    const next = await editProduct(shop.staff, { id: made.id, name: '새 이름', brand: null })
    assert.deepEqual(
      [next.name, next.brand, next.description, next.version, next.createdAt],
      ['새 이름', null, '처음', 2, made.createdAt],
    )
    assert.deepEqual(next.skus, made.skus)
    assert.deepEqual(
      (await told(made.id)).map((each) => each.payload.version),
      [1, 2],
    )
    await assert.rejects(shop.staff.update({ id: randomUUID(), expectedVersion: 1, name: 'x' }), NOT_FOUND.is)
  })

  test('SKUs are priced, stopped, counted and added; adding the same twice adds it once', async () => {
    const made = await shop.create({ ...colours, skus: [{ options: { 색상: '검정' }, price: 10, onHand: 3 }] })
    const black = { id: made.skus[0]!.id, price: 20, status: 'STOPPED' as const }
    const white = { options: { 색상: '흰색' }, price: 30 }
    const once = await editProduct(shop.staff, {
      id: made.id,
      skus: [
        { ...black, onHand: 5, expectedOnHand: 3 },
        { ...white, onHand: 2 },
      ],
    })
    const twice = await editProduct(shop.staff, { id: made.id, skus: [black, white] })
    assert.deepEqual(twice.skus, once.skus)
    assert.deepEqual(
      twice.skus.map(({ price, status, onHand }) => [price, status, onHand]),
      [
        [20, 'STOPPED', 5],
        [30, 'ON_SALE', 2],
      ],
    )
    const bad = (skus: Parameters<typeof shop.staff.update>[0]['skus']) =>
      editProduct(shop.staff, { id: made.id, skus })
    await assert.rejects(bad([{ id: randomUUID(), price: 10 }]), NOT_FOUND.is)
    await assert.rejects(bad([{ options: { 색상: '파랑' }, price: 10 }]), SKU_OPTIONS_INVALID.is)
    await assert.rejects(bad([{ options: { 색상: '파랑' } }]), INVALID_INPUT.is)
    await assert.rejects(bad([black, { id: black.id, price: 30 }]), (error) => {
      assert.ok(INVALID_INPUT.is(error))
      assert.deepEqual([error.field, error.fields![0]!.code], ['skus.1', 'repeated_sku'])
      return true
    })
    assert.equal((await shop.staff.get({ id: made.id })).version, 3)
  })

  test('stock never falls below what is reserved, whichever way it is changed', async () => {
    const made = await shop.create()
    const skuId = made.skus[0]!.id
    await shop.reserve([[skuId, 4]])
    await assert.rejects(shop.staff.moveStock({ skuId, delta: -7, reason: '분실' }), (error) => {
      assert.ok(STOCK_NEGATIVE.is(error))
      assert.deepEqual(error.data, { onHand: 10, reserved: 4 })
      return true
    })
    const counted = editProduct(shop.staff, { id: made.id, skus: [{ id: skuId, onHand: 3, expectedOnHand: 10 }] })
    await assert.rejects(counted, (error) => {
      assert.ok(STOCK_NEGATIVE.is(error))
      assert.deepEqual([error.field, error.data], ['skus.0.onHand', { onHand: 10, reserved: 4 }])
      return true
    })
    const moved = await shop.staff.moveStock({ skuId, delta: -6, reason: '분실' })
    assert.deepEqual([moved.onHand, moved.reserved], [4, 4])
    await assert.rejects(shop.staff.moveStock({ skuId: randomUUID(), delta: 1, reason: 'x' }), NOT_FOUND.is)
  })

  test('stock has an end, told in words', async () => {
    const skuId = await shop.sku(10_000_000)
    const more = () => shop.staff.moveStock({ skuId, delta: 10_000_000, reason: 'x' })
    for (let i = 1; i < 100; i++) await more()
    await assert.rejects(more(), INVALID_INPUT.is)
  })

  test('the world is told when a SKU sells out or comes back, not of every movement', async () => {
    const made = await shop.create({ skus: [{ price: 10, onHand: 3 }] })
    const skuId = made.skus[0]!.id
    await shop.reserve([[skuId, 1]])
    const last = await shop.reserve([[skuId, 2]])
    await shop.inside.release({ reservationId: last.reservationId })
    await shop.staff.moveStock({ skuId, delta: -2, reason: '분실' })
    await shop.staff.moveStock({ skuId, delta: 1, reason: '입고' })
    await shop.staff.moveStock({ skuId, delta: 1, reason: '입고' })
    assert.deepEqual(
      (await told(made.id)).slice(1).map(({ payload }) => [payload.soldOut, payload.flips]),
      [
        [true, 2],
        [false, 3],
        [true, 4],
        [false, 5],
      ],
    )
  })

  test('lists newest first, page by page, and finds by name', async () => {
    for (const name of ['목록 하나', '목록 둘', '목록 100%', '목록 셋']) await shop.create({ name })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page: Awaited<ReturnType<typeof shop.staff.list>> = await shop.staff.list({
        q: '목록',
        limit: 2,
        ...(cursor && { cursor }),
      })
      names.push(...page.items.map((each) => each.name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    assert.deepEqual(names, ['목록 셋', '목록 100%', '목록 둘', '목록 하나'])
    assert.deepEqual(
      (await shop.staff.list({ q: '0%' })).items.map((each) => each.name),
      ['목록 100%'],
    )
    await shop.create({ name: '㈜목록 5㎏' })
    for (const q of ['(주)목록', '5kg', '５㎏', '（주） ㎏'])
      assert.deepEqual(
        (await shop.staff.list({ q })).items.map((each) => each.name),
        ['㈜목록 5㎏'],
        q,
      )
    await assert.rejects(shop.staff.list({ cursor: 'bm90IG91cnM' }), INVALID_INPUT.is)
  })

  test('categories go three levels deep, never in a circle', async () => {
    const put = (id: string, parentId: string | null = null) =>
      editCategory(shop.staff, { id, name: id, nameEn: id, parentId })
    await put('one')
    await put('two', 'one')
    await put('three', 'two')
    await assert.rejects(put('four', 'three'), CATEGORY_TOO_DEEP.is)
    await assert.rejects(put('one', 'three'), CATEGORY_TOO_DEEP.is)
    await assert.rejects(put('one', 'one'), CATEGORY_TOO_DEEP.is)
    await assert.rejects(put('lost', 'nowhere'), CATEGORY_NOT_FOUND.is)
    await put('top')
    await assert.rejects(put('one', 'top'), CATEGORY_TOO_DEEP.is)
    await put('two')
    await put('one', 'top')
    const { items } = await shop.staff.categories({})
    assert.deepEqual(
      items.map(({ id, parentId }) => [id, parentId]),
      [
        ['top', null],
        ['two', null],
        ['one', 'top'],
        ['three', 'two'],
      ],
    )
  })

  test('many categories come at once, in any order and in one transaction; known ones stay as they are', async () => {
    const named = (id: string, parentId: string | null = null) => ({ id, name: id, nameEn: id, parentId })
    await editCategory(shop.staff, { ...named('known'), name: '바뀐 이름' })
    const categories = [named('many-leaf', 'many-twig'), named('many-twig', 'known'), named('known')]
    assert.deepEqual(await shop.inside.importCategories({ categories }), { made: 2, known: 1 })
    assert.deepEqual(await shop.inside.importCategories({ categories }), { made: 0, known: 3 })
    const before = (await shop.staff.categories({})).items
    assert.equal(before.find((each) => each.id === 'known')!.name, '바뀐 이름')
    assert.equal(before.find((each) => each.id === 'many-leaf')!.parentId, 'many-twig')
    const refused = (parentId: string) =>
      shop.inside.importCategories({ categories: [named('many-fine'), named('many-lost', parentId)] })
    await assert.rejects(refused('nowhere'), CATEGORY_NOT_FOUND.is)
    await assert.rejects(refused('many-leaf'), CATEGORY_TOO_DEEP.is)
    await assert.rejects(shop.inside.importCategories({ categories: [named('x'), named('x')] }), INVALID_INPUT.is)
    assert.deepEqual((await shop.staff.categories({})).items, before)
  })

  test('categories changed at the same time cannot make a circle together', async () => {
    const put = (id: string, parentId: string | null = null) =>
      editCategory(shop.staff, { id, name: id, nameEn: id, parentId })
    await put('left')
    await put('right')
    const answers = await Promise.allSettled([put('left', 'right'), put('right', 'left')])
    assert.deepEqual(answers.map((each) => each.status).sort(), ['fulfilled', 'rejected'])
  })
})
