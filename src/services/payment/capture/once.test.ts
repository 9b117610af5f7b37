import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { blocked } from '#test/support/blocked.ts'
import { refused } from '#test/support/refused.ts'
import { freshSchema, insert } from '#test/support/schema.ts'
import { testSettings } from '#test/support/settings.ts'
import { silent } from '#test/support/silent.ts'
import { endings } from './attempt-outcomes.ts'
import { refunding } from '../refund/refund.ts'
import { endRefund, findRefund } from '../refund/refund-store.ts'
import { findPayments, markEnded, startPayments } from '../store.ts'
import type { TossAnswer, TossClient } from '../toss/client.ts'

const db = await freshSchema('payment')
const runtime = systemRuntime()
const secrets = secretsFrom(testSettings.JANGTEO_SECRET, runtime)

/** Refunds at a provider that answers each cancel as told. */
const refundsAt = (cancel: () => Promise<TossAnswer>) => {
  const unasked = () => Promise.reject(new Error('It was not to be asked for this'))
  const toss: TossClient = { confirm: unasked, find: unasked, cancel, close: async () => {} }
  const end = endings({ db, runtime, secrets, depositHours: () => 24 })
  return refunding({ db, runtime, log: silent, toss, secrets, end })
}

const done = (paymentKey: string): TossAnswer => ({
  kind: 'payment',
  payment: {
    paymentKey,
    orderId: '',
    status: 'CANCELED',
    totalAmount: 1_000,
    balanceAmount: 0,
    lastTransactionKey: `tx of ${paymentKey}`,
    cancels: [{ transactionKey: `tx of ${paymentKey}`, cancelAmount: 1_000 }],
  },
})

/** A payment of 1,000 won, captured. */
const captured = async (): Promise<{ id: string; orderId: string }> => {
  const [id, orderId] = [randomUUID(), randomUUID()]
  const at = new Date(0)
  await db.query(
    insert('payment', {
      id,
      order_id: orderId,
      payment_key: id,
      member_id: randomUUID(),
      amount: 1_000,
      state: 'CAPTURED',
      method: '카드',
      created_at: at,
      next_check_at: at,
    }),
  )
  return { id, orderId }
}
const asked = (orderId: string, amount: number) => ({ refundId: randomUUID(), orderId, amount, reason: '단순 변심' })
const entries = (paymentId: string) => db.query(sql`SELECT FROM posting WHERE payment_id = ${paymentId}`)
const tellings = (orderId: string) =>
  db.query(sql`SELECT FROM outbox WHERE name = 'payment.refunded' AND key = ${orderId}`)

test('of two refunds at once that are more than there is, one is refused', async () => {
  const { orderId } = await captured()
  const { refund } = refundsAt(async () => ({ kind: 'error', meaning: 'unknown', status: 0, code: '', message: '' }))
  // Both begin while the payment is held by somebody else, and go on together.
  const both = await db.tx('hold', async (tx) => {
    await tx.query(sql`SELECT FROM payment WHERE order_id = ${orderId} FOR UPDATE`)
    const started = [refund(asked(orderId, 600)), refund(asked(orderId, 600))]
    for (const each of started) each.catch(() => {})
    await blocked(db, 2)
    return { started }
  })
  const ended = await Promise.allSettled(both.started)
  assert.deepEqual(ended.map((each) => each.status).toSorted(), ['fulfilled', 'rejected'])
  const [payment] = await findPayments(db, { orderId })
  assert.equal(payment!.refundRequested, 600)
  const lost = ended.find((each) => each.status === 'rejected')!
  await refused('PAYMENT_NOT_REFUNDABLE', Promise.reject(lost.reason as Error))
})

test('a refund of less than nothing is refused', async () => {
  const { orderId } = await captured()
  const { refund } = refundsAt(async () => done(orderId))
  const fault = await refused('PAYMENT_NOT_REFUNDABLE', refund(asked(orderId, -1)))
  assert.equal(fault.field, 'amount')
})

