import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deposit, startDeposits } from '#test/support/shopping/deposits.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { runSweeps } from '../order.fixture.ts'

const HOUR = 3_600_000
const shop = await startPurchases()
const { issued } = startDeposits(shop)

const reminders = async ({ order }: Deposit): Promise<number> =>
  (
    await shop.db('order').query({
      text: `SELECT FROM outbox WHERE name = 'order.deposit_due_soon' AND key = $1`,
      values: [order.id],
    })
  ).length

test('no reminder where it would come with the account itself', async () => {
  const deposit = await issued({ validHours: 2 })
  await runSweeps(shop, 'order')
  assert.equal(await reminders(deposit), 0)
})

test('one reminder before the deposit is due, and none once it was made or the order is over', async () => {
  const waiting = await issued()
  const paid = await issued()
  const canceled = await issued()
  await paid.bank('deposit')
  await paid.becomes('PAID')
  await canceled.cancel()
  shop.runtime.advance(20 * HOUR)
  await runSweeps(shop, 'order')
  assert.equal(await reminders(waiting), 0)
  shop.runtime.advance(HOUR + 60_000)
  for (let i = 0; i < 3; i++) await runSweeps(shop, 'order')
  assert.deepEqual(await Promise.all([waiting, paid, canceled].map(reminders)), [1, 0, 0])
  assert.equal(await waiting.status(), 'AWAITING_DEPOSIT')
})

test('no reminder after the time has passed, though nobody came to send it', async () => {
  const deposit = await issued()
  const [{ id }] = (await shop.db('order').query<{ id: string }>({
    text: `UPDATE orders SET remind_at = pay_before WHERE id = $1 RETURNING id`,
    values: [deposit.order.id],
  })) as [{ id: string }]
  assert.equal(id, deposit.order.id)
  shop.runtime.advance(24 * HOUR + 1_000)
  await runSweeps(shop, 'order')
  assert.equal(await reminders(deposit), 0)
})
