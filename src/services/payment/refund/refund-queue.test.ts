import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { blocked } from '#test/support/blocked.ts'
import { refused } from '#test/support/refused.ts'
import { freshSchema, insert } from '#test/support/schema.ts'
import { startRefunds } from './refund-books.fixture.ts'
import type { Fate } from './refund-provider.fixture.ts'
import { answeredCancel, cancelReasonOf, refundIdOf } from '../toss/cancels.ts'

// Several refunds of one payment: made one after another, each booked by the cancel of the provider that made it.

const db = await freshSchema('payment')
const runtime = steerableRuntime()
const start = (amount: number, ...fates: Fate[]) =>
  startRefunds(db, runtime, { amount, fateOf: () => fates.shift() ?? 'answered' })
type Started = Awaited<ReturnType<typeof start>>

/** Fails unless each of these refunds is booked by the cancel that names it, and the sums are right. */
const isBooked = async (it: Started, ids: readonly string[]): Promise<void> => {
  const books = await it.books()
  for (const id of ids) {
    const { state, key, amount } = books.find((each) => each.id === id)!
    const cancel = it.toss.cancels().find((each) => refundIdOf({ ...each }) === id)
    assert.deepEqual([state, key, amount], ['REFUNDED', cancel?.transactionKey, cancel?.cancelAmount])
  }
  const back = it.toss.cancels().reduce((sum, each) => sum + each.cancelAmount, 0)
  assert.deepEqual(await it.sums(), { requested: back, refunded: back, ledger: back, balance: 0 })
}

test('a refund waits until the one before it has ended, and whoever asked for it is told so', async () => {
  const it = await start(10_000, 'request lost')
  const [first, second] = [randomUUID(), randomUUID()]
  assert.equal((await it.refund(1_000, { refundId: first })).status, 'REQUESTED')
  const waiting = await it.refund(1_000, { refundId: second })
  assert.deepEqual(waiting, { refundId: second, status: 'REQUESTED', amount: 1_000 })
  assert.deepEqual(it.toss.keys, [`${first}-0`], 'the provider was asked for one')
  await it.drain()
  assert.deepEqual(it.toss.keys, [`${first}-0`, `${first}-0`, `${second}-0`])
  await isBooked(it, [first, second])
})

test('of two of equal amounts the first is refused: the second alone is booked, by its own cancel', async () => {
  const it = await start(10_000, 'error', 'refused')
  const [first, second] = [randomUUID(), randomUUID()]
  await it.refund(1_000, { refundId: first })
  await it.refund(1_000, { refundId: second })
  await it.drain()
  assert.deepEqual(
    (await it.books()).map((each) => [each.id, each.state]),
    [
      [first, 'REFUSED'],
      [second, 'REFUNDED'],
    ],
  )
  await isBooked(it, [second])
  assert.deepEqual(
    (await it.told('payment.refund_refused')).map((each) => each.refundId),
    [first],
  )
})

test('a lost answer is heard by asking again under the same key, whatever happened at the console meanwhile', async () => {
  const it = await start(10_000, 'answer lost')
  const refundId = randomUUID()
  assert.equal((await it.refund(1_000, { refundId })).status, 'REQUESTED')
  // As much as we asked for, and the provider says so at once: it may be ours, so it is looked at later.
  it.toss.atConsole(1_000)
  await it.hint()
  const seen = await it.toss.client.find(it.id)
  assert.ok(seen.kind === 'payment')
  assert.equal(await it.refunds.adopt(it.id, seen.payment), 'later')
  assert.deepEqual((await it.sums()).refunded, 0)
  await it.drain()
  assert.deepEqual(it.toss.keys, [`${refundId}-0`, `${refundId}-0`])
  await isBooked(it, [refundId])
  assert.deepEqual(
    (await it.books()).map((each) => each.amount),
    [1_000, 1_000],
  )
})

test('what was given back at the console is noticed before anything of ours is canceled', async () => {
  const it = await start(10_000)
  it.toss.atConsole(9_000)
  // Of what is left as we know it, this would be 2,000 won too much.
  await refused('PAYMENT_NOT_REFUNDABLE', it.refund(3_000))
  const rest = await it.refund(undefined)
  assert.deepEqual([rest.status, rest.amount], ['REFUNDED', 1_000])
  await isBooked(it, [rest.refundId])
})

