import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { blocked } from '#test/support/blocked.ts'
import { freshSchema, insert } from '#test/support/schema.ts'
import { lockReservations } from './stock-store.ts'

const db = await freshSchema('product')

const held = (id: string) => ({
  id,
  state: 'HELD',
  expires_at: new Date(0),
  sku_ids: `{${randomUUID()}}`,
  quantities: '{1}',
  unit_prices: '{10}',
})

test('whoever a reservation began to lend to while it was waited for is locked with it', async () => {
  const [lender, borrower] = [randomUUID(), randomUUID()]
  await db.query(insert('reservation', held(lender)))
  const { locking } = await db.tx('other', async (tx) => {
    await tx.query(sql`SELECT FROM reservation WHERE id = ${lender} FOR UPDATE`)
    const started = db.tx('this', (other) => lockReservations(other, [lender]))
    await blocked(db, 1)
    await tx.query(insert('reservation', { ...held(borrower), borrows_from: lender, borrowed: '{1}' }))
    await tx.query(sql`UPDATE reservation SET lent_to = ${borrower} WHERE id = ${lender}`)
    return { locking: started }
  })
  const locked = await locking
  assert.deepEqual([...locked.keys()].toSorted(), [lender, borrower].toSorted())
  assert.equal(locked.get(lender)!.lentTo, borrower)
})
