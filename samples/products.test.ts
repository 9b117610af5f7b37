import assert from 'node:assert/strict'
import test from 'node:test'
import { product } from '#services/product/contract.ts'
import { leafIds, sampleCategories } from './categories.ts'
import { kinds } from './kinds/index.ts'
import { sampleProducts } from './products.ts'
import { shopPrice } from './price.ts'
import { say } from './words.ts'

const all = [...sampleProducts()]

test('categories form a tree of three levels whose parents come first', () => {
  const depth = new Map<string, number>()
  for (const { parentId, ...each } of sampleCategories) {
    product.operations.putCategory.input.parse({ parentId, ...each })
    const level = parentId === null ? 1 : depth.get(parentId)! + 1
    assert.ok(level >= 1 && level <= 3, `${each.id} hangs from nothing or too deep`)
    assert.ok(!depth.has(each.id), `${each.id} twice`)
    depth.set(each.id, level)
  }
  const count = (level: number) => [...depth.values()].filter((each) => each === level).length
  assert.ok(count(1) >= 8 && count(1) <= 10 && count(2) >= 30 && count(2) <= 45 && count(3) >= 90)
  for (const id of leafIds) assert.equal(depth.get(id), 3, `${id} is a leaf above the third level`)
})

test('every leaf category has its own products, and products hang from leaves only', () => {
  for (const id of leafIds) assert.ok(all.filter((each) => each.categoryId === id).length >= 6, `${id} is too empty`)
  assert.deepEqual(new Set(all.map((each) => each.categoryId)), new Set(leafIds))
})

test('there are more than a thousand, each with a key and a name of its own', () => {
  assert.ok(all.length >= 1_000)
  assert.equal(new Set(all.map((each) => each.key)).size, all.length)
  assert.equal(new Set(all.map((each) => each.name)).size, all.length)
})

test('the same on every run', () => assert.deepEqual([...sampleProducts()], all))

test('every product is what the product contract takes', () => {
  for (const { key, art: _, ...each } of all) {
    const read = product.operations.create.input.safeParse(each)
    assert.ok(read.success, `${key}: ${read.error?.message}`)
  }
})

test('every SKU is one combination of the options, none twice, at most twelve', () => {
  for (const { key, options, skus } of all) {
    assert.ok(skus.length >= 1 && skus.length <= 12, key)
    assert.equal(
      skus.length,
      options.reduce((count, option) => count * option.values.length, 1),
      key,
    )
    assert.equal(new Set(skus.map((sku) => JSON.stringify(sku.options))).size, skus.length, key)
    for (const sku of skus) for (const { name, values } of options) assert.ok(values.includes(sku.options[name]!), key)
  }
})

test('prices are such as a shop prints', () => {
  for (const { key, skus } of all) {
    for (const { price } of skus) assert.ok(price >= 500 && price <= 1_000_000 && price % 100 === 0, `${key}: ${price}`)
  }
  const prices = [0, 1_460, 4_870, 9_860, 23_456, 99_700, 128_400, 147_200].map(shopPrice)
  assert.deepEqual(prices, [500, 1_500, 4_900, 9_900, 23_900, 99_900, 129_000, 149_000])
})

test('a few products are sold out, some SKUs of others too, the rest is well in stock', () => {
  const soldOut = all.filter(({ skus }) => skus.every((sku) => sku.onHand === 0)).length / all.length
  assert.ok(soldOut > 0.01 && soldOut < 0.04, `${soldOut} of the products are sold out`)
  assert.ok(all.some(({ skus }) => skus.some((sku) => sku.onHand === 0) && skus.some((sku) => sku.onHand > 0)))
  for (const { key, skus } of all)
    for (const { onHand } of skus) assert.ok(onHand === 0 || (onHand >= 20 && onHand <= 500), key)
})

test('descriptions are two to five whole Korean sentences', () => {
  for (const { key, description } of all) {
    const sentences = description.split(/(?<=\.) /)
    assert.ok(sentences.length >= 2 && sentences.length <= 5, `${key}: ${description}`)
    for (const sentence of sentences) assert.match(sentence, /(다|요)\.$/, key)
    assert.doesNotMatch(description, /[{}|]|undefined|을\/를|이\/가|은\/는/, key)
  }
})

test('particles follow the last syllable, since brands and nouns end in Hangul', () => {
  assert.equal(say('{b:이/가} {p:을/를}', { b: '바다숲', p: '감자' }), '바다숲이 감자를')
  assert.equal(say('{p:으로/로} 『{p}』{p|은/는}', { p: '세럼' }), '세럼으로 『세럼』은')
  for (const kind of kinds) {
    for (const brand of kind.family.brands.split(' ')) assert.match(brand, /[가-힣]$/)
    for (const noun of Object.keys(kind.goods)) {
      const needsParticle = kind.family.openings.some((each) => /\{p[:|]/.test(each))
      if (needsParticle) assert.match(noun, /[가-힣0-9LD]$/, noun)
    }
  }
})
