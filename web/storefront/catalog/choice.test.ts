import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forcedChoice, missingOption, sellable, skuOf } from './choice.ts'

const sku = (colour: string, size: string, soldOut = false) =>
  ({ id: `${colour}-${size}`, options: { 색상: colour, 크기: size }, price: 1_000, soldOut }) as never

const product = {
  options: [
    { name: '색상', values: ['검정', '흰색'] },
    { name: '크기', values: ['S', 'L'] },
  ],
  skus: [sku('검정', 'S'), sku('검정', 'L', true), sku('흰색', 'S', true), sku('흰색', 'L', true)],
}

test('a SKU is known once every option is chosen', () => {
  assert.equal(skuOf(product, { 색상: '검정' }), undefined)
  assert.equal(skuOf(product, { 색상: '검정', 크기: 'S' })?.id, '검정-S')
  assert.equal(skuOf(product, { 색상: '빨강', 크기: 'S' }), undefined)
  assert.equal(missingOption(product, { 색상: '검정' }), '크기')
})

test('a product without options has its one SKU chosen from the start', () => {
  const plain = { options: [], skus: [{ id: 'one', options: {}, price: 1, soldOut: false }] } as never
  assert.equal(skuOf(plain, {})?.id, 'one')
})

test('a value counts as sold out when nothing it leads to is for sale', () => {
  assert.equal(sellable(product, {}, '색상', '검정'), true)
  assert.equal(sellable(product, {}, '색상', '흰색'), false)
  assert.equal(sellable(product, { 색상: '검정' }, '크기', 'L'), false)
  assert.equal(sellable(product, { 크기: 'L' }, '색상', '검정'), true, 'a later choice does not shut an earlier one')
})

test('where there is one value only, it is chosen', () => {
  assert.deepEqual(forcedChoice({ options: [{ name: '묶음', values: ['3개'] }, ...product.options] }), { 묶음: '3개' })
})
