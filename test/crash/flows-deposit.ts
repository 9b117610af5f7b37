import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import type { Lane } from './lane.ts'
import type { Customer, Flow } from './matrix.ts'
import { approve, confirm, type Placed, placeNew, standing } from './purchase.ts'

/** Flows whose customers pay by deposit into a virtual account. */

const account = { bank: '88', accountNumber: '110-123-456789', holderName: '홍길동' }

interface Chosen {
  readonly order: Placed
  readonly paymentKey: string
}

const choose = async (lane: Lane, index: number): Promise<Chosen> => {
  const order = await placeNew(lane, index)
  return { order, paymentKey: await approve(lane, order, { method: 'VIRTUAL_ACCOUNT' }) }
}

const statusIs = async (lane: Lane, { order }: Chosen, ...wanted: string[]): Promise<boolean> =>
  wanted.includes((await standing(lane, order)).status ?? '')

const issue = async (lane: Lane, index: number): Promise<Chosen> => {
  const chosen = await choose(lane, index)
  const answer = await confirm(lane.member(index), chosen.order, chosen.paymentKey)
  assert.equal(answer.body.status, 'AWAITING_DEPOSIT', JSON.stringify(answer.body))
  return chosen
}

const bank = (lane: Lane, { order }: Chosen, action: string) =>
  lane.anyone().send('POST', '/simulators/toss/deposits', { orderId: order.id, action })

const deposit = async (lane: Lane, index: number): Promise<Chosen> => {
  const chosen = await issue(lane, index)
  assert.equal((await bank(lane, chosen, 'deposit')).status, 200)
  await eventually(() => statusIs(lane, chosen, 'PAID'), 'the deposit pays the order')
  return chosen
}

const cancel = (lane: Lane, { index, case: { order } }: Customer<Chosen>, more: object = {}) =>
  lane.member(index).send('POST', `/api/orders/${order.id}/cancel`, { reason: '단순 변심', ...more })

/** The account at the provider, and how many refunds we have of it in which states. */
const accountOf = async (lane: Lane, { order }: Chosen): Promise<{ status: string; refunds: string[] }> => {
  const [row] = await lane.rows<{ status: string }>(
    'SELECT status FROM jt_simulator_toss.payment WHERE order_id = $1',
    [order.id],
  )
  const refunds = await lane.rows<{ state: string }>('SELECT state FROM jt_payment.refund WHERE order_id = $1', [
    order.id,
  ])
  return { status: row!.status, refunds: refunds.map((each) => each.state) }
}

/** Nobody can pay into an account whose order is over. */
const closedWith = async (lane: Lane, chosen: Chosen, word: string): Promise<string> => {
  assert.equal((await standing(lane, chosen.order)).captures, 0)
  assert.ok(['CANCELED', 'EXPIRED'].includes((await accountOf(lane, chosen)).status), 'the account is closed')
  return word
}

/** The account is issued. */
export const awaiting: Flow<Chosen> = {
  name: 'await a deposit',
  steps: ['payment.await-deposit', 'order.await-deposit'],
  habits: ['does nothing', 'retries'],
  prepare: choose,
  act: (lane, { index, case: { order, paymentKey } }) => confirm(lane.member(index), order, paymentKey),
  afterwards: async (lane, { index, habit, case: { order, paymentKey } }) => {
    if (habit !== 'retries') return
    await eventually(
      async () => (await confirm(lane.member(index), order, paymentKey)).body.status === 'AWAITING_DEPOSIT',
      'the account is issued',
    )
  },
  outcome: async (lane, { index, case: chosen }) => {
    assert.ok(await statusIs(lane, chosen, 'AWAITING_DEPOSIT'))
    const { items } = await lane.member(index).must('GET', `/api/orders/${chosen.order.id}/payments`)
    assert.ok(items[0].virtualAccount.accountNumber)
    const events = await lane.rows(`SELECT FROM jt_order.outbox WHERE name = 'order.deposit_awaited' AND key = $1`, [
      chosen.order.id,
    ])
    assert.equal(events.length, 1)
    return 'awaited, told once'
  },
}

/** The deposit arrives. */
export const depositing: Flow<Chosen> = {
  name: 'deposit',
  steps: ['payment.capture', 'order.consume.payments'],
  habits: ['does nothing', 'does nothing'],
  prepare: issue,
  act: (lane, { case: chosen }) => bank(lane, chosen, 'deposit'),
  afterwards: async (lane, { case: chosen }) => void (await bank(lane, chosen, 'deposit')),
  outcome: async (lane, { case: chosen }) => {
    const { status, captures, captured, refunded } = await standing(lane, chosen.order)
    assert.deepEqual({ status, captures, captured, refunded }, { status: 'PAID', captures: 1, captured, refunded: 0 })
    return 'paid once'
  },
}

/** Canceled before the deposit: the account is closed. */
export const cancelingAwaiting: Flow<Chosen> = {
  name: 'cancel, awaiting a deposit',
  steps: ['order.cancel', 'payment.consume.cancellations', 'payment.fail', 'product.consume.orders'],
  habits: ['does nothing', 'retries'],
  prepare: issue,
  act: (lane, customer) => cancel(lane, customer),
  afterwards: async (lane, customer) => {
    if (customer.habit !== 'retries') return
    await eventually(async () => (await cancel(lane, customer)).body.status === 'CANCELED', 'the order is canceled')
  },
  outcome: async (lane, { habit, case: chosen }) => {
    if (habit !== 'retries' && (await statusIs(lane, chosen, 'AWAITING_DEPOSIT'))) return 'still awaited'
    assert.ok(await statusIs(lane, chosen, 'CANCELED'))
    return closedWith(lane, chosen, 'canceled, closed')
  },
}

