import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, readQuery } from './query.ts'

const read = (text: string) => readQuery(new URLSearchParams(text))

test('an address is read as far as it makes sense, and the rest is left out', () => {
  assert.deepEqual(read('q=%20 이어폰 &minPrice=10,000&maxPrice=abc&inStock=true&sort=price-asc'), {
    q: '이어폰',
    minPrice: 10_000,
    inStock: true,
    sort: 'price-asc',
  })
  assert.deepEqual(read('minPrice=１０，０００&maxPrice=20,000 '), {
    minPrice: 10_000,
    maxPrice: 20_000,
    sort: 'popular',
  })
  assert.deepEqual(read('q=&category=&minPrice=&maxPrice=&inStock=&sort=&cursor='), { sort: 'popular' })
  assert.deepEqual(read('minPrice=0x10&maxPrice=1e3'), { sort: 'popular' })
  assert.deepEqual(read('minPrice=-5&maxPrice=1.5&inStock=yes&sort=best&category=' + 'x'.repeat(61)), {
    sort: 'popular',
  })
})

test('matches come first only where something was searched for', () => {
  assert.equal(read('q=컵').sort, 'relevance')
  assert.equal(read('sort=relevance').sort, 'popular')
})

test('Hangul typed apart is searched for composed', () => {
  assert.equal(read(`q=${encodeURIComponent('컵'.normalize('NFD'))}`).q, '컵')
})

test('a search that is too long ends between characters', () => {
  assert.equal(read(`q=${encodeURIComponent(`${'가'.repeat(99)}🙂나`)}`).q, '가'.repeat(99))
})

test('changing a filter starts paging anew and keeps the rest', () => {
  const query = read('q=컵&category=living&cursor=abc&sort=newest')
  assert.equal(addressOf(query, { inStock: true }), '/products?q=%EC%BB%B5&category=living&sort=newest&inStock=true')
  assert.equal(addressOf(query, { q: undefined, category: undefined, sort: 'popular' }), '/products?sort=popular')
  assert.equal(addressOf(read(''), { cursor: 'n' }), '/products?cursor=n')
})
