import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { eventually } from '#test/support/eventually.ts'
import { DAY, HOUR } from '../clock.ts'
import { paid, simulatorStore, startSimulator, webhookReceiver } from '../simulator.fixture.ts'

const runtime = steerableRuntime()
const store = await simulatorStore(runtime)
const shop = await webhookReceiver()
const toss = await startSimulator({ ...store, runtime, webhookUrl: () => shop.url })

const deposits = (body: object) => toss.call('POST', '/deposits', body)
const issue = (body: object) =>
  toss.post('/v1/virtual-accounts', { amount: 10_000, orderName: '원두', customerName: '김장터', bank: '20', ...body })

/** Webhooks of an order, once there are `count`. */
const told = async (orderId: string, count: number) => {
  const own = () => shop.received.filter((each) => (each.body.data ?? each.body).orderId === orderId)
  await eventually(() => own().length >= count, `${count} webhooks of ${orderId} have arrived`)
  return own().map((each) => each.body)
}

test('an account chosen in the window is issued by the confirm, and not paid', async () => {
  const key = await paid(toss, 'deposit-0001', 10_000, { method: 'VIRTUAL_ACCOUNT', customerName: '김장터' })
  const { body } = await toss.get(`/v1/payments/${key}`)
  assert.deepEqual([body.status, body.approvedAt, body.method], ['WAITING_FOR_DEPOSIT', null, '가상계좌'])
  assert.match(body.virtualAccount.accountNumber, /^X\d+$/)
  // Asked for a moment before the confirm issues it, and told in whole seconds.
  const life = Date.parse(body.virtualAccount.dueDate) - Date.parse(body.requestedAt)
  assert.ok(life >= 168 * HOUR && life < 168 * HOUR + 60_000, String(life))
  assert.match(body.secret, /^ps_/)
  assert.deepEqual([body.virtualAccount.settlementStatus, body.virtualAccount.expired], ['INCOMPLETED', false])
})

test('a deposit is told twice: flat with the secret, and as a payment event', async () => {
  const { body: issued } = await issue({ orderId: 'deposit-0002' })
  assert.equal(issued.status, 'WAITING_FOR_DEPOSIT')
  assert.equal((await deposits({ orderId: 'deposit-0002' })).body.status, 'DONE')
  const events = await told('deposit-0002', 4)
  const flat = events.filter((each) => each.eventType === undefined)
  assert.deepEqual(
    flat.map((each) => Object.keys(each).sort()),
    Array(2).fill(['createdAt', 'orderId', 'secret', 'status', 'transactionKey']),
  )
  assert.deepEqual(flat.map((each) => each.status).sort(), ['DONE', 'WAITING_FOR_DEPOSIT'])
  assert.ok(flat.every((each) => each.secret === issued.secret))
  const statuses = events.filter((each) => each.eventType === 'PAYMENT_STATUS_CHANGED').map((each) => each.data.status)
  assert.deepEqual(statuses.sort(), ['DONE', 'WAITING_FOR_DEPOSIT'])
  const { body } = await toss.get('/v1/payments/orders/deposit-0002')
  assert.deepEqual([body.virtualAccount.depositorName, body.virtualAccount.settlementStatus], ['김장터', 'COMPLETED'])
})

test('a wrong amount is turned away by the bank', async () => {
  await issue({ orderId: 'deposit-0003' })
  const wrong = await deposits({ orderId: 'deposit-0003', amount: 9_999 })
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'INVALID_REQUEST'])
  assert.equal((await toss.get('/v1/payments/orders/deposit-0003')).body.status, 'WAITING_FOR_DEPOSIT')
  assert.equal((await deposits({ orderId: 'deposit-0003', amount: 10_000 })).status, 200)
  assert.equal((await deposits({ orderId: 'deposit-0003' })).body.code, 'ALREADY_PROCESSED_PAYMENT')
})

