import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { MAX_WON } from '#kernel/money.ts'
import { priced, type Described } from './cart.ts'
import { cart } from './contract.ts'

const cartOf = (lines: readonly { quantity: number; unitPrice: number; available?: number; chosen?: boolean }[]) => {
  const described = lines.map(
    ({ unitPrice, available = 1_000 }) =>
      ({
        skuId: randomUUID(),
        productId: randomUUID(),
        productName: '금괴',
        imageUrl: null,
        options: {},
        unitPrice,
        available,
        onSale: true,
      }) as Described,
  )
  const items = lines.map(({ quantity, chosen = true }, i) => ({
    skuId: described[i]!.skuId,
    quantity,
    chosen,
    addedAt: 0,
  }))
  const shown = priced(items, new Map(described.map((each) => [each.skuId, each])))
  cart.operations.get.output.parse(shown)
  return shown
}

test('a cart says when it costs more than one order can', () => {
  const { amount, amountTooLarge } = cartOf([{ quantity: 1, unitPrice: MAX_WON }])
  assert.deepEqual([amount, amountTooLarge], [MAX_WON, false])
  const more = cartOf([
    { quantity: 1, unitPrice: MAX_WON },
    { quantity: 1, unitPrice: 10 },
  ])
  assert.deepEqual([more.amount, more.amountTooLarge], [MAX_WON + 10, true])
})

test('what is not chosen can cost what it wants', () => {
  const { amount, amountTooLarge } = cartOf([
    { quantity: 1, unitPrice: MAX_WON },
    { quantity: 1, unitPrice: 10, chosen: false },
  ])
  assert.deepEqual([amount, amountTooLarge], [MAX_WON + 10, false])
})

test('what cannot be bought does not count', () => {
  const { amount, amountTooLarge } = cartOf([
    { quantity: 1, unitPrice: 10 },
    { quantity: 2, unitPrice: MAX_WON, available: 1 },
  ])
  assert.deepEqual([amount, amountTooLarge], [10, false])
})

test('however much is in it, it can be shown', () => {
  const { items, amount, amountTooLarge } = cartOf(
    Array.from({ length: 200 }, () => ({ quantity: 999, unitPrice: MAX_WON })),
  )
  assert.equal(items[0]!.amount, 999 * MAX_WON)
  assert.deepEqual([amount, amountTooLarge], [Number.MAX_SAFE_INTEGER, true])
})
