import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenUnits, fieldOf } from './chosen-units.ts'

const lines = [
  { number: 1, quantity: 3, canceling: 0, canceled: 0, refundable: 10_000 },
  { number: 4, quantity: 5, canceling: 1, canceled: 2, refundable: 999 },
  { number: 5, quantity: 1, canceling: 0, canceled: 1, refundable: 0 },
]
const chosen = (fields: Record<number, string>) =>
  chosenUnits(
    lines,
    new URLSearchParams(Object.entries(fields).map(([number, units]) => [fieldOf(Number(number)), units])),
  )

test('each line gives back the share of the units chosen of it', () => {
  assert.deepEqual(chosen({ 1: '2', 4: '1' }), [
    { number: 1, quantity: 2, refund: 6_667 },
    { number: 4, quantity: 1, refund: 500 },
  ])
})

test('of a line no more is chosen than is left, and nothing by what is no number', () => {
  assert.deepEqual(chosen({ 1: '99', 4: '2', 5: '1' }), [
    { number: 1, quantity: 3, refund: 10_000 },
    { number: 4, quantity: 2, refund: 999 },
  ])
  for (const typed of ['', '0', '-1', '1.5', 'one', ' ', '1e9']) assert.deepEqual(chosen({ 1: typed }), [])
  assert.deepEqual(chosen({}), [])
})
