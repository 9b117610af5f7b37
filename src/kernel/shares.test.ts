import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shareOf, unitShares } from './shares.ts'

const total = fc.integer({ min: 0, max: 100_000_000_000 })
const units = fc.integer({ min: 1, max: 300 })

test('shares of units sum to the total, differ by one won at most, and the lowest units have the more', () => {
  fc.assert(
    fc.property(total, units, (won, n) => {
      const shares = unitShares(won, n)
      assert.equal(shares.length, n)
      assert.equal(
        shares.reduce((sum, each) => sum + each, 0),
        won,
      )
      assert.ok(shares[0]! - shares.at(-1)! <= 1)
      assert.deepEqual(
        shares,
        shares.toSorted((a, b) => b - a),
      )
    }),
  )
})

test('the share of the lowest units is the sum of theirs', () => {
  fc.assert(
    fc.property(total, units, fc.nat(), (won, n, any) => {
      const count = any % (n + 1)
      const sum = unitShares(won, n)
        .slice(0, count)
        .reduce((all, each) => all + each, 0)
      assert.equal(shareOf(won, n, count), sum)
    }),
  )
})

test('taken in portions, some of which come back, each unit costs its own share and all together the total', () => {
  const step = fc.record({ count: fc.integer({ min: 1, max: 9 }), comesBack: fc.boolean() })
  fc.assert(
    fc.property(total, fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 30 }), (won, n, steps) => {
      // A model that knows each unit by its place: the lowest that is there goes first.
      const shares = unitShares(won, n)
      const there = new Set(shares.keys())
      const taken: number[][] = []
      let left = won
      for (const { count, comesBack } of steps) {
        const lowest = [...there].sort((a, b) => a - b).slice(0, count)
        if (lowest.length === 0) continue
        const share = shareOf(left, there.size, lowest.length)
        assert.equal(
          share,
          lowest.reduce((sum, unit) => sum + shares[unit]!, 0),
        )
        left -= share
        for (const unit of lowest) there.delete(unit)
        taken.push(lowest)
        const back = comesBack ? taken.shift()! : []
        for (const unit of back) {
          there.add(unit)
          left += shares[unit]!
        }
      }
      if (there.size > 0) assert.equal(shareOf(left, there.size, there.size), left)
      else assert.equal(left, 0)
    }),
  )
})

test('what cannot be divided is refused', () => {
  for (const wrong of [
    [-1, 1],
    [1.5, 1],
    [1, 0],
    [1, 1.5],
  ] as const)
    assert.throws(() => unitShares(wrong[0], wrong[1]), RangeError)
  for (const count of [-1, 3, 0.5]) assert.throws(() => shareOf(10, 2, count), RangeError)
})