test('a request that failed by the word of the provider and was done all the same is booked, and not made again', async () => {
  const it = await start(10_000, 'error after it was done')
  const refundId = randomUUID()
  assert.equal((await it.refund(4_000, { refundId })).status, 'REQUESTED')
  await it.drain()
  assert.equal(it.toss.cancels().length, 1)
  await isBooked(it, [refundId])
})

test('an answer comes after the provider forgot its first one: nothing is canceled twice', async () => {
  const it = await start(10_000, 'answer lost')
  const refundId = randomUUID()
  await it.refund(4_000, { refundId })
  it.toss.forget()
  await it.drain()
  assert.equal(it.toss.cancels().length, 1)
  await isBooked(it, [refundId])
})

test('a hint that cannot be followed now is followed later', async () => {
  const it = await start(10_000)
  it.toss.atConsole(1_000)
  it.toss.away(true)
  await it.hint()
  it.toss.away(false)
  await it.drain()
  assert.equal((await it.sums()).refunded, 1_000)
})

test('a host that dies before it has booked leaves nothing out and nothing double', async () => {
  const it = await start(10_000)
  const [first, second] = [randomUUID(), randomUUID()]
  it.killIn('payment.refund')
  await it.quietly(it.refund(1_000, { refundId: first }))
  await it.refund(1_000, { refundId: second })
  await it.drain()
  await isBooked(it, [first, second])
  assert.equal(it.toss.cancels().length, 2)
})

test('queued refunds that no longer fit: of all that is left less is made, of a part nothing', async () => {
  const it = await start(10_000, 'request lost')
  const [part, later, rest] = [randomUUID(), randomUUID(), randomUUID()]
  await it.refund(3_000, { refundId: part })
  await it.refund(4_000, { refundId: later })
  await it.refund(undefined, { refundId: rest })
  it.toss.atConsole(5_000)
  await it.drain()
  await isBooked(it, [part])
  assert.deepEqual(new Map((await it.books()).map((each) => [each.id, [each.state, each.amount]])).get(later), [
    'REFUSED',
    4_000,
  ])
  assert.ok((await it.anomalies()).includes('a refund no longer fits'))
  assert.equal((await it.books()).find((each) => each.id === rest)!.state, 'REFUNDED')
})

test('what was refused for want of money stays refused, though there is enough later', async () => {
  const it = await start(10_000, 'error', 'refused')
  const [first, second] = [randomUUID(), randomUUID()]
  await it.refund(8_000, { refundId: first })
  const fault = await refused('PAYMENT_NOT_REFUNDABLE', it.refund(3_000, { refundId: second }))
  assert.deepEqual([fault.field, fault.data], ['amount', { providerCode: null, refundable: 2_000, cause: 'AMOUNT' }])
  await it.drain()
  assert.equal((await it.sums()).requested, 0)
  await refused('PAYMENT_NOT_REFUNDABLE', it.refund(3_000, { refundId: second }))
  assert.deepEqual(it.toss.cancels(), [])
  assert.deepEqual(
    (await it.told('payment.refund_refused')).map((each) => [each.refundId, each.code]).toSorted(),
    [
      [first, 'EXCEED_CANCEL_LIMIT'],
      [second, 'MORE_THAN_IS_LEFT'],
    ].toSorted(),
  )
})

test('a refund of 0 won is made without the provider, also while another is there', async () => {
  const it = await start(10_000, 'request lost')
  await it.refund(1_000)
  const nothing = randomUUID()
  for (let i = 0; i < 2; i++)
    assert.deepEqual(await it.refund(0, { refundId: nothing }), { refundId: nothing, status: 'REFUNDED', amount: 0 })
  assert.equal(it.toss.keys.length, 1)
  const told = await it.told('payment.refunded')
  assert.deepEqual(
    told.map((each) => [each.refundId, each.amount, each.remaining]),
    [[nothing, 0, 10_000]],
  )
  const unpaid = await it.refunds.refund({ refundId: nothing, orderId: randomUUID(), amount: 0, reason: '변심' })
  assert.equal(unpaid.status, 'REFUNDED')
  const free = randomUUID()
  assert.deepEqual(await it.refunds.refund({ refundId: free, orderId: randomUUID(), amount: 0, reason: '변심' }), {
    refundId: free,
    status: 'REFUNDED',
    amount: 0,
  })
})

