import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdingSleeps, steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { DAY } from '../clock.ts'
import { paid, simulatorStore, startSimulator } from '../simulator.fixture.ts'
import { developmentKeys } from '../simulator.ts'

const DELAY = 300_000
const delays = holdingSleeps(steerableRuntime(), DELAY)
const { runtime } = delays
const store = await simulatorStore(runtime)
const toss = await startSimulator({ ...store, runtime })
const under = (key: string) => ({ 'idempotency-key': key })

test('the same key gets the first answer byte for byte, and nothing is done again', async () => {
  const key = await paid(toss, 'again-0001', 10_000)
  const first = await toss.cancel(key, { cancelAmount: 1_000 }, under('a'))
  const second = await toss.cancel(key, { cancelAmount: 1_000 }, under('a'))
  assert.equal(first.status, 200)
  assert.equal(second.text, first.text)
  assert.equal((await toss.get(`/v1/payments/${key}`)).body.balanceAmount, 9_000)
})

test('a refusal is repeated too, even when the second body would do', async () => {
  const key = await toss.approve('again-0002', 10_000)
  const first = await toss.confirm(key, 'again-0002', 9_999, under('b'))
  const corrected = await toss.confirm(key, 'again-0002', 10_000, under('b'))
  assert.deepEqual([corrected.status, corrected.text], [400, first.text])
  const invalid = await toss.post('/v1/payments/confirm', {}, under('b2'))
  const valid = await toss.confirm(key, 'again-0002', 10_000, under('b2'))
  assert.deepEqual([valid.status, valid.text], [400, invalid.text])
  assert.equal((await toss.confirm(key, 'again-0002', 10_000, under('b3'))).status, 200)
})

test('the scope of a key is the API key, the method and the address', async () => {
  const keys = [await paid(toss, 'again-0003', 10_000), await paid(toss, 'again-0004', 10_000)]
  for (const key of keys)
    assert.equal((await toss.cancel(key, { cancelAmount: 1_000 }, under('c'))).body.paymentKey, key)
  const other = await toss.call(
    'POST',
    `/api/v1/payments/${keys[0]}/cancel`,
    { cancelReason: 'x' },
    {
      ...under('c'),
      authorization: toss.basic(developmentKeys[1]!.secretKey),
    },
  )
  assert.equal(other.status, 404)
})

test('a key is remembered for 15 days', async () => {
  const key = await paid(toss, 'again-0005', 10_000)
  await toss.cancel(key, { cancelAmount: 1_000 }, under('d'))
  runtime.advance(15 * DAY - 60_000)
  await toss.cancel(key, { cancelAmount: 1_000 }, under('d'))
  assert.equal((await toss.get(`/v1/payments/${key}`)).body.balanceAmount, 9_000)
  runtime.advance(120_000)
  const later = await toss.cancel(key, { cancelAmount: 1_000 }, under('d'))
  assert.equal(later.body.balanceAmount, 8_000)
  assert.equal((await toss.cancel(key, { cancelAmount: 1_000 }, under('d'))).text, later.text)
})

test('a key of more than 300 characters is refused', async () => {
  const key = await paid(toss, 'again-0006', 10_000)
  const answer = await toss.cancel(key, {}, under('x'.repeat(301)))
  assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_IDEMPOTENCY_KEY'])
  assert.equal((await toss.cancel(key, {}, under('x'.repeat(300)))).status, 200)
})

test('while the first is running the same key is told to wait', async () => {
  const key = await paid(toss, 'again-0007', 10_000)
  await toss.faults({ delay: { scope: 'cancel', ms: DELAY, count: 1 } })
  const slow = toss.cancel(key, { cancelAmount: 1_000 }, under('e'))
  await eventually(() => delays.held() === 1, 'the first is running')
  const busy = await toss.cancel(key, { cancelAmount: 1_000 }, under('e'))
  assert.deepEqual([busy.status, busy.body.code], [409, 'IDEMPOTENT_REQUEST_PROCESSING'])
  delays.wake()
  const { text } = await slow
  assert.equal((await toss.cancel(key, {}, under('e'))).text, text)
  await toss.calm()
})

test('a GET pays no attention to the key', async () => {
  const key = await paid(toss, 'again-0008', 10_000)
  assert.equal((await toss.get(`/v1/payments/${key}`, under('g'))).body.status, 'DONE')
  await toss.cancel(key, {})
  assert.equal((await toss.get(`/v1/payments/${key}`, under('g'))).body.status, 'CANCELED')
})

test('an answer lost after the work was done is found again under its key', async () => {
  const key = await toss.approve('again-0009', 10_000)
  await toss.faults({ 'drop-after-commit': { scope: 'confirm', count: 1 } })
  await assert.rejects(toss.confirm(key, 'again-0009', 10_000, under('h')))
  const found = await toss.confirm(key, 'again-0009', 10_000, under('h'))
  assert.deepEqual([found.status, found.body.status], [200, 'DONE'])
})