test('a deposit can be taken back and come again', async () => {
  await issue({ orderId: 'deposit-0004' })
  await deposits({ orderId: 'deposit-0004' })
  assert.equal((await deposits({ orderId: 'deposit-0004', action: 'reverse' })).body.status, 'WAITING_FOR_DEPOSIT')
  const { body } = await toss.call('GET', '/record?orderId=deposit-0004')
  assert.deepEqual([body.items[0].capturedAmount, body.items[0].balanceAmount], [0, 10_000])
  const flat = (await told('deposit-0004', 6)).filter((each) => each.eventType === undefined)
  assert.deepEqual(flat.map((each) => each.status).sort(), ['DONE', 'WAITING_FOR_DEPOSIT', 'WAITING_FOR_DEPOSIT'])
  assert.equal((await deposits({ orderId: 'deposit-0004' })).body.status, 'DONE')
})

test('past its due time an account is expired, and a late deposit is still taken', async () => {
  await issue({ orderId: 'deposit-0005' })
  assert.equal((await deposits({ orderId: 'deposit-0005', action: 'pass-due' })).body.status, 'EXPIRED')
  const { body } = await toss.get('/v1/payments/orders/deposit-0005')
  assert.deepEqual([body.status, body.virtualAccount.expired], ['EXPIRED', true])
  assert.equal((await deposits({ orderId: 'deposit-0005' })).body.status, 'DONE')
})

test('the clock passes the due time too, and both known outcomes can be had', async () => {
  await issue({ orderId: 'deposit-0006', validHours: 2 })
  await issue({ orderId: 'deposit-0007', validHours: 4 })
  runtime.advance(2 * HOUR + 1)
  assert.equal(await toss.simulator.dueLapses(runtime.now()), 1)
  assert.equal((await toss.get('/v1/payments/orders/deposit-0006')).body.status, 'EXPIRED')
  assert.ok((await told('deposit-0006', 3)).some((each) => each.data?.status === 'EXPIRED'))
  await toss.faults({ 'keep-waiting-past-due': {} })
  runtime.advance(2 * HOUR)
  assert.equal(await toss.simulator.dueLapses(runtime.now()), 1)
  const { body } = await toss.get('/v1/payments/orders/deposit-0007')
  assert.deepEqual([body.status, body.virtualAccount.expired], ['WAITING_FOR_DEPOSIT', true])
  assert.equal(await toss.simulator.dueLapses(runtime.now()), 0)
  await toss.calm()
})

test('an account is valid for at most 720 hours, by hours or by date, not both', async () => {
  const korean = (ms: number) => new Date(ms + 9 * HOUR).toISOString().slice(0, 19)
  const tooFar = korean(runtime.now() + 31 * DAY)
  for (const wrong of [
    { validHours: 721 },
    { validHours: 0 },
    { dueDate: tooFar },
    { dueDate: '2020-01-01T00:00:00' },
    { dueDate: 'soon' },
    { validHours: 24, dueDate: korean(runtime.now() + DAY) },
    { orderId: 'x' },
    { customerName: undefined },
  ]) {
    const { status, body } = await issue({ orderId: 'deposit-0008', ...wrong })
    assert.deepEqual([status, body.code], [400, 'INVALID_REQUEST'], JSON.stringify(wrong))
  }
  assert.equal((await issue({ orderId: 'deposit-0008', bank: '99' })).body.code, 'INVALID_BANK')
  const dueAt = runtime.now() + DAY
  const { body } = await issue({ orderId: 'deposit-0008', dueDate: korean(dueAt) })
  assert.equal(body.virtualAccount.dueDate, `${korean(dueAt)}+09:00`)
  assert.equal((await issue({ orderId: 'deposit-0008' })).body.code, 'DUPLICATED_ORDER_ID')
})

test('canceled before the deposit, it is told flat as well', async () => {
  const { body } = await issue({ orderId: 'deposit-0009' })
  await toss.cancel(body.paymentKey, {})
  const flat = (await told('deposit-0009', 4)).filter((each) => each.eventType === undefined)
  assert.deepEqual(flat.map((each) => each.status).sort(), ['CANCELED', 'WAITING_FOR_DEPOSIT'])
})