test('the part without VAT is stated to the provider, and is no more than is left of it', async () => {
  const it = await startRefunds(db, runtime, { amount: 34_500, taxFreeAmount: 11_700 })
  for (const [amount, taxFreeAmount] of [
    [5_000, 5_001],
    [20_000, 11_701],
    // What would remain to be paid with VAT is less than nothing.
    [30_000, 0],
  ] as const) {
    const fault = await refused('PAYMENT_NOT_REFUNDABLE', it.refund(amount, { taxFreeAmount }))
    assert.equal(fault.field, 'taxFreeAmount')
  }
  assert.equal((await it.refund(8_700, { taxFreeAmount: 8_700 })).status, 'REFUNDED')
  assert.equal((await it.refund(1_000)).status, 'REFUNDED')
  assert.equal((await it.refund(undefined)).status, 'REFUNDED')
  assert.deepEqual(
    it.toss.cancels().map((each) => [each.cancelAmount, each.taxFreeAmount]),
    [
      [8_700, 8_700],
      [1_000, 0],
      [24_800, 3_000],
    ],
  )
  assert.deepEqual(
    (await it.books())
      .filter((each) => each.state === 'REFUNDED')
      .map((each) => each.taxFree)
      .toSorted(),
    [0, 3_000, 8_700].toSorted(),
  )
})

test('an account that comes with the refund of a deposit is used, and forgotten once the money is back', async () => {
  const it = await startRefunds(db, runtime, { amount: 9_900, method: '가상계좌' })
  const refundReceiveAccount = { bank: '88', accountNumber: '110123456789', holderName: '홍길동' }
  const request = (amount: number, more: object = {}) =>
    it.refunds.refund({ refundId: randomUUID(), orderId: it.orderId, amount, reason: '변심', ...more })
  assert.equal((await request(900)).status, 'REQUESTED', 'nobody has said to which account')
  assert.equal(it.toss.keys.length, 0)
  const kept = () =>
    db.query<{ kept: Buffer | null }>({
      text: 'SELECT refund_account AS kept FROM payment WHERE id = $1',
      values: [it.id],
    })
  assert.equal((await request(9_000, { refundReceiveAccount })).status, 'REQUESTED', 'it waits for the one before it')
  const [{ kept: sealed } = { kept: null }] = await kept()
  assert.ok(sealed && !sealed.includes('110123456789'))
  await it.drain()
  assert.equal((await it.sums()).refunded, 9_900)
  assert.deepEqual(await kept(), [{ kept: null }])
})

for (const fate of ['answer lost', 'request lost'] as const)
  test(`two that a version without a queue has sent are each booked by their own cancel: ${fate}`, () => legacy(fate))

const legacy = async (fate: Fate): Promise<void> => {
  const it = await start(10_000, fate)
  const [first, second] = [randomUUID(), randomUUID()]
  await it.refund(1_000, { refundId: first })
  // The other was at the provider at the same time, and named no refund; its answer was lost too.
  const at = new Date(runtime.now())
  const row = {
    payment_id: it.id,
    order_id: it.orderId,
    amount: 1_000,
    reason: '변심',
    created_at: at,
    next_try_at: at,
  }
  await db.query(insert('refund', { ...row, id: second, state: 'QUEUED', maybe_sent: true }))
  await db.query({ text: 'UPDATE payment SET refund_requested = 2000 WHERE id = $1', values: [it.id] })
  await it.toss.client.cancel(it.id, { cancelReason: '변심', cancelAmount: 1_000 }, `${second}-0`)
  await it.hint()
  await it.drain()
  const books = await it.books()
  assert.deepEqual(
    books.map((each) => each.state),
    ['REFUNDED', 'REFUNDED'],
  )
  assert.deepEqual(
    books.map((each) => each.key).toSorted(),
    it.toss
      .cancels()
      .map((each) => each.transactionKey)
      .toSorted(),
  )
  assert.equal(it.toss.cancels().length, 2)
}

