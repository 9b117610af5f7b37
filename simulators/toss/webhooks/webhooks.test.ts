import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { MINUTE } from '../clock.ts'
import { paid, simulatorStore, startSimulator, webhookReceiver } from '../simulator.fixture.ts'
import { RETRY_AFTER } from './webhooks.ts'

const runtime = steerableRuntime()
const store = await simulatorStore(runtime)
let url: string | undefined
const toss = await startSimulator({ ...store, runtime, webhookUrl: () => url, webhookAnswerWithin: 400 })

const waiting = async () => (await toss.call('GET', '/webhooks')).body.items
const noneWaiting = () => eventually(async () => (await waiting()).length === 0, 'every webhook is accepted')
const due = () => toss.simulator.dueWebhooks(runtime.now())

/** A receiver of this test's own, registered as the merchant's address. */
const registered = async () => {
  const receiver = await webhookReceiver()
  url = receiver.url
  return receiver
}

test('a payment event is the Payment under its name, with three headers and no signature', async () => {
  const shop = await registered()
  const key = await paid(toss, 'hook-0001', 10_000)
  const [event] = await shop.first(1)
  assert.equal(event!.body.eventType, 'PAYMENT_STATUS_CHANGED')
  assert.match(event!.body.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/)
  assert.deepEqual(event!.body.data, (await toss.get(`/v1/payments/${key}`)).body)
  assert.match(String(event!.headers['tosspayments-webhook-transmission-time']), /\+09:00$/)
  assert.equal(event!.headers['tosspayments-webhook-transmission-retried-count'], '0')
  assert.ok(event!.headers['tosspayments-webhook-transmission-id'])
  assert.equal(event!.headers['tosspayments-webhook-signature'], undefined)
  await noneWaiting()
})

test('each cancel is told', async () => {
  const shop = await registered()
  const key = await paid(toss, 'hook-0002', 10_000)
  await toss.cancel(key, { cancelAmount: 4_000 })
  await toss.cancel(key, {})
  const told = await shop.first(3)
  assert.deepEqual(
    told.map((each) => each.body.data.balanceAmount).sort((a, b) => b - a),
    [10_000, 6_000, 0],
  )
  await noneWaiting()
})

test('a webhook not answered 200 is tried seven times more, after 1, 4, 16, 64, 256, 1024 and 4096 minutes', async () => {
  const shop = await registered()
  shop.answerWith(500)
  await paid(toss, 'hook-0003', 10_000)
  await shop.first(1)
  const tries = (count: number) =>
    eventually(async () => (await waiting())[0]?.tries === count, `the try ${count} is written down`)
  await tries(1)
  for (const [index, wait] of RETRY_AFTER.entries()) {
    runtime.advance(wait - 20_000)
    assert.equal(await due(), 0, `nothing before ${wait / MINUTE} minutes`)
    runtime.advance(20_001)
    assert.equal(await due(), 1)
    assert.equal(shop.received.length, index + 2)
    await tries(index + 2)
  }
  runtime.advance(10_000 * MINUTE)
  assert.equal(await due(), 0)
  const [given] = await waiting()
  assert.deepEqual([given.tries, given.dueAt, given.lastError], [8, null, 'answered 500'])
  const counts = shop.received.map((each) => each.headers['tosspayments-webhook-transmission-retried-count'])
  assert.deepEqual(counts, ['0', '1', '2', '3', '4', '5', '6', '7'])
  assert.equal(new Set(shop.received.map((each) => each.headers['tosspayments-webhook-transmission-id'])).size, 1)
  await store.db.query({ text: 'delete from webhook', values: [] })
})

test('a receiver that does not answer in time has failed', async () => {
  const shop = await registered()
  shop.answerWith('never')
  await paid(toss, 'hook-0004', 10_000)
  await eventually(async () => (await waiting())[0]?.tries === 1, 'the silent try is written down')
  shop.answerWith(200)
  runtime.advance(MINUTE + 1)
  assert.equal(await due(), 1)
  await noneWaiting()
})

test('webhooks of a process that died are sent by another once its lease is over', async () => {
  const shop = await registered()
  shop.answerWith('never')
  const mortal = await startSimulator({
    db: store.another(),
    runtime,
    webhookUrl: () => url,
    webhookAnswerWithin: 60_000,
  })
  await mortal.confirm(await mortal.approve('hook-0005', 10_000), 'hook-0005', 10_000)
  await shop.first(1)
  await mortal.stop()
  shop.answerWith(200)
  assert.equal(await due(), 0)
  runtime.advance(30_001)
  assert.equal(await due(), 1)
  assert.equal(shop.received.length, 2)
  await noneWaiting()
})

test('while no address is known, what is due waits', async () => {
  const shop = await registered()
  shop.answerWith(500)
  await paid(toss, 'hook-wait', 10_000)
  await eventually(async () => (await waiting())[0]?.tries === 1, 'the try is written down')
  runtime.advance(MINUTE + 1)
  url = undefined
  assert.equal(await due(), 0)
  assert.equal((await waiting()).length, 1)
  url = shop.url
  shop.answerWith(200)
  assert.equal(await due(), 1)
  await noneWaiting()
})

test('told to, it delivers before the confirm is answered', async () => {
  const shop = await registered()
  await toss.faults({ 'webhook-before-response': { scope: 'confirm' } })
  for (let i = 0; i < 5; i++) {
    await paid(toss, `hook-before-${i}`, 10_000)
    assert.equal(shop.received.length, i + 1)
  }
  await toss.calm()
})

test('told to, it repeats a webhook under the same transmission, or as one of its own', async () => {
  const shop = await registered()
  const ids = () => shop.received.map((each) => each.headers['tosspayments-webhook-transmission-id'])
  await toss.faults({ 'webhook-duplicate': { times: 7, count: 1 } })
  await paid(toss, 'hook-0006', 10_000)
  await shop.first(8)
  assert.equal(new Set(ids()).size, 1)
  await toss.faults({ 'webhook-duplicate': { times: 1, freshId: true, scope: 'confirm' } })
  await paid(toss, 'hook-0007', 10_000)
  await shop.first(10)
  assert.equal(new Set(ids()).size, 3)
  await toss.calm()
  await noneWaiting()
})

test('told to, it lets a later webhook overtake an earlier one', async () => {
  const shop = await registered()
  await toss.faults({ 'webhook-reorder': { scope: 'confirm', ms: 5_000 } })
  const key = await paid(toss, 'hook-0008', 10_000)
  await toss.cancel(key, {})
  await shop.first(1)
  runtime.advance(5_001)
  assert.equal(await due(), 1)
  assert.deepEqual(
    shop.received.map((each) => each.body.data.status),
    ['CANCELED', 'DONE'],
  )
  await toss.calm()
})

test('told to, it sends none', async () => {
  const shop = await registered()
  await toss.faults({ 'webhook-off': { scope: 'any' } })
  await paid(toss, 'hook-0009', 10_000)
  await toss.calm()
  assert.deepEqual([(await waiting()).length, shop.received.length], [0, 0])
})

test('a receiver that hangs does not slow a confirm', async () => {
  const shop = await registered()
  shop.answerWith('never')
  await Promise.all(Array.from({ length: 300 }, (_, i) => paid(toss, `hook-many-${i}`, 10_000)))
  shop.answerWith(200)
  runtime.advance(2 * MINUTE)
  await eventually(async () => {
    runtime.advance(MINUTE)
    await due()
    return (await waiting()).length === 0
  }, 'all are accepted')
  const orders = new Set(shop.received.map((each) => each.body.data.orderId))
  assert.equal(orders.size, 300)
})
