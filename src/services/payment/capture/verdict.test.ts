import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Won } from '#kernel/money.ts'
import { paymentId, type PaymentRecord, verdictOnConfirm, verdictOnLook, verdictOnPayment } from '../payment.ts'
import { meaningOf, type TossPayment } from '../toss/answers.ts'
import type { TossAnswer } from '../toss/client.ts'

// What each word of the provider does to an attempt to pay. Money is captured by one answer only.

const attempt: PaymentRecord = {
  id: paymentId('key', 'order'),
  orderId: 'order',
  paymentKey: 'key',
  memberId: 'member',
  amount: 1_000 as Won,
  state: 'CONFIRMING',
  method: null,
  receiptUrl: null,
  depositSecret: null,
  bank: null,
  account: null,
  dueAt: null,
  closing: false,
  refundAccount: null,
  awaitsAccount: false,
  failureCode: null,
  failureMessage: null,
  capturedAt: null,
  taxFreeAmount: 0 as Won,
  refundRequested: 0 as Won,
  refunded: 0 as Won,
  createdAt: 0,
  checks: 0,
}

const payment = (differently: Partial<TossPayment> = {}): TossPayment => ({
  paymentKey: 'key',
  orderId: 'order',
  status: 'DONE',
  totalAmount: 1_000,
  balanceAmount: 1_000,
  approvedAt: '2026-11-30T12:00:00+09:00',
  ...differently,
})

const error = (status: number, code: string): TossAnswer => ({
  kind: 'error',
  meaning: meaningOf(status, code),
  status,
  code,
  message: code,
})
const unanswered: TossAnswer = { kind: 'error', meaning: 'unknown', status: 0, code: 'NO_ANSWER', message: '' }

test('what was approved for this order, by this payment and for its amount is captured, whatever went back since', () => {
  for (const status of ['DONE', 'PARTIAL_CANCELED', 'CANCELED'])
    assert.equal(verdictOnPayment(attempt, payment({ status })).kind, 'capture', status)
})

test('another order, another payment or another amount is for a person, and captures nothing', () => {
  for (const wrong of [{ orderId: 'another' }, { paymentKey: 'another' }, { totalAmount: 999 }, { totalAmount: 1_001 }])
    assert.equal(verdictOnPayment(attempt, payment(wrong)).kind, 'anomaly', JSON.stringify(wrong))
})

test('what was canceled before it was approved is no capture', () => {
  for (const approvedAt of [null, undefined])
    assert.equal(verdictOnPayment(attempt, payment({ status: 'CANCELED', approvedAt })).kind, 'fail')
})

test('a payment that is on its way is waited for or asked for; a status nobody knows is waited out', () => {
  const kinds = {
    WAITING_FOR_DEPOSIT: 'await deposit',
    READY: 'confirm',
    IN_PROGRESS: 'confirm',
    ABORTED: 'fail',
    EXPIRED: 'fail',
    SOMETHING_NEW: 'wait',
  }
  for (const [status, kind] of Object.entries(kinds))
    assert.equal(verdictOnPayment(attempt, payment({ status })).kind, kind, status)
})

test('a confirm that ends without a capture is looked after, unless it was refused', () => {
  const kinds: readonly [TossAnswer, string][] = [
    [{ kind: 'payment', payment: payment() }, 'capture'],
    [{ kind: 'payment', payment: payment({ status: 'IN_PROGRESS' }) }, 'wait'],
    [unanswered, 'look'],
    [error(409, 'IDEMPOTENT_REQUEST_PROCESSING'), 'look'],
    [error(400, 'ALREADY_PROCESSED_PAYMENT'), 'look'],
    [error(500, 'FAILED_INTERNAL_SYSTEM_PROCESSING'), 'look'],
    [error(503, 'SOMETHING_NEW'), 'look'],
    [error(429, 'SOMETHING_NEW'), 'look'],
    [error(400, 'SOMETHING_NEW'), 'fail'],
    [error(403, 'REJECT_CARD_COMPANY'), 'fail'],
    [error(404, 'NOT_FOUND_PAYMENT_SESSION'), 'fail'],
  ]
  for (const [answer, kind] of kinds) assert.equal(verdictOnConfirm(attempt, answer).kind, kind, JSON.stringify(answer))
})

test('a look fails an attempt only when the provider knows nothing of the payment', () => {
  const kinds: readonly [TossAnswer, string][] = [
    [{ kind: 'payment', payment: payment() }, 'capture'],
    [error(404, 'NOT_FOUND_PAYMENT'), 'fail'],
    [unanswered, 'wait'],
    [error(401, 'UNAUTHORIZED_KEY'), 'wait'],
    [error(500, 'SOMETHING_NEW'), 'wait'],
    [error(400, 'SOMETHING_NEW'), 'wait'],
  ]
  for (const [answer, kind] of kinds) assert.equal(verdictOnLook(attempt, answer).kind, kind, JSON.stringify(answer))
})
