import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceOf, nearestOf } from './edit-distance.ts'

test('words are as far apart as there are letters to put right, swapped neighbours being one', () => {
  for (const [a, b, distance] of [
    ['', '', 0],
    ['order', 'order', 0],
    ['order', 'orders', 1],
    ['ordre', 'order', 1],
    ['oder', 'order', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
  ] as const) {
    assert.equal(distanceOf(a, b), distance, `${a} ${b}`)
    assert.equal(distanceOf(b, a), distance)
  }
})

test('the nearest is the one with fewest letters to put right, if that is few enough', () => {
  assert.equal(nearestOf('orders', ['cart', 'orderly', 'order'], 2), 'order')
  assert.equal(nearestOf('orders', ['cart', 'payment'], 2), undefined)
  assert.equal(nearestOf('x', [], 2), undefined)
})
