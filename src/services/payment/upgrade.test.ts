import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { insert } from '#test/support/schema.ts'
import { freshStores } from '#test/support/stores.ts'

// Refunds stored under the schema of before they were made one after another are carried over.

const migrations = new URL('./migrations/', import.meta.url)
const LAST_BEFORE = 4

test('of several refunds of a payment under way the first goes on, and the others wait for it', async () => {
  const stores = await freshStores(['payment'])
  const connection = serviceConnection(stores.admin, 'payment')
  const former = await mkdtemp(join(tmpdir(), 'former-'))
  for (const file of await readdir(migrations))
    if (Number(file.slice(0, 4)) <= LAST_BEFORE) await cp(new URL(file, migrations), join(former, file))
  await migrate(connection, 'payment', pathToFileURL(`${former}/`))
  await rm(former, { recursive: true })
  const db = stores.open('payment')
  const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000)
  const paymentOf = async (): Promise<string> => {
    const id = randomUUID()
    const payment = { id, order_id: id, payment_key: id, amount: 10_000, state: 'CAPTURED', refund_requested: 5_000 }
    await db.query(insert('payment', { ...payment, created_at: at(0), next_check_at: at(0) }))
    return id
  }
  const refundOf = async (payment: string, state: string, seconds: number): Promise<void> => {
    const refund = {
      id: randomUUID(),
      payment_id: payment,
      order_id: payment,
      amount: 1_000,
      reason: `${seconds}`,
      state,
    }
    await db.query(insert('refund', { ...refund, created_at: at(seconds), next_try_at: at(seconds) }))
  }
  const [several, one] = [await paymentOf(), await paymentOf()]
  await refundOf(several, 'REQUESTED', 3)
  await refundOf(several, 'REQUESTED', 1)
  await refundOf(several, 'REFUNDED', 0)
  await refundOf(several, 'REFUSED', 0)
  await refundOf(several, 'REQUESTED', 2)
  await refundOf(one, 'REQUESTED', 9)

  await migrate(connection, 'payment', migrations)
  const found = async (payment: string) =>
    db.query({
      text: `SELECT reason, state, maybe_sent AS sent, tax_free_amount AS "taxFree" FROM refund
        WHERE payment_id = $1 ORDER BY created_at, state`,
      values: [payment],
    })
  const row = (reason: string, state: string, sent = false) => ({ reason, state, sent, taxFree: 0 })
  assert.deepEqual(await found(several), [
    row('0', 'REFUNDED'),
    row('0', 'REFUSED'),
    row('1', 'REQUESTED'),
    row('2', 'QUEUED', true),
    row('3', 'QUEUED', true),
  ])
  assert.deepEqual(await found(one), [row('9', 'REQUESTED')])
})
