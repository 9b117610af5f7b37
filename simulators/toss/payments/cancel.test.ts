import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { DAY } from '../clock.ts'
import { paid, simulatorStore, startSimulator } from '../simulator.fixture.ts'

const runtime = steerableRuntime()
const toss = await startSimulator({ ...(await simulatorStore(runtime)), runtime })

const refusedWith = async (code: string, status: number, answer: ReturnType<typeof toss.cancel>) => {
  const { body, status: got } = await answer
  assert.deepEqual([got, body.code], [status, code])
}

const account = { bank: '20', accountNumber: '1002123456789', holderName: '김장터' }

test('one full cancel ends in CANCELED, and a second is told so', async () => {
  const key = await paid(toss, 'cancel-0001', 30_000)
  const { body } = await toss.cancel(key, {})
  assert.deepEqual([body.status, body.balanceAmount, body.totalAmount], ['CANCELED', 0, 30_000])
  assert.deepEqual([body.suppliedAmount, body.vat], [0, 0])
  assert.equal(body.cancels.length, 1)
  assert.equal(body.cancels[0].cancelAmount, 30_000)
  assert.equal(body.cancels[0].refundableAmount, 0)
  assert.equal(body.cancels[0].cancelStatus, 'DONE')
  assert.equal(body.lastTransactionKey, body.cancels[0].transactionKey)
  await refusedWith('ALREADY_CANCELED_PAYMENT', 400, toss.cancel(key, {}))
})

test('after partial cancels of everything the status stays PARTIAL_CANCELED', async () => {
  const key = await paid(toss, 'cancel-0002', 30_000)
  const first = (await toss.cancel(key, { cancelAmount: 15_000 })).body
  assert.deepEqual(
    [first.status, first.balanceAmount, first.suppliedAmount, first.vat],
    ['PARTIAL_CANCELED', 15_000, 13_636, 1_364],
  )
  const rest = (await toss.cancel(key, {})).body
  assert.deepEqual([rest.status, rest.balanceAmount, rest.cancels.length], ['PARTIAL_CANCELED', 0, 2])
  assert.notEqual(rest.cancels[0].transactionKey, rest.cancels[1].transactionKey)
  await refusedWith('NOT_CANCELABLE_AMOUNT', 403, toss.cancel(key, {}))
  await refusedWith('NOT_CANCELABLE_AMOUNT', 403, toss.cancel(key, { cancelAmount: 1 }))
})

test('more than the balance is refused and nothing changes', async () => {
  const key = await paid(toss, 'cancel-0003', 30_000)
  await toss.cancel(key, { cancelAmount: 10_000 })
  await refusedWith('NOT_CANCELABLE_AMOUNT', 403, toss.cancel(key, { cancelAmount: 20_001 }))
  assert.equal((await toss.get(`/v1/payments/${key}`)).body.balanceAmount, 20_000)
})

test('thirty cancels at once never give back more than was paid', async () => {
  const key = await paid(toss, 'cancel-0004', 10_000)
  const answers = await Promise.all(Array.from({ length: 30 }, () => toss.cancel(key, { cancelAmount: 1_000 })))
  assert.equal(answers.filter((each) => each.status === 200).length, 10)
  const { body } = await toss.call('GET', '/record?orderId=cancel-0004')
  assert.deepEqual([body.items[0].capturedAmount, body.items[0].canceledAmount], [10_000, 10_000])
})

test('the refundable amount given must be the balance', async () => {
  const key = await paid(toss, 'cancel-0005', 10_000)
  await refusedWith(
    'NOT_MATCHES_REFUNDABLE_AMOUNT',
    400,
    toss.cancel(key, { cancelAmount: 1_000, refundableAmount: 9_000 }),
  )
  assert.equal((await toss.cancel(key, { cancelAmount: 1_000, refundableAmount: 10_000 })).status, 200)
})

test('an unapproved payment has nothing to cancel', async () => {
  await refusedWith('NOT_CANCELABLE_PAYMENT', 403, toss.cancel(await toss.approve('cancel-0006', 10_000), {}))
  await refusedWith('NOT_FOUND_PAYMENT', 404, toss.cancel('nobody', {}))
})

test('a reason is required, of at most 200 characters', async () => {
  const key = await paid(toss, 'cancel-0007', 10_000)
  for (const cancelReason of [undefined, '', '가'.repeat(201), `${'가'.repeat(199)}\ud83d`]) {
    await refusedWith('INVALID_REQUEST', 400, toss.cancel(key, { cancelReason }))
  }
  await refusedWith('INVALID_REQUEST', 400, toss.cancel(key, { cancelAmount: 0 }))
  await refusedWith('INVALID_REQUEST', 400, toss.cancel(key, { currency: 'USD' }))
  assert.equal((await toss.cancel(key, { cancelReason: '가'.repeat(200) })).status, 200)
})

