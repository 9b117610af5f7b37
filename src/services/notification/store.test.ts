import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { freshSchema } from '#test/support/schema.ts'
import { silent } from '#test/support/silent.ts'
import { confirmations } from './confirmations.ts'
import type { NewNotification } from './contract.ts'
import { addAll, unreadOf } from './store.ts'

const db = await freshSchema('notification')

test('what was told before is not stored, and not told, again', async () => {
  const memberId = randomUUID()
  const text = { ko: '결제 완료', en: 'Paid' }
  const tellings = [1, 2].map((): NewNotification => {
    const at = new Date(0).toISOString()
    return {
      id: randomUUID(),
      memberId,
      type: 'ORDER_PAID',
      title: text,
      body: text,
      link: null,
      at,
    } as NewNotification
  })
  assert.deepEqual(await addAll(db, tellings.slice(0, 1)), tellings.slice(0, 1))
  assert.deepEqual(await addAll(db, tellings), tellings.slice(1))
  assert.deepEqual(await addAll(db, tellings), [])
  assert.equal(await unreadOf(db, memberId), 2)
})

test('what a letter is about is noted once, however often it is heard of', async () => {
  const runtime = systemRuntime()
  const unasked = () => Promise.reject(new Error('It was not to be asked for this'))
  const call = { member: { find: unasked }, email: { send: unasked } }
  const mails = confirmations({ db, runtime, log: silent, call: call as never, address: () => '' })
  const orderId = randomUUID()
  const payload = { orderId, memberId: randomUUID(), number: '1', orderName: '', amount: 1_000 }
  const paid = { id: `order:${orderId}`, at: 0, name: 'order.paid', payload } as never
  for (let i = 0; i < 2; i++) await db.tx('note', (tx) => mails.note(tx, 'paid', [paid]))
  const noted = await db.query(sql`SELECT id FROM confirmation WHERE order_id = ${orderId}`)
  assert.equal(noted.length, 1)
})
