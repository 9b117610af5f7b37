import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Database, Tx } from '#kernel/store.ts'
import { type Won, won } from '#kernel/money.ts'
import { unpaidLines } from '#services/order/placing/allocation.ts'
import { lockOrders, replaceLines } from '#services/order/store.ts'
import { blocked } from '../support/blocked.ts'
import { type Guarded, startGuarded } from './shop.ts'

/** What a reader that locks an order makes of it: its amount, and what its lines cost. */
type Read = (tx: Tx, id: string) => Promise<{ amount: number; lines: number }>

/** A reader waits for the order while its items are changed from one unit to three. */
const race = async (shop: Guarded, read: Read): Promise<{ amount: number; lines: number }> => {
  const { id } = await shop.buyer().place(await shop.sku(10))
  const db = shop.db('order') as Database
  let begin = (): void => {}
  const locked = new Promise<void>((resolve) => (begin = resolve))
  const changing = db.tx('order.change-items', async (tx) => {
    const order = (await lockOrders(tx, [id])).get(id)!
    begin()
    await blocked(db, 1)
    const lines = unpaidLines(order.lines.map((line) => ({ ...line, quantity: 3 })))
    await replaceLines(tx, { ...order, lines, amount: won(3_000) as Won })
  })
  await locked
  const seen = db.tx('order.read', (tx) => read(tx, id))
  await changing
  return seen
}

describe('lines read after the lock', () => {
  test('an order that had to be waited for is seen with the lines it has now', async () => {
    const seen = await race(await startGuarded(), async (tx, id) => {
      const order = (await lockOrders(tx, [id])).get(id)!
      return {
        amount: order.amount,
        lines: order.lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0),
      }
    })
    assert.deepEqual(seen, { amount: 3_000, lines: 3_000 })
  })

  test('twin: read by the statement that locks, the order is new and its lines are old', async () => {
    const seen = await race(await startGuarded(), async (tx, id) => {
      const [row] = await tx.query<{ amount: number; lines: number }>({
        text: `SELECT amount, (SELECT sum(unit_price * quantity)::bigint FROM order_line WHERE order_id = orders.id) AS lines
               FROM orders WHERE id = $1 FOR NO KEY UPDATE`,
        values: [id],
      })
      return row!
    })
    assert.deepEqual(seen, { amount: 3_000, lines: 1_000 })
  })
})
