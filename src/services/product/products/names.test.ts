import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Fault } from '#kernel/fault.ts'
import { editProduct } from '#test/support/staff-edits.ts'
import { SKU_OPTIONS_INVALID } from '../contract.ts'
import { startProductHost } from '../product.fixture.ts'

const decomposed = (text: string): string => text.normalize('NFD')

describe('what products, choices, brands and categories are called', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  before(async () => {
    shop = await startProductHost()
  })

  const refusal = async (asked: Promise<unknown>): Promise<[field: string | undefined, code: string | undefined]> => {
    const [answer] = await Promise.allSettled([asked])
    assert.equal(answer.status, 'rejected', 'it was taken')
    const fault = (answer as PromiseRejectedResult).reason as Fault
    assert.equal(fault.code, 'INVALID_INPUT', String(fault))
    return [fault.field, fault.fields?.[0]?.code]
  }

  test('every name is stored composed, with single spaces', async () => {
    const made = await shop.create({
      name: decomposed(' 무선  이어폰 '),
      brand: decomposed('소리\u00a0 샘'),
      options: [{ name: decomposed('색상'), values: [decomposed('검정  진')] }],
      skus: [{ options: { 색상: '검정 진' }, price: 10, onHand: 1 }],
    })
    assert.deepEqual([made.name, made.brand], ['무선 이어폰', '소리 샘'])
    assert.deepEqual(made.options, [{ name: '색상', values: ['검정 진'] }])
    assert.deepEqual(made.skus[0]!.options, { 색상: '검정 진' })
    await shop.staff.putCategory({ id: 'names', name: decomposed('작은  가방'), nameEn: ' Small  bags ' })
    const category = (await shop.staff.categories({})).items.find((each) => each.id === 'names')!
    assert.deepEqual([category.name, category.nameEn], ['작은 가방', 'Small bags'])
  })

  test('a blank brand is none', async () => {
    const made = await shop.create({ brand: ' \u3000' })
    assert.equal(made.brand, null)
    assert.equal((await editProduct(shop.staff, { id: made.id, brand: '' })).brand, null)
  })

  test('what nobody sees, or what turns the line around, is refused wherever a name is taken', async () => {
    const { id } = await shop.create()
    for (const [bad, code] of [
      ['가\u200b나', 'invisible_characters'],
      ['\u3164', 'invisible_characters'],
      ['가\u202e나', 'control_characters'],
      ['가\n나', 'control_characters'],
      ['가\ue000', 'unknown_characters'],
      ['\u0301', 'nothing_visible'],
    ] as const) {
      const sku = (options: Record<string, string>) => [{ options, price: 10, onHand: 1 }]
      assert.deepEqual(await refusal(shop.create({ name: bad })), ['name', code])
      assert.deepEqual(await refusal(shop.create({ brand: bad })), ['brand', code])
      const named = { options: [{ name: bad, values: ['S'] }], skus: sku({ [bad]: 'S' }) }
      assert.deepEqual(await refusal(shop.create(named)), ['options.0.name', code])
      const valued = { options: [{ name: '크기', values: ['S', bad] }], skus: sku({ 크기: 'S' }) }
      assert.deepEqual(await refusal(shop.create(valued)), ['options.0.values.1', code])
      assert.deepEqual(await refusal(shop.create({ skus: sku({ 크기: bad }) })), ['skus.0.options.크기', code])
      assert.deepEqual(await refusal(shop.create({ skus: sku({ [bad]: 'S' }) })), [`skus.0.options.${bad}`, code])
      assert.deepEqual(await refusal(editProduct(shop.staff, { id, name: bad })), ['name', code])
      assert.deepEqual(await refusal(editProduct(shop.staff, { id, brand: bad })), ['brand', code])
      const category = { id: 'bad', name: '가방', nameEn: 'Bags' }
      assert.deepEqual(await refusal(shop.staff.putCategory({ ...category, name: bad })), ['name', code])
      assert.deepEqual(await refusal(shop.staff.putCategory({ ...category, nameEn: bad })), ['nameEn', code])
    }
    assert.ok(!(await shop.staff.categories({})).items.some((each) => each.id === 'bad'))
  })

  test('a value listed twice, in whatever form, is one', async () => {
    const made = await shop.create({
      options: [{ name: '색상', values: ['검정', decomposed('검정'), ' 검정 ', '흰  색', '흰 색'] }],
      skus: [{ options: { 색상: decomposed('검정') }, price: 10, onHand: 1 }],
    })
    assert.deepEqual(made.options, [{ name: '색상', values: ['검정', '흰 색'] }])
    const twice = ['검정', decomposed('검정')].map((색상) => ({ options: { 색상 }, price: 10, onHand: 1 }))
    await assert.rejects(shop.create({ skus: twice }), SKU_OPTIONS_INVALID.is)
    // Staying as they are, they come in the form they are stored in.
    const again = await editProduct(shop.staff, {
      id: made.id,
      options: [{ name: decomposed('색상'), values: ['검정', '검정', '흰 색'] }],
    })
    assert.deepEqual(again.options, made.options)
  })

  test('values and options that only look different are refused', async () => {
    const skus = (...values: string[]) => values.map((크기) => ({ options: { 크기 }, price: 10, onHand: 1 }))
    for (const [one, other] of [
      ['S', 's'],
      ['S', 'Ｓ'],
      ['(대)', '（대）'],
    ] as const) {
      const listed = { options: [{ name: '크기', values: [one, other] }], skus: skus(one) }
      assert.deepEqual(await refusal(shop.create(listed)), ['options', 'look_alike'])
      assert.deepEqual(await refusal(shop.create({ skus: skus(one, other) })), ['skus', 'look_alike'])
    }
    const named = {
      options: ['Size', 'SIZE'].map((name) => ({ name, values: ['S'] })),
      skus: [{ options: [{ name: 'Size', value: 'S' }], price: 10, onHand: 1 }],
    }
    assert.deepEqual(await refusal(shop.create(named as never)), ['options', 'look_alike'])
    const { id } = await shop.create({ skus: skus('S') })
    const changed = editProduct(shop.staff, { id, options: [{ name: '크기', values: ['S', 's'] }] })
    assert.deepEqual(await refusal(changed), ['options', 'look_alike'])
  })

  test('a SKU that names an option twice is refused, not stored with the last', async () => {
    for (const options of [
      { 색상: '검정', [decomposed('색상')]: '흰색' },
      { Size: 'S', SIZE: 'M' },
      [
        { name: '색상', value: '검정' },
        { name: '색상', value: '흰색' },
      ],
    ])
      assert.deepEqual(await refusal(shop.create({ skus: [{ options: options as never, price: 10, onHand: 1 }] })), [
        'skus.0.options',
        'repeated_option',
      ])
  })

  test('choices stored before names were judged can be priced, and are put right by naming them', async () => {
    const { id, skus } = await shop.create({ skus: [{ options: { 색상: '먹색' }, price: 10, onHand: 1 }] })
    const skuId = skus[0]!.id
    const old = decomposed('검정  진')
    await shop.db.query({
      text: `UPDATE product SET options = jsonb_build_array(jsonb_build_object('name', '색상', 'values', jsonb_build_array($2::text, 'a', 'A'))) WHERE id = $1`,
      values: [id, old],
    })
    await shop.db.query({
      text: `UPDATE sku SET options = jsonb_build_object('색상', $2::text) WHERE id = $1`,
      values: [skuId, old],
    })
    const priced = await editProduct(shop.staff, { id, skus: [{ id: skuId, price: 20 }] })
    assert.deepEqual([priced.skus[0]!.price, priced.skus[0]!.options], [20, { 색상: old }])
    const values = ['검정 진', 'a']
    const named = await editProduct(shop.staff, { id, options: [{ name: '색상', values }] })
    assert.deepEqual([named.options[0]!.values, named.skus[0]!.options], [values, { 색상: '검정 진' }])
  })
})
