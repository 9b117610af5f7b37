import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRefusal } from './checkout-refusal.ts'

const line = (skuId: string, quantity: number, amount: number) => ({
  skuId,
  quantity,
  amount,
  unitPrice: amount / quantity,
  productName: `${skuId}-name`,
  imageUrl: null,
  options: {},
  available: true,
})
const refusal = (code: string, data: unknown, values: Record<string, string>) => ({
  problem: { code, status: 409, message: code, fields: {}, data },
  values,
})
const amounts = (lines: readonly { skuId: string; amount: number }[]) =>
  Object.fromEntries(lines.map((each) => [each.skuId, each.amount]))

test('a changed price counts as told, also while the window shows the former one; what was seen stands beside it', () => {
  const data = {
    expected: 3_000,
    amount: 3_900,
    // Of x one unit was held at its former price.
    lines: [
      { skuId: 'x', quantity: 1, unitPrice: 1_000 },
      { skuId: 'x', quantity: 1, unitPrice: 1_900 },
      { skuId: 'y', quantity: 1, unitPrice: 1_000 },
    ],
  }
  const loaded = { lines: [line('x', 2, 2_000), line('y', 1, 1_000)], leftOut: [], open: undefined }
  const read = readRefusal(refusal('PRICE_CHANGED', data, { 'item.x': '2:2000', 'item.y': '1:1000' }), loaded)
  assert.deepEqual(amounts(read.lines), { x: 2_900, y: 1_000 })
  assert.deepEqual([...read.before], [['x', 2_000]])
  assert.deepEqual(read.priceChange, { expected: 3_000, amount: 3_900 })
})

test('refused for something else, the reader sees the amounts they had agreed to, unless it is another order', () => {
  const loaded = { lines: [line('x', 2, 2_000)], leftOut: [], open: undefined }
  const again = readRefusal(refusal('INVALID_INPUT', undefined, { 'item.x': '2:2900' }), loaded)
  assert.deepEqual(amounts(again.lines), { x: 2_900 })
  const others = [
    readRefusal(refusal('INVALID_INPUT', undefined, { 'item.x': '1:2900' }), loaded),
    readRefusal(refusal('UNPAID_ORDER', undefined, { 'item.x': '2:2900' }), { ...loaded, open: { id: 'o' } }),
    readRefusal(undefined, loaded),
  ]
  for (const read of others) assert.deepEqual(amounts(read.lines), { x: 2_000 })
})

test('what is not sold is left out by name, once, and asked about; what is short and still shown says how many are left', () => {
  const loaded = {
    lines: [line('x', 1, 100), line('gone', 1, 50)],
    leftOut: [{ skuId: 'gone', productName: '', options: {}, why: 'short' as const }],
    open: undefined,
  }
  const stopped = { skuIds: ['gone'], items: [{ skuId: 'gone', productName: '의자', options: { 색상: '검정' } }] }
  const read = readRefusal(refusal('SKU_NOT_FOUND', stopped, {}), loaded)
  assert.deepEqual(amounts(read.lines), { x: 100 })
  assert.deepEqual(read.leftOut, [{ skuId: 'gone', productName: '의자', options: { 색상: '검정' }, why: 'stopped' }])
  assert.equal(read.asks, true)

  const short = {
    shortages: [
      { skuId: 'x', requested: 9, available: 2, productName: '이어폰' },
      { skuId: 'away', requested: 9, available: 0, productName: '모자' },
    ],
  }
  const less = readRefusal(refusal('OUT_OF_STOCK', short, {}), { ...loaded, leftOut: [] })
  assert.deepEqual(amounts(less.lines), { x: 100, gone: 50 })
  assert.equal(less.left.get('x'), 2)
  assert.deepEqual(
    less.leftOut.map((each) => [each.skuId, each.why]),
    [['away', 'short']],
  )
})
