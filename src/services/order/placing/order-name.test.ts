import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SoldLine } from '#services/product/contract.ts'
import { orderName } from '../order.ts'

const line = (productName: string) => ({ productName }) as SoldLine

test('an order is called by its first item and how many more, within what Toss takes', () => {
  assert.equal(orderName([line('컵')]), '컵')
  assert.equal(orderName([line('컵'), line('접시'), line('수저')]), '컵 외 2건')
  assert.equal(orderName([line('a'.repeat(100))]), 'a'.repeat(100))
  assert.equal(orderName([line('a'.repeat(101))]), `${'a'.repeat(99)}…`)
})

test('a name is never cut inside a character', () => {
  assert.equal(orderName([line(`${'a'.repeat(98)}🙂b`)]), `${'a'.repeat(98)}…`)
  assert.equal(orderName([line(`${'a'.repeat(97)}👩‍👩‍👧b`), line('컵')]), `${'a'.repeat(94)}… 외 1건`)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 100 }),
      (name, lines) => {
        fc.pre(name.isWellFormed())
        const called = orderName(Array.from({ length: lines }, () => line(name)))
        assert.ok(called.length <= 100 && called.isWellFormed(), called)
      },
    ),
  )
})
