import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { whileAsking } from './flows-pay.ts'
import type { Lane } from './lane.ts'
import type { Customer, Flow } from './matrix.ts'
import { cancel, type Placed, placeAndPay, placeNew, standing } from './purchase.ts'

const cancelAgain = async (lane: Lane, { index, habit, case: order }: Customer<Placed>): Promise<void> => {
  if (habit !== 'retries') return
  await eventually(
    async () => (await cancel(lane, index, order)).body.status === 'CANCELED',
    'a cancellation comes to its end',
  )
}

const canceledOr = (otherwise: 'PENDING_PAYMENT' | 'PAID') => async (lane: Lane, customer: Customer<Placed>) => {
  const { habit, case: order } = customer
  const { status, captured, refunded } = await standing(lane, order)
  assert.ok(status === 'CANCELED' || (status === otherwise && habit !== 'retries'), `the order is ${status}`)
  const given = captured > 0 && status === 'CANCELED' ? captured : 0
  assert.equal(refunded, given)
  if (status === 'CANCELED') return captured > 0 ? 'refunded once' : 'canceled'
  return captured > 0 ? 'still paid' : 'payable'
}

export const cancelingUnpaid: Flow<Placed> = {
  name: 'cancel, unpaid',
  steps: ['order.cancel', 'product.consume.orders'],
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: placeNew,
  act: (lane, { index, case: order }) => cancel(lane, index, order),
  afterwards: cancelAgain,
  outcome: canceledOr('PENDING_PAYMENT'),
}

export const cancelingPaid: Flow<Placed> = {
  name: 'cancel, paid',
  steps: [
    'order.cancel',
    'payment.refund-request',
    'payment.refund',
    'order.cancel-refunded',
    'payment.consume.cancellations',
    'order.consume.payments',
    'product.consume.orders',
  ],
  also: [
    whileAsking('cancel', 'before', `SELECT FROM jt_payment.refund WHERE order_id = ANY ($1::uuid[])`),
    whileAsking('cancel', 'after', 'SELECT FROM jt_simulator_toss.payment WHERE refunded > 0 AND order_id = ANY ($1)'),
  ],
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: placeAndPay,
  act: cancelingUnpaid.act,
  afterwards: cancelAgain,
  outcome: canceledOr('PAID'),
}

/** The provider will not give the money back: the order goes on as it was. */
export const refundRefused: Flow<Placed> = {
  name: 'cancel, refund refused',
  steps: ['payment.resolve-refund', 'order.refund-refused'],
  habits: ['does nothing', 'retries'],
  prepare: async (lane, index) => {
    const order = await placeAndPay(lane, index)
    await lane.rows(
      `UPDATE jt_simulator_toss.payment SET state = jsonb_set(state::jsonb, '{status}', '"ABORTED"')::json
       WHERE order_id = $1`,
      [order.id],
    )
    return order
  },
  act: cancelingUnpaid.act,
  afterwards: async (lane, { index, habit, case: order }) => {
    if (habit !== 'retries') return
    await eventually(
      async () => (await cancel(lane, index, order)).body.code === 'REFUND_REFUSED',
      'a refusal is told to who asks again',
    )
  },
  outcome: async (lane, { case: order }) => {
    const { status, captures, refunded } = await standing(lane, order)
    assert.deepEqual({ status, captures, refunded }, { status: 'PAID', captures: 1, refunded: 0 })
    return 'still paid'
  },
}
