import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { request } from 'undici'
import { steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { simulatorStore, startSimulator, webhookReceiver } from './simulator.fixture.ts'
import { developmentKeys } from './simulator.ts'

const authorization = `Basic ${Buffer.from(`${developmentKeys[0]!.secretKey}:`).toString('base64')}`

test('a process killed in the middle of its work loses nothing it has answered', async () => {
  const runtime = steerableRuntime()
  const store = await simulatorStore(runtime)
  const shop = await webhookReceiver()
  shop.answerWith('never')
  const child = fork(new URL('./survival-process.fixture.ts', import.meta.url), [
    JSON.stringify(store.settings),
    shop.url,
  ])
  const [origin] = (await once(child, 'message')) as [string]

  const post = async (path: string, body: object, key?: string) => {
    const answer = await request(`${origin}/simulators/toss${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...(key && { 'idempotency-key': key }) },
      body: JSON.stringify(body),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  const answered = new Map<string, { paymentKey: string; text: string }>()
  let killed = false
  const buy = async (orderId: string): Promise<void> => {
    try {
      const { paymentKey } = JSON.parse((await post('/approve', { orderId, amount: 10_000 })).text)
      const { status, text } = await post('/api/v1/payments/confirm', { paymentKey, orderId, amount: 10_000 }, orderId)
      if (status === 200) answered.set(orderId, { paymentKey, text })
    } catch {
      assert.ok(killed)
    }
  }
  const buyers = Array.from({ length: 16 }, async (_, buyer) => {
    for (let i = 0; !killed; i++) await buy(`survive-${buyer}-${i}`)
  })
  await eventually(() => answered.size > 100, 'a hundred payments are approved')
  killed = true
  child.kill('SIGKILL')
  await Promise.all(buyers)

  const toss = await startSimulator({ db: store.db, runtime, webhookUrl: () => shop.url })
  for (const [orderId, { paymentKey, text }] of answered) {
    const here = text.replaceAll(origin, toss.origin)
    assert.equal((await toss.get(`/v1/payments/${paymentKey}`)).text, here, 'the payment is as it was answered')
    const again = await toss.confirm(paymentKey, orderId, 10_000, { 'idempotency-key': orderId })
    assert.equal(again.text, text, 'the key still gets its first answer')
  }
  shop.answerWith(200)
  shop.received.length = 0
  await eventually(async () => {
    runtime.advance(60_001)
    await toss.simulator.dueWebhooks(runtime.now())
    return (await toss.call('GET', '/webhooks')).body.items.length === 0
  }, 'every webhook is accepted')
  const told = new Set(shop.received.map((each) => each.body.data.orderId))
  for (const orderId of answered.keys()) assert.ok(told.has(orderId), `${orderId} was told`)
})
