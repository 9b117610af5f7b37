import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import type { Flow, Killing } from './matrix.ts'
import {
  approve,
  confirm,
  confirmUntilKnown,
  paidOnceOrNot,
  type Placed,
  placeNew,
  standing,
  webhook,
} from './purchase.ts'

interface Approved {
  readonly order: Placed
  readonly paymentKey: string
}

/**
 * Kills the shop while the provider is asked and has not answered yet: `before` it did anything, or `after` it did it all.
 * `reached` tells by the provider's books and ours when each of the orders ($1) is there.
 */
export const whileAsking = (scope: 'confirm' | 'cancel', when: 'before' | 'after', reached: string): Killing => ({
  at: `the provider’s ${scope}`,
  moment: when,
  arm: (lane) => lane.anyone().must('PUT', '/simulators/toss/faults', { delay: { scope, when, ms: 60_000 } }),
  struck: async (lane, orders) => {
    await eventually(
      async () => (await lane.rows(reached, [orders])).length === orders.length,
      'the provider is asked about every order',
    )
    await lane.kill()
  },
  calm: (lane) => lane.anyone().must('DELETE', '/simulators/toss/faults'),
})

export const paying: Flow<Approved> = {
  name: 'pay',
  steps: [
    'order.begin-payment',
    'product.secure',
    'payment.insert-payment',
    'payment.capture',
    'order.complete-payment',
    'order.consume.payments',
    'product.consume.orders',
  ],
  also: [
    whileAsking(
      'confirm',
      'before',
      `SELECT FROM jt_product.reservation WHERE state = 'SECURED' AND id IN (
      SELECT reservation_id FROM jt_order.orders WHERE id = ANY ($1::uuid[]))`,
    ),
    whileAsking('confirm', 'after', 'SELECT FROM jt_simulator_toss.payment WHERE captured > 0 AND order_id = ANY ($1)'),
  ],
  habits: ['does nothing', 'retries', 'lets the webhook come', 'does nothing', 'retries'],
  prepare: async (lane, index) => {
    const order = await placeNew(lane, index)
    return { order, paymentKey: await approve(lane, order) }
  },
  act: (lane, { index, case: { order, paymentKey } }) => confirm(lane.member(index), order, paymentKey),
  afterwards: async (lane, { index, habit, case: { order, paymentKey } }) => {
    if (habit === 'lets the webhook come') await webhook(lane, order, paymentKey)
    if (habit !== 'retries') return
    const answer = await confirmUntilKnown(lane, index, order, paymentKey)
    assert.equal(answer.body.status, 'PAID', JSON.stringify(answer.body))
  },
  outcome: (lane, { habit, case: { order } }) => paidOnceOrNot(lane, order, habit === 'retries'),
}

/** The provider answers nothing, so that the attempt stays open; then word of it comes by webhook. */
export const payingByWebhook: Flow<Approved> = {
  name: 'pay by webhook',
  steps: ['payment.capture', 'order.consume.payments'],
  habits: ['lets the webhook come', 'does nothing', 'retries'],
  prepare: async (lane, index) => {
    const order = await placeNew(lane, index)
    const paymentKey = await approve(lane, order)
    await lane.anyone().must('PUT', '/simulators/toss/faults', { http500: { scope: 'any' } })
    const answer = await confirm(lane.member(index), order, paymentKey)
    assert.equal(answer.body.status, 'CONFIRMING', JSON.stringify(answer.body))
    return { order, paymentKey }
  },
  ready: (lane) => lane.anyone().must('DELETE', '/simulators/toss/faults'),
  act: (lane, { case: { order, paymentKey } }) => webhook(lane, order, paymentKey),
  afterwards: (lane, customer) => paying.afterwards(lane, customer),
  outcome: (lane, { case: { order } }) => paidOnceOrNot(lane, order, true),
}

export const refused: Flow<Approved> = {
  name: 'pay with a refused card',
  steps: ['payment.fail', 'order.fail-payment'],
  habits: ['does nothing', 'retries', 'lets the webhook come'],
  prepare: async (lane, index) => {
    const order = await placeNew(lane, index)
    return { order, paymentKey: await approve(lane, order, { refusal: 'REJECT_CARD_COMPANY' }) }
  },
  act: paying.act,
  afterwards: async (lane, { index, habit, case: { order, paymentKey } }) => {
    if (habit === 'lets the webhook come') await webhook(lane, order, paymentKey)
    if (habit !== 'retries') return
    const answer = await confirmUntilKnown(lane, index, order, paymentKey)
    assert.equal(answer.body.code, 'PAYMENT_REFUSED', JSON.stringify(answer.body))
  },
  outcome: async (lane, { case: { order } }) => {
    const { status, captures } = await standing(lane, order)
    assert.equal(status, 'PENDING_PAYMENT')
    assert.equal(captures, 0)
    return 'payable'
  },
}
