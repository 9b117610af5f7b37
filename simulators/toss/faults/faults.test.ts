import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { holdingSleeps, steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { paid, simulatorStore, startSimulator } from '../simulator.fixture.ts'

const DELAY = 300_000
const delays = holdingSleeps(steerableRuntime(), DELAY)
const { runtime } = delays
const store = await simulatorStore(runtime)
const toss = await startSimulator({ ...store, runtime })
afterEach(() => toss.calm())

const statusOf = async (key: string) => (await toss.get(`/v1/payments/${key}`)).body.status

test('dropped before the commit, nothing was done', async () => {
  const key = await toss.approve('fault-0001', 10_000)
  await toss.faults({ 'drop-before-commit': { scope: 'confirm' } })
  await assert.rejects(toss.confirm(key, 'fault-0001', 10_000))
  assert.equal(await statusOf(key), 'IN_PROGRESS')
})

test('dropped after the commit, it was approved and the answer is lost', async () => {
  const key = await toss.approve('fault-0002', 10_000)
  await toss.faults({ 'drop-after-commit': { scope: 'confirm' } })
  await assert.rejects(toss.confirm(key, 'fault-0002', 10_000))
  assert.equal(await statusOf(key), 'DONE')
})

test('a delay is served before the work, or after it', async () => {
  const keys = [await toss.approve('fault-0003', 10_000), await toss.approve('fault-0004', 10_000)]
  for (const [i, when] of (['before', 'after'] as const).entries()) {
    await toss.faults({ delay: { scope: 'confirm', ms: DELAY, when } })
    const answer = toss.confirm(keys[i]!, `fault-000${i + 3}`, 10_000)
    await eventually(() => delays.held() === 1, 'it is delayed')
    assert.equal(await statusOf(keys[i]!), when === 'before' ? 'IN_PROGRESS' : 'DONE')
    delays.wake()
    assert.equal((await answer).status, 200)
  }
})

test('a 500 does nothing, and its answer belongs to the idempotency key', async () => {
  const key = await toss.approve('fault-0005', 10_000)
  await toss.faults({ http500: { scope: 'confirm', count: 1 } })
  const failed = await toss.confirm(key, 'fault-0005', 10_000, { 'idempotency-key': 'five' })
  assert.deepEqual([failed.status, failed.body.code], [500, 'FAILED_INTERNAL_SYSTEM_PROCESSING'])
  assert.equal(await statusOf(key), 'IN_PROGRESS')
  assert.equal((await toss.confirm(key, 'fault-0005', 10_000, { 'idempotency-key': 'five' })).text, failed.text)
  assert.equal((await toss.confirm(key, 'fault-0005', 10_000, { 'idempotency-key': 'fresh' })).status, 200)
})

test('a 429 does nothing and is forgotten at once', async () => {
  const key = await toss.approve('fault-0006', 10_000)
  await toss.faults({ 'rate-limit': { scope: 'confirm', count: 2 } })
  const answers = []
  for (let i = 0; i < 3; i++) answers.push(await toss.confirm(key, 'fault-0006', 10_000, { 'idempotency-key': 'six' }))
  assert.deepEqual(
    answers.map((each) => each.status),
    [429, 429, 200],
  )
})

test('half an answer, unknown members, an unknown status: the payment itself is sound', async () => {
  const key = await paid(toss, 'fault-0007', 10_000)
  await toss.faults({ 'malformed-json': { scope: 'get', count: 1 } })
  const half = await toss.get(`/v1/payments/${key}`)
  assert.deepEqual([half.status, half.body], [200, undefined])
  await toss.faults({ 'unknown-fields': { scope: 'get', count: 1 } })
  const more = (await toss.get(`/v1/payments/${key}`)).body
  assert.equal(more.status, 'DONE')
  assert.ok('riskScore' in more)
  await toss.faults({ 'unknown-status': { scope: 'get', count: 1 } })
  const odd = (await toss.get(`/v1/payments/${key}`)).body
  assert.deepEqual([odd.status, odd.method], ['UNDER_REVIEW', '양자결제'])
  assert.equal(await statusOf(key), 'DONE')
})

test('a fault strikes only calls of its scope, and only so many of a hundred', async () => {
  await toss.faults({ http500: [{ scope: 'cancel' }, { scope: 'get', percent: 50 }] })
  const key = await toss.approve('fault-0008', 10_000)
  assert.equal((await toss.confirm(key, 'fault-0008', 10_000)).status, 200)
  assert.equal((await toss.cancel(key, {})).status, 500)
  const looks = await Promise.all(Array.from({ length: 200 }, () => toss.get(`/v1/payments/${key}`)))
  const failed = looks.filter((each) => each.status === 500).length
  assert.ok(failed > 50 && failed < 150, `${failed} of 200 failed`)
})

test('a counted fault strikes so many times, also when all come at once', async () => {
  const key = await paid(toss, 'fault-0009', 10_000)
  await toss.faults({ http500: { scope: 'get', count: 5 } })
  const looks = await Promise.all(Array.from({ length: 50 }, () => toss.get(`/v1/payments/${key}`)))
  assert.equal(looks.filter((each) => each.status === 500).length, 5)
})

test('faults are listed, cleared by name, and refused when they make no sense', async () => {
  await toss.faults({ http500: { scope: 'get' }, delay: { ms: 1 } })
  await toss.call('DELETE', '/faults/http500')
  const { body } = await toss.call('GET', '/faults')
  assert.deepEqual(
    body.faults.map((each: { name: string }) => each.name),
    ['delay'],
  )
  for (const wrong of [
    { nonsense: {} },
    { delay: { percent: 101 } },
    { 'refuse-card': { code: 'NO_SUCH' } },
    { delay: { speed: 1 } },
  ]) {
    assert.equal((await toss.faults(wrong)).status, 400)
  }
})

test('faults outlive the process', async () => {
  await toss.faults({ http500: { scope: 'get', count: 3 } })
  const next = await startSimulator({ db: store.another(), runtime })
  assert.equal((await next.get('/v1/payments/nobody')).status, 500)
  await next.stop()
})
