import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { MINUTE } from '../clock.ts'
import { paid, simulatorStore, startSimulator } from '../simulator.fixture.ts'

const runtime = steerableRuntime()
const toss = await startSimulator({ ...(await simulatorStore(runtime)), runtime })

test('an approved payment has every field of the Payment object', async () => {
  const key = await toss.approve('confirm-0001', 30_000, { orderName: '원두 외 1건', metadata: { a: 'b' } })
  const { status, body } = await toss.confirm(key, 'confirm-0001', 30_000)
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).sort(), [
    'approvedAt',
    'balanceAmount',
    'cancels',
    'card',
    'cashReceipt',
    'cashReceipts',
    'checkout',
    'country',
    'cultureExpense',
    'currency',
    'discount',
    'easyPay',
    'failure',
    'giftCertificate',
    'isPartialCancelable',
    'lastTransactionKey',
    'mId',
    'metadata',
    'method',
    'mobilePhone',
    'orderId',
    'orderName',
    'paymentKey',
    'receipt',
    'requestedAt',
    'secret',
    'status',
    'suppliedAmount',
    'taxExemptionAmount',
    'taxFreeAmount',
    'totalAmount',
    'transfer',
    'type',
    'useEscrow',
    'vat',
    'version',
    'virtualAccount',
  ])
  assert.equal(body.status, 'DONE')
  assert.equal(body.version, '2022-11-16')
  assert.equal(body.method, '카드')
  assert.equal(body.suppliedAmount, 27_273)
  assert.equal(body.vat, 2_727)
  assert.equal(body.balanceAmount, 30_000)
  assert.match(body.approvedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+09:00$/)
  assert.match(body.paymentKey, /^.{1,14}\d{14}[A-Za-z0-9]{5}$/)
  assert.ok(body.mId.length <= 14 && body.lastTransactionKey.length <= 64 && body.card.approveNo.length <= 8)
  assert.deepEqual(body.metadata, { a: 'b' })
})

test('the tax split leaves out what is tax free', async () => {
  const key = await paid(toss, 'confirm-tax1', 30_000, { taxFreeAmount: 15_000 })
  const { body } = await toss.get(`/v1/payments/${key}`)
  assert.deepEqual([body.suppliedAmount, body.vat, body.taxFreeAmount], [13_636, 1_364, 15_000])
})

test('a second confirm is told that the payment was processed', async () => {
  const key = await paid(toss, 'confirm-0002', 10_000)
  const again = await toss.confirm(key, 'confirm-0002', 10_000)
  assert.deepEqual([again.status, again.body.code], [400, 'ALREADY_PROCESSED_PAYMENT'])
})

test('of twenty confirms at once one is approved', async () => {
  const key = await toss.approve('confirm-0003', 10_000)
  const answers = await Promise.all(Array.from({ length: 20 }, () => toss.confirm(key, 'confirm-0003', 10_000)))
  assert.equal(answers.filter((each) => each.status === 200).length, 1)
  assert.equal(answers.filter((each) => each.body.code === 'ALREADY_PROCESSED_PAYMENT').length, 19)
  const transactions = await toss.get('/v1/transactions?startDate=2020-01-01T00:00:00&endDate=2040-01-01T00:00:00')
  assert.equal(transactions.body.filter((each: { orderId: string }) => each.orderId === 'confirm-0003').length, 1)
})

test('another amount or order is refused and leaves the payment open', async () => {
  const key = await toss.approve('confirm-0004', 10_000)
  const amount = await toss.confirm(key, 'confirm-0004', 9_999)
  assert.deepEqual([amount.status, amount.body.code], [400, 'INVALID_REQUEST'])
  const order = await toss.confirm(key, 'confirm-xxxx', 10_000)
  assert.deepEqual([order.status, order.body.code], [403, 'FORBIDDEN_REQUEST'])
  assert.equal((await toss.confirm(key, 'confirm-0004', 10_000)).status, 200)
})

test('the codes for another amount or order can be switched', async () => {
  const key = await toss.approve('confirm-0005', 10_000)
  await toss.faults({
    'amount-mismatch-code': { code: 'FORBIDDEN_REQUEST' },
    'order-mismatch-code': { code: 'NOT_FOUND_PAYMENT_SESSION' },
  })
  assert.equal((await toss.confirm(key, 'confirm-0005', 1)).body.code, 'FORBIDDEN_REQUEST')
  assert.equal((await toss.confirm(key, 'confirm-yyyy', 10_000)).status, 404)
  await toss.calm()
})