const overdue = (
  name: string,
  steps: readonly string[],
  act: (lane: Lane, id: string) => Promise<unknown>,
): Flow<Chosen> => ({
  name,
  steps,
  habits: ['does nothing', 'does nothing'],
  prepare: issue,
  act: (lane, { case: { order } }) => act(lane, order.id),
  afterwards: async () => {},
  outcome: async (lane, { case: chosen }) => {
    assert.ok(await statusIs(lane, chosen, 'EXPIRED'))
    return closedWith(lane, chosen, 'expired, closed')
  },
})

/** The due time passes, and Toss is asked what became of the account. */
export const overdueAtToss = overdue('deposit overdue', ['payment.fail', 'order.consume.payments'], (lane, id) =>
  lane.rows(
    `UPDATE jt_payment.payment SET due_at = now() - interval '1 minute', next_check_at = now() WHERE order_id = $1`,
    [id],
  ),
)

/** The due time passed a while ago by the order's own clock, and nobody heard from Toss. */
export const overdueHere = overdue('deposit overdue for long', ['order.expire-deposits'], (lane, id) =>
  lane.rows(`UPDATE jt_order.orders SET pay_before = now() - interval '6 minutes' WHERE id = $1`, [id]),
)

/** The buyer is reminded, once. */
export const reminding: Flow<Chosen> = {
  name: 'remind of a deposit',
  steps: ['order.remind-of-deposit'],
  habits: ['does nothing', 'does nothing'],
  prepare: issue,
  act: (lane, { case: { order } }) =>
    lane.rows('UPDATE jt_order.orders SET remind_at = now() WHERE id = $1', [order.id]),
  afterwards: async () => {},
  outcome: async (lane, { case: { order } }) => {
    const told = () =>
      lane.rows(`SELECT FROM jt_order.outbox WHERE name = 'order.deposit_due_soon' AND key = $1`, [order.id])
    await eventually(async () => (await told()).length > 0, 'the buyer is reminded')
    assert.equal((await told()).length, 1)
    return 'reminded once'
  },
}

/** A paid deposit is given back to the account its buyer names. */
export const refunding: Flow<Chosen> = {
  name: 'cancel, paid by deposit',
  steps: ['payment.keep-refund-account', 'order.cancel', 'payment.refund'],
  habits: ['does nothing', 'retries'],
  prepare: deposit,
  act: (lane, customer) => cancel(lane, customer, { refundAccount: account }),
  afterwards: async (lane, customer) => {
    if (customer.habit !== 'retries') return
    await eventually(
      async () => (await cancel(lane, customer, { refundAccount: account })).body.status === 'CANCELED',
      'a cancellation comes to its end',
    )
  },
  outcome: async (lane, { habit, case: chosen }) => {
    const { status, captured, refunded } = await standing(lane, chosen.order)
    assert.ok(status === 'CANCELED' || (status === 'PAID' && habit !== 'retries'), `the order is ${status}`)
    assert.equal(refunded, status === 'CANCELED' ? captured : 0)
    return status === 'CANCELED' ? 'refunded once' : 'still paid'
  },
}

/** The bank was late: money arrives for an order that is over, and waits for an account to go back to. */
export const lateDeposit: Flow<Chosen> = {
  name: 'deposit for an order that is over',
  steps: ['payment.capture', 'order.consume.payments', 'payment.consume.cancellations'],
  habits: ['does nothing', 'retries'],
  prepare: async (lane, index) => {
    const chosen = await issue(lane, index)
    assert.equal((await bank(lane, chosen, 'pass-due')).status, 200)
    await eventually(() => statusIs(lane, chosen, 'EXPIRED'), 'the order is expired')
    return chosen
  },
  act: (lane, { case: chosen }) => bank(lane, chosen, 'deposit'),
  // The webhook was not answered: Toss sends it again.
  afterwards: async (lane, { case: { order, paymentKey } }) => {
    await bank(lane, { order, paymentKey }, 'deposit')
    await lane.anyone().must('POST', '/api/payments/webhooks/toss', {
      eventType: 'PAYMENT_STATUS_CHANGED',
      createdAt: '2026-11-20T12:00:00.000000',
      data: { paymentKey, orderId: order.id, status: 'DONE' },
    })
  },
  outcome: async (lane, customer) => {
    const { case: chosen, habit } = customer
    const { status, captured, refunded } = await standing(lane, chosen.order)
    assert.deepEqual({ status, refunded }, { status: 'EXPIRED', refunded: 0 })
    assert.deepEqual((await accountOf(lane, chosen)).refunds, ['AWAITING_ACCOUNT'])
    if (habit !== 'retries') return 'waits for an account'
    assert.equal((await cancel(lane, customer, { refundAccount: account })).status, 200)
    assert.equal((await standing(lane, chosen.order)).refunded, captured)
    return 'given back'
  },
}
