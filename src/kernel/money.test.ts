import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { looseSum, MAX_WON, sumSchema, sumWon, won, wonSchema } from './money.ts'

describe('money', () => {
  test('is a whole number; anything else is refused, never rounded', () => {
    assert.equal(won(12_900), 12_900)
    assert.equal(won(-500), -500)
    for (const wrong of [0.5, Number.NaN, Infinity, 2 ** 53, -(2 ** 53)]) assert.throws(() => won(wrong), RangeError)
  })

  test('adds up exactly, in any order', () => {
    assert.equal(sumWon([]), 0)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -MAX_WON, max: MAX_WON }), { maxLength: 1_000 }), (amounts) => {
        const exact = amounts.reduce((sum, each) => sum + BigInt(each), 0n)
        assert.equal(BigInt(sumWon(amounts)), exact)
        assert.equal(sumWon(amounts.toReversed()), sumWon(amounts))
      }),
    )
  })

  test('a sum that left the safe integers is refused', () => {
    assert.throws(() => sumWon([Number.MAX_SAFE_INTEGER, 1]), RangeError)
    assert.throws(() => sumWon([0.1, 0.2]), RangeError)
  })

  test('a sum for showing stops at the greatest safe integer', () => {
    assert.equal(looseSum([MAX_WON, MAX_WON]), 2 * MAX_WON)
    const most = looseSum(Array.from({ length: 200 }, () => 999 * MAX_WON))
    assert.equal(most, Number.MAX_SAFE_INTEGER)
    assert.ok(sumSchema.safeParse(most).success)
  })

  test('travels as a whole number from 0 to the greatest we accept', () => {
    for (const right of [0, 1, MAX_WON]) assert.ok(wonSchema.safeParse(right).success)
    for (const wrong of [-1, 0.1, MAX_WON + 1, '100', null]) assert.ok(!wonSchema.safeParse(wrong).success)
  })
})