test('an authenticated payment waits ten minutes for its confirm', async () => {
  const [intime, late] = [await toss.approve('confirm-0006', 10_000), await toss.approve('confirm-0007', 10_000)]
  runtime.advance(10 * MINUTE - 5_000)
  assert.equal((await toss.confirm(intime, 'confirm-0006', 10_000)).status, 200)
  runtime.advance(6_000)
  const answer = await toss.confirm(late, 'confirm-0007', 10_000)
  assert.deepEqual([answer.status, answer.body.code], [404, 'NOT_FOUND_PAYMENT_SESSION'])
  const { body } = await toss.get(`/v1/payments/${late}`)
  assert.deepEqual(
    [body.status, body.failure.code, body.method, body.lastTransactionKey],
    ['EXPIRED', 'EXPIRED_PAYMENT', null, null],
  )
})

test('an order is approved once, whatever number of windows the buyer opened', async () => {
  const keys = [await toss.approve('confirm-0008', 10_000), await toss.approve('confirm-0008', 10_000)]
  const answers = await Promise.all(keys.map((key) => toss.confirm(key, 'confirm-0008', 10_000)))
  assert.deepEqual(answers.map((each) => each.status).sort(), [200, 400])
  assert.ok(answers.some((each) => each.body.code === 'DUPLICATED_ORDER_ID'))
  const third = await toss.call('POST', '/approve', { orderId: 'confirm-0008', amount: 10_000 })
  assert.equal(third.body.code, 'DUPLICATED_ORDER_ID')
})

test('a refused card ends the payment, unless it is kept open', async () => {
  const closed = await toss.approve('confirm-0009', 10_000, { refusal: 'REJECT_CARD_PAYMENT' })
  const refused = await toss.confirm(closed, 'confirm-0009', 10_000)
  assert.deepEqual([refused.status, refused.body.code], [403, 'REJECT_CARD_PAYMENT'])
  assert.equal((await toss.get(`/v1/payments/${closed}`)).body.status, 'ABORTED')
  const open = await toss.approve('confirm-0009', 10_000)
  await toss.faults({ 'refuse-card': { scope: 'confirm', count: 1, code: 'REJECT_CARD_COMPANY', keepOpen: true } })
  assert.equal((await toss.confirm(open, 'confirm-0009', 10_000)).body.code, 'REJECT_CARD_COMPANY')
  assert.equal((await toss.confirm(open, 'confirm-0009', 10_000)).status, 200)
  await toss.calm()
})

test('too small an amount is refused: cards from 100 won, accounts from 200', async () => {
  for (const [method, least] of [
    ['CARD', 100],
    ['TRANSFER', 200],
  ] as const) {
    const small = await toss.approve(`least-${method}-1`, least - 1, { method })
    assert.equal((await toss.confirm(small, `least-${method}-1`, least - 1)).body.code, 'BELOW_MINIMUM_AMOUNT')
    assert.equal(
      (await toss.confirm(await toss.approve(`least-${method}-2`, least, { method }), `least-${method}-2`, least))
        .status,
      200,
    )
  }
})

test('the older address approves too', async () => {
  const key = await toss.approve('confirm-0010', 10_000)
  const answer = await toss.post(`/v1/payments/${key}`, { orderId: 'confirm-0010', amount: 10_000 })
  assert.deepEqual([answer.status, answer.body.status], [200, 'DONE'])
})

test('a body that Toss does not take is an invalid request', async () => {
  const key = await toss.approve('confirm-0011', 10_000)
  for (const body of [
    '{',
    '',
    'null',
    '[]',
    {},
    { paymentKey: key, orderId: 'confirm-0011' },
    { paymentKey: key, orderId: 'confirm-0011', amount: '10000' },
    { paymentKey: key, orderId: 'confirm-0011', amount: 10_000.5 },
    { paymentKey: 'a\0b', orderId: 'confirm-0011', amount: 10_000 },
  ]) {
    const answer = await toss.post('/v1/payments/confirm', body)
    assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_REQUEST'], JSON.stringify(body))
  }
  assert.equal(
    (
      await toss.post('/v1/payments/confirm', {
        paymentKey: key,
        orderId: 'confirm-0011',
        amount: 10_000,
        color: 'red',
      })
    ).status,
    200,
  )
})
