import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_WON } from '#kernel/money.ts'
import type { Order } from '#services/order/contract.ts'
import { order as orders } from '#services/order/contract.ts'
import { KINDS_AT_MOST, WON_AT_MOST } from '../cart/limits.ts'
import { isOrderable } from '../cart/cart.server.ts'
import { asChangeOf, sameItems, type CheckoutLine } from './checkout.server.ts'
import { amountIn, heldUnits, holderOf, unpaidOrders } from './unpaid.server.ts'

const line = (skuId: string, quantity: number, unitPrice = 1_000) => ({
  skuId,
  quantity,
  unitPrice,
  amount: unitPrice * quantity,
  productName: skuId,
  imageUrl: null,
  options: {},
})
const order = (id: string, payBefore: number, ...lines: ReturnType<typeof line>[]): Order =>
  ({ id, status: 'PENDING_PAYMENT', payBefore: new Date(payBefore).toISOString(), lines }) as never
const begun = (id: string, ...lines: ReturnType<typeof line>[]): Order =>
  ({ ...order(id, 0, ...lines), status: 'AWAITING_DEPOSIT' }) as Order
const asked = (...lines: ReturnType<typeof line>[]): CheckoutLine[] =>
  lines.map((each) => ({ ...each, available: true }))

test('only a member has unpaid orders, and only those that can still be paid count', async () => {
  const seen: unknown[] = []
  const shop = {
    order: {
      list: async (given: unknown) => (seen.push(given), { items: [order('b', 2_000), order('a', 1_000), begun('c')] }),
    },
  }
  const visit = (kind: string) => ({ page: { viewer: { kind }, now: () => 1_000 }, shop }) as never
  assert.deepEqual(
    (await unpaidOrders(visit('member'))).map((each) => each.id),
    ['b', 'c'],
  )
  assert.deepEqual(await unpaidOrders(visit('guest')), [])
  assert.deepEqual(seen, [{ status: 'PENDING_PAYMENT,PAYING,AWAITING_DEPOSIT', limit: 50 }])
})

test('of several orders the newest is gone on with', () => {
  const all = [order('new', 9, line('x', 1)), order('old', 5, line('x', 2), line('y', 1), line('y', 2, 500))]
  assert.equal(holderOf(all, [{ skuId: 'y' }, { skuId: 'x' }])?.id, 'new')
  assert.equal(holderOf(all, [{ skuId: 'y' }])?.id, 'old')
  assert.equal(holderOf(all, [{ skuId: 'z' }]), undefined)
  const held = heldUnits(all)
  assert.deepEqual([held.get('x')?.orderId, held.get('x')?.quantity], ['new', 1])
  assert.equal(held.get('y')?.quantity, 3)
  // One that can still be changed comes before one whose payment has begun.
  const mixed = heldUnits([begun('paying', line('x', 5)), order('open', 9, line('x', 1))])
  assert.deepEqual([mixed.get('x')?.orderId, mixed.get('x')?.status], ['open', 'PENDING_PAYMENT'])
  const item = (available: boolean) => ({ skuId: 'x', available }) as never
  assert.equal(isOrderable(item(false), mixed), true)
  assert.equal(isOrderable(item(false), heldUnits([begun('paying', line('x', 5))])), false)
  assert.equal(isOrderable(item(true), new Map()), true)
})

test('in a changed order held units cost what they were placed at, the rest what it costs now', () => {
  const placed = order('a', 9, line('x', 2, 1_000), line('x', 1, 1_300))
  assert.deepEqual(
    [1, 2, 3, 5].map((quantity) => amountIn(placed, 'x', quantity, 1_500)),
    [1_000, 2_000, 3_300, 6_300],
  )
  assert.equal(amountIn(placed, 'y', 2, 1_500), 3_000)
})

test('a change keeps what its reader has not decided on, and names what it drops', () => {
  const placed = order('a', 9, line('x', 1, 900), line('y', 1), line('z', 2))
  const { lines, leftOut } = asChangeOf(placed, {
    lines: asked(line('x', 2)),
    leftOut: [],
    decided: new Set(['x', 'y']),
  })
  assert.deepEqual(
    lines.map((each) => [each.skuId, each.quantity, each.amount]),
    [
      ['x', 2, 1_900],
      ['z', 2, 2_000],
    ],
  )
  assert.deepEqual(
    leftOut.map((each) => [each.skuId, each.why]),
    [['y', 'dropped']],
  )
})

test('an order is for the same items whatever lines they are on', () => {
  const placed = order('a', 9, line('x', 2), line('x', 1, 500))
  assert.equal(sameItems(placed, [{ skuId: 'x', quantity: 3 }]), true)
  assert.equal(sameItems(placed, [{ skuId: 'x', quantity: 2 }]), false)
  assert.equal(
    sameItems(placed, [
      { skuId: 'x', quantity: 3 },
      { skuId: 'y', quantity: 1 },
    ]),
    false,
  )
})

test('the pages say the limits that the shop has', () => {
  assert.equal(WON_AT_MOST, MAX_WON)
  const items = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      skuId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      quantity: 1,
    }))
  const { items: schema } = orders.operations.place.input.shape
  assert.equal(schema.safeParse(items(KINDS_AT_MOST)).success, true)
  assert.equal(schema.safeParse(items(KINDS_AT_MOST + 1)).success, false)
})