test('two hosts at once send one refund to the provider', async () => {
  const it = await start(10_000)
  const ids = [randomUUID(), randomUUID()]
  let started: Promise<unknown>[] = []
  await db.tx('hold', async (tx) => {
    await tx.query({ text: 'SELECT FROM payment WHERE id = $1 FOR UPDATE', values: [it.id] })
    started = ids.map((refundId) => it.refund(1_000, { refundId }))
    await blocked(db, 2)
  })
  await Promise.all(started)
  await it.drain()
  await isBooked(it, ids)
})

test('of two who hear at once that less is left, one asks for it', async () => {
  let [calls, bothAsked, askedAgain] = [0, () => {}, () => {}]
  const both = new Promise<void>((resolve) => (bothAsked = resolve))
  const again = new Promise<void>((resolve) => (askedAgain = resolve))
  let ended: Promise<unknown> = again
  const it = await startRefunds(db, runtime, {
    amount: 10_000,
    before: async () => {
      const n = ++calls
      if (n === 2) bothAsked()
      if (n <= 2) return both
      if (n > 3) return askedAgain()
      // The other has decided by now, or asks as well.
      await Promise.race([ended, again])
    },
  })
  it.toss.atConsole(1_000)
  const refundId = randomUUID()
  const orderId = it.orderId
  await db.tx('ask', (tx) => it.refunds.request(tx, { refundId, orderId, reason: '변심' }))
  const attempts = [it.refunds.attempt(refundId), it.refunds.attempt(refundId)]
  ended = Promise.race(attempts)
  await Promise.all(attempts)
  assert.deepEqual(it.toss.keys, [`${refundId}-0`, `${refundId}-0`, `${refundId}-1`])
  await isBooked(it, [refundId])
})

test('an answer that does not say by which cancel it was given is for a person', async () => {
  const it = await start(10_000)
  const { cancel } = it.toss.client
  it.toss.client.cancel = async (...request) => {
    const answer = await cancel(...request)
    return answer.kind === 'payment' ? { ...answer, payment: { ...answer.payment, cancels: null } } : answer
  }
  assert.equal((await it.refund(1_000)).status, 'REQUESTED')
  assert.deepEqual(await it.anomalies(), ['a refund cannot be told from others'])
  assert.equal((await it.sums()).refunded, 0)
})

test('an answer is not taken for that to a refund when the cancel names another', async () => {
  const [id, other] = [randomUUID(), randomUUID()]
  const seen = (cancelReason: string | null) => ({
    paymentKey: 'key',
    orderId: 'order',
    status: 'PARTIAL_CANCELED',
    totalAmount: 2,
    balanceAmount: 1,
    lastTransactionKey: 'last',
    cancels: [{ transactionKey: 'last', cancelAmount: 1, cancelReason }],
  })
  for (const cancelReason of [null, '변심', `변심 #${id}`])
    assert.equal(answeredCancel(seen(cancelReason), id, new Set())?.transactionKey, 'last')
  assert.equal(answeredCancel(seen(`변심 #${other}`), id, new Set()), undefined)
  assert.equal(answeredCancel(seen(`변심 #${id}`), id, new Set(['last'])), undefined)
})

test('a reason ends with its refund, whatever its length', () => {
  const id = randomUUID()
  for (const reason of ['변심', '👨‍👩‍👧'.repeat(60), `가짜 #${randomUUID()}`]) {
    const cancelReason = cancelReasonOf({ id, reason })
    assert.ok(cancelReason.length <= 200 && cancelReason.isWellFormed())
    assert.equal(refundIdOf({ transactionKey: '', cancelAmount: 1, cancelReason }), id)
  }
  for (const cancelReason of [null, '', '변심', `#${id} 변심`, `변심 #${id.slice(1)}`])
    assert.equal(refundIdOf({ transactionKey: '', cancelAmount: 1, cancelReason }), undefined)
})