test('a card payment with an exempted part is canceled whole or not at all', async () => {
  const key = await paid(toss, 'cancel-0008', 10_000, { taxExemptionAmount: 1_000 })
  assert.equal((await toss.get(`/v1/payments/${key}`)).body.isPartialCancelable, false)
  await refusedWith('NOT_ALLOWED_PARTIAL_REFUND', 403, toss.cancel(key, { cancelAmount: 1_000 }))
  assert.equal((await toss.cancel(key, {})).body.status, 'CANCELED')
})

test('the tax free part shrinks by what is canceled of it', async () => {
  const key = await paid(toss, 'cancel-0009', 20_000, { taxFreeAmount: 9_000 })
  const { body } = await toss.cancel(key, { cancelAmount: 10_000, taxFreeAmount: 4_000 })
  assert.deepEqual([body.taxFreeAmount, body.vat, body.suppliedAmount], [5_000, 455, 4_545])
  await refusedWith('INVALID_REQUEST', 400, toss.cancel(key, { cancelAmount: 6_000, taxFreeAmount: 5_001 }))
})

test('a virtual account nobody paid into is canceled whole, without a refund account and without money', async () => {
  const key = await paid(toss, 'cancel-0010', 10_000, { method: 'VIRTUAL_ACCOUNT' })
  await refusedWith('NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT', 403, toss.cancel(key, { cancelAmount: 1_000 }))
  assert.equal((await toss.cancel(key, {})).body.status, 'CANCELED')
  const { body } = await toss.call('GET', '/record?orderId=cancel-0010')
  assert.deepEqual([body.items[0].capturedAmount, body.items[0].canceledAmount], [0, 0])
})

test('a paid virtual account is refunded to an account that can take it', async () => {
  const key = await paid(toss, 'cancel-0011', 10_000, { method: 'VIRTUAL_ACCOUNT' })
  await toss.call('POST', '/deposits', { orderId: 'cancel-0011' })
  await refusedWith('INVALID_REFUND_ACCOUNT_INFO', 400, toss.cancel(key, {}))
  const refundTo = (more: object) => toss.cancel(key, { refundReceiveAccount: { ...account, ...more } })
  await refusedWith('INVALID_BANK', 400, refundTo({ bank: '우리' }))
  await refusedWith('INVALID_REFUND_ACCOUNT_NUMBER', 400, refundTo({ accountNumber: '1002-123-456789' }))
  await refusedWith('INVALID_REFUND_ACCOUNT_NUMBER', 400, refundTo({ accountNumber: '1'.repeat(21) }))
  await refusedWith('INVALID_REFUND_ACCOUNT_INFO', 400, refundTo({ holderName: '' }))
  const { body } = await refundTo({})
  assert.equal(body.status, 'CANCELED')
  assert.deepEqual(body.virtualAccount.refundReceiveAccount, {
    bankCode: '20',
    accountNumber: '1002123456789',
    holderName: '김장터',
  })
  assert.equal(body.virtualAccount.refundStatus, 'COMPLETED')
})

test('refunds end: a transfer after 180 days, a virtual account after 365, a card never', async () => {
  const transfer = await paid(toss, 'cancel-0012', 10_000, { method: 'TRANSFER' })
  const card = await paid(toss, 'cancel-0013', 10_000)
  const deposited = await paid(toss, 'cancel-0014', 10_000, { method: 'VIRTUAL_ACCOUNT' })
  await toss.call('POST', '/deposits', { orderId: 'cancel-0014' })
  runtime.advance(180 * DAY - 60_000)
  assert.equal((await toss.cancel(transfer, { cancelAmount: 1_000 })).status, 200)
  runtime.advance(120_000)
  await refusedWith('EXCEED_MAX_REFUND_DUE', 403, toss.cancel(transfer, { cancelAmount: 1_000 }))
  assert.equal((await toss.cancel(deposited, { cancelAmount: 1_000, refundReceiveAccount: account })).status, 200)
  runtime.advance(186 * DAY)
  await refusedWith(
    'EXCEED_MAX_REFUND_DUE',
    403,
    toss.cancel(deposited, { cancelAmount: 1_000, refundReceiveAccount: account }),
  )
  assert.equal((await toss.cancel(card, {})).status, 200)
})