test('a refund tried twice at once is written down and told once', async () => {
  const { id, orderId } = await captured()
  let release = (): void => {}
  const both = new Promise<void>((resolve) => (release = resolve))
  let calls = 0
  const refunds = refundsAt(async () => {
    // Neither is answered before the other has asked: the provider takes them for one by their key.
    if (++calls === 2) release()
    await both
    return done(id)
  })
  const given = asked(orderId, 1_000)
  await db.tx('ask', (tx) => refunds.request(tx, given))
  await Promise.all([refunds.attempt(given.refundId), refunds.attempt(given.refundId)])
  assert.equal((await entries(id)).length, 2)
  assert.equal((await tellings(orderId)).length, 1)
  assert.deepEqual(await db.query(sql`SELECT FROM anomaly WHERE order_id = ${orderId}`), [])
  const [payment] = await findPayments(db, { orderId })
  assert.equal(payment!.refunded, 1_000)
})

test('of two attempts of an order only the one that was captured is given back', async () => {
  const { orderId } = await captured()
  const failed = randomUUID()
  const at = new Date(0)
  const other = { id: failed, order_id: orderId, payment_key: failed, amount: 1_000, state: 'FAILED' }
  await db.query(insert('payment', { ...other, created_at: at, next_check_at: at }))
  const refunds = refundsAt(async () => done(failed))
  await db.tx('give back', (tx) => refunds.giveBack(tx, { id: failed, orderId }))
  assert.deepEqual(await db.query(sql`SELECT FROM refund WHERE order_id = ${orderId}`), [])
})

test('what has ended ends no other way', async () => {
  const { id, orderId } = await captured()
  assert.equal(await markEnded(db, id, 'LATE', 'late word'), undefined)
  assert.equal((await findPayments(db, { orderId }))[0]!.state, 'CAPTURED')

  const given = asked(orderId, 1_000)
  await refundsAt(async () => done(id)).refund(given)
  assert.equal(await endRefund(db, given.refundId, 'REFUSED', { failureCode: 'LATE' }, runtime.now()), false)
  assert.equal((await findRefund(db, given.refundId))!.state, 'REFUNDED')
})

test('a payment that two processes find captured is written down and told once', async () => {
  const [id, orderId, memberId] = [randomUUID(), randomUUID(), randomUUID()]
  const now = runtime.now()
  const attempt = (await startPayments(db, [{ id, orderId, paymentKey: id, memberId, amount: 1_000 }], now, now)).get(
    id,
  )!
  const seen = { paymentKey: id, orderId, status: 'DONE', totalAmount: 1_000, balanceAmount: 1_000 }
  const process = () => endings({ db, runtime, secrets, depositHours: () => 24 })
  await Promise.all([process().capture(attempt, memberId, seen), process().capture(attempt, memberId, seen)])
  await process().capture(attempt, memberId, seen)
  assert.equal((await entries(id)).length, 2)
  const told = await db.query(sql`SELECT FROM outbox WHERE name = 'payment.captured' AND key = ${orderId}`)
  assert.equal(told.length, 1)
})

test('what Toss gave back without us is written down only where it adds up', async () => {
  const { id } = await captured()
  const { adopt } = refundsAt(async () => done(id))
  const canceled = (...amounts: readonly number[]) => ({
    paymentKey: id,
    orderId: '',
    status: 'PARTIAL_CANCELED',
    totalAmount: 1_000,
    balanceAmount: 400,
    cancels: amounts.map((cancelAmount, i) => ({ transactionKey: `tx ${i}`, cancelAmount })),
  })
  for (const amounts of [[], [100], [600, 100], [1_600]]) assert.equal(await adopt(id, canceled(...amounts)), 'unclear')
  assert.deepEqual(await entries(id), [])
  assert.equal(await adopt(id, canceled(500, 100)), 'adopted')
  assert.equal(await adopt(id, canceled(500, 100)), 'known')
  assert.equal((await entries(id)).length, 4)
})
