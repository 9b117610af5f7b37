import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { startDeposits } from '#test/support/shopping/deposits.ts'
import { startPurchases } from '#test/support/purchases.ts'
import { payment } from '../contract.ts'

// Who may send a webhook cannot be known: whatever one says of a deposit, Toss is asked, and only when the secret is right.

const shop = await startPurchases({ webhooks: false })
afterEach(() => shop.simulator.calm())
const { issued } = startDeposits(shop)

const hook = shop.as(payment, { kind: 'anonymous' })
const rows = (text: string, orderId: string): Promise<any[]> => shop.db('payment').query({ text, values: [orderId] })
const secretOf = async (orderId: string): Promise<string> =>
  (await rows('SELECT deposit_secret AS secret FROM payment WHERE order_id = $1', orderId))[0].secret
const stateOf = async (orderId: string): Promise<string> =>
  (await rows('SELECT state FROM payment WHERE order_id = $1', orderId))[0].state
const postings = (orderId: string): Promise<any[]> => rows('SELECT amount FROM posting WHERE order_id = $1', orderId)

const callback = (orderId: string, secret: string, status = 'DONE') =>
  hook.tossWebhook({
    secret,
    status,
    orderId,
    transactionKey: 'x',
    createdAt: '2026-01-02T14:46:59',
  } as never)
const statusChanged = (orderId: string, paymentKey: string, status = 'DONE') =>
  hook.tossWebhook({ eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId, paymentKey, status } } as never)

test('a webhook that says DONE of an account still waiting for its deposit is not believed', async () => {
  const { order, paymentKey, status, becomes, bank, atToss } = await issued()
  const secret = await secretOf(order.id)
  for (const say of [
    () => statusChanged(order.id, paymentKey),
    () => callback(order.id, secret),
    () => statusChanged(order.id, paymentKey, 'PARTIAL_CANCELED'),
    () => statusChanged(order.id, paymentKey, 'CANCELED'),
  ]) {
    assert.deepEqual(await say(), { received: true })
    await shop.settled()
    assert.deepEqual([await status(), await stateOf(order.id)], ['AWAITING_DEPOSIT', 'AWAITING_DEPOSIT'])
    assert.deepEqual(await postings(order.id), [])
  }
  assert.deepEqual(await atToss(), ['WAITING_FOR_DEPOSIT', 0, 0])
  // Said once more after the deposit it is as true as Toss says it is.
  assert.equal(await bank('deposit'), 200)
  await statusChanged(order.id, paymentKey)
  await becomes('PAID')
  assert.equal((await postings(order.id)).length, 2)
})

test('a callback whose secret is wrong is not followed, even where what it says is true', async () => {
  const { order, status, becomes, bank } = await issued()
  const secret = await secretOf(order.id)
  assert.equal(await bank('deposit'), 200)
  for (const wrong of [
    'ps_forged',
    '',
    `${secret}x`,
    secret.toUpperCase() === secret ? secret.toLowerCase() : secret.toUpperCase(),
  ]) {
    assert.deepEqual(await callback(order.id, wrong), { received: true })
    await shop.settled()
    assert.equal(await status(), 'AWAITING_DEPOSIT', wrong)
  }
  assert.deepEqual(await rows('SELECT kind FROM anomaly WHERE order_id = $1', order.id), [
    { kind: 'forged deposit callback' },
  ])
  await callback(order.id, secret)
  await becomes('PAID')
})

test('the secret of another account is a wrong one', async () => {
  const [mine, theirs] = [await issued(), await issued()]
  assert.equal(await mine.bank('deposit'), 200)
  await callback(mine.order.id, await secretOf(theirs.order.id))
  await shop.settled()
  assert.equal(await mine.status(), 'AWAITING_DEPOSIT')
  await callback(mine.order.id, await secretOf(mine.order.id))
  await mine.becomes('PAID')
  assert.equal(await theirs.status(), 'AWAITING_DEPOSIT')
})
