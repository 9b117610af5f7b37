import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { paid, simulatorStore, startSimulator } from './simulator.fixture.ts'

const runtime = steerableRuntime()
const store = await simulatorStore(runtime)
const toss = await startSimulator({ ...store, runtime })
const twin = await startSimulator({ db: store.another(), runtime })
const rounds = Array.from({ length: 12 }, (_, round) => round)

test('two processes that cancel one payment never give back more than was paid', async () => {
  for (const round of rounds) {
    const key = await paid(toss, `twin-cancel-${round}`, 10_000)
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 ? toss : twin).cancel(key, { cancelAmount: 6_000 })),
    )
    assert.deepEqual(answers.map((each) => each.status).sort(), [200, 403, 403, 403, 403, 403])
    const { body } = await toss.call('GET', `/record?orderId=twin-cancel-${round}`)
    assert.deepEqual([body.items[0].canceledAmount, body.items[0].cancels.length], [6_000, 1])
  }
})

test('two processes given one key do the work once', async () => {
  for (const round of rounds) {
    const key = await paid(toss, `twin-key-${round}`, 10_000)
    const headers = { 'idempotency-key': `cancel-${round}` }
    const answers = await Promise.all([toss, twin].map((each) => each.cancel(key, { cancelAmount: 1_000 }, headers)))
    assert.equal(answers[0]!.text, answers[1]!.text)
    assert.equal((await toss.get(`/v1/payments/${key}`)).body.balanceAmount, 9_000)
  }
})

test('two processes given one key open one account, and both answer with it', async () => {
  for (const round of rounds) {
    const body = {
      orderId: `twin-open-${round}`,
      amount: 10_000,
      orderName: '원두',
      customerName: '김장터',
      bank: '20',
    }
    const headers = { 'idempotency-key': `open-${round}` }
    const answers = await Promise.all([toss, twin].map((each) => each.post('/v1/virtual-accounts', body, headers)))
    assert.deepEqual(
      answers.map((each) => each.status),
      [200, 200],
    )
    const [first, second] = answers.map((each) => each.body)
    assert.equal(first.paymentKey, second.paymentKey)
  }
})

test('of two windows of one order, each confirmed by another process, one is approved', async () => {
  for (const round of rounds) {
    const orderId = `twin-order-${round}`
    const keys = [await toss.approve(orderId, 10_000), await twin.approve(orderId, 10_000)]
    const answers = await Promise.all([toss, twin].map((each, i) => each.confirm(keys[i]!, orderId, 10_000)))
    assert.deepEqual(answers.map((each) => each.body.code ?? each.body.status).sort(), ['DONE', 'DUPLICATED_ORDER_ID'])
  }
})
