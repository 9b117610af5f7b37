import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { whileAsking } from './flows-pay.ts'
import type { Lane } from './lane.ts'
import type { Customer, Flow } from './matrix.ts'
import { randomUUID } from 'node:crypto'
import { payOrder } from '../support/client.ts'
import { cancel, cancelUnit, type Placed, placeAndPay, placeNew, placeUnits, standing, unitsOf } from './purchase.ts'

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

interface Part {
  readonly order: Placed
  readonly key: string
}

/** One of two units is canceled under a key: its half goes back once, and the other is as it was paid. */
export const cancelingPart: Flow<Part> = {
  name: 'cancel, one of two units',
  steps: [
    'order.cancel',
    'payment.refund-request',
    'payment.refund',
    'order.cancel-refunded',
    'payment.consume.cancellations',
    'order.consume.payments',
    'product.consume.orders',
  ],
  also: cancelingPaid.also!,
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: async (lane, index) => {
    const order = await placeUnits(lane, index, 2)
    await payOrder(lane.member(index), order)
    return { order, key: randomUUID() }
  },
  act: (lane, { index, case: { order, key } }) => cancelUnit(lane, index, order, key),
  afterwards: async (lane, { index, habit, case: { order, key } }) => {
    if (habit !== 'retries') return
    await eventually(
      async () => (await cancelUnit(lane, index, order, key)).body.lines?.[0].canceled === 1,
      'the cancellation of a unit comes to its end',
    )
  },
  outcome: async (lane, { habit, case: { order } }) => {
    const { status, captured, refunded } = await standing(lane, order)
    const { canceling, canceled } = await unitsOf(lane, order)
    assert.deepEqual({ status, captured, canceling }, { status: 'PAID', captured: order.amount, canceling: 0 })
    assert.ok(canceled === 1 || (canceled === 0 && habit !== 'retries'), `${canceled} units are canceled`)
    assert.equal(refunded, (canceled * order.amount) / 2)
    return canceled === 1 ? 'its share refunded once' : 'still paid'
  },
}

/** Units of an unpaid order are taken out under a key. */
export const cancelingUnpaidPart: Flow<Part> = {
  name: 'cancel, one of two unpaid units',
  steps: ['product.reserve', 'order.change-items', 'product.consume.orders'],
  habits: ['does nothing', 'retries', 'does nothing', 'retries'],
  prepare: async (lane, index) => ({ order: await placeUnits(lane, index, 2), key: randomUUID() }),
  act: cancelingPart.act,
  afterwards: async (lane, { index, habit, case: { order, key } }) => {
    if (habit !== 'retries') return
    await eventually(
      async () => (await cancelUnit(lane, index, order, key)).body.lines?.[0].quantity === 1,
      'a unit of an unpaid order is taken out',
    )
  },
  outcome: async (lane, { habit, case: { order } }) => {
    const { status } = await standing(lane, order)
    const { quantity } = await unitsOf(lane, order)
    assert.equal(status, 'PENDING_PAYMENT')
    assert.ok(quantity === 1 || (quantity === 2 && habit !== 'retries'), `${quantity} units are ordered`)
    return quantity === 1 ? 'taken out once' : 'payable'
  },
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
