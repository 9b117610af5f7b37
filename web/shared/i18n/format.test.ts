import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countdownText, momentText, priceText } from './format.ts'

test("won are grouped by thousands, in the language's own way", () => {
  assert.equal(priceText(0, 'ko'), '0원')
  assert.equal(priceText(1_234_567, 'ko'), '1,234,567원')
  assert.equal(priceText(12_900, 'en'), '₩12,900')
})

test('instants are told in Korean time, over midnight and the turn of the year too', () => {
  assert.equal(momentText('2026-12-31T15:00:00.000Z'), '2027.01.01 00:00')
  assert.equal(momentText('2026-11-20T05:04:59.999Z'), '2026.11.20 14:04')
})

test('what is left is told in minutes and seconds', () => {
  assert.equal(countdownText(605), '10:05')
  assert.equal(countdownText(9), '0:09')
})
