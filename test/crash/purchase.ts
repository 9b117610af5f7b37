import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type ApiClient, payOrder, shippingAddress } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import type { Lane } from './lane.ts'

/** An order as a customer knows it. */
export interface Placed {
  readonly id: string
  readonly amount: number
}

/** Asks for units under a key. What was answered is noted as acknowledged. */
export const place = async (lane: Lane, index: number, key: string, quantity = 1): Promise<Placed> => {
  const body = { items: [{ skuId: lane.skuId, quantity }], shippingAddress }
  const order = await lane.member(index).must('POST', '/api/orders', body, { 'idempotency-key': key })
  lane.acknowledged.push(order.id)
  return order
}

export const placeNew = (lane: Lane, index: number): Promise<Placed> => place(lane, index, randomUUID())

export const placeUnits = (lane: Lane, index: number, quantity: number): Promise<Placed> =>
  place(lane, index, randomUUID(), quantity)

/** The buyer finishes the payment window. */
export const approve = async (lane: Lane, { id, amount }: Placed, more: object = {}): Promise<string> =>
  (await lane.anyone().must('POST', '/simulators/toss/approve', { orderId: id, amount, ...more })).paymentKey

/** The return page asks to capture. */
export const confirm = (client: ApiClient, { id, amount }: Placed, paymentKey: string) =>
  client.send('POST', '/api/payments/confirm', { paymentKey, orderId: id, amount })

/** Asks to capture until the answer is known. */
export const confirmUntilKnown = async (lane: Lane, index: number, order: Placed, paymentKey: string) => {
  let answer: { status: number; body: any } | undefined
  await eventually(async () => {
    answer = await confirm(lane.member(index), order, paymentKey)
    return answer.status < 500 && answer.status !== 409 && answer.body.status !== 'CONFIRMING'
  }, 'the outcome of a payment becomes known')
  return answer!
}

export const cancel = (lane: Lane, index: number, { id }: Placed) =>
  lane.member(index).send('POST', `/api/orders/${id}/cancel`, { reason: '단순 변심' })

/** Asks to cancel one unit of the first line under a key. */
export const cancelUnit = (lane: Lane, index: number, { id }: Placed, key: string) =>
  lane
    .member(index)
    .send(
      'POST',
      `/api/orders/${id}/cancel`,
      { reason: '단순 변심', lines: [{ number: 1, quantity: 1 }] },
      { 'idempotency-key': key },
    )

/** How many units the first line of an order has, and how they stand. */
export const unitsOf = async (lane: Lane, { id }: Placed) =>
  (
    await lane.rows<{ quantity: number; canceling: number; canceled: number }>(
      'SELECT quantity, canceling, canceled FROM jt_order.order_line WHERE order_id = $1 AND number = 1',
      [id],
    )
  )[0]!

export const placeAndPay = async (lane: Lane, index: number): Promise<Placed> => {
  const order = await placeNew(lane, index)
  await payOrder(lane.member(index), order)
  return order
}

/** Toss's own word of a change, as it sends it. */
export const webhook = (lane: Lane, { id }: Placed, paymentKey: string) =>
  lane.anyone().must('POST', '/api/payments/webhooks/toss', {
    eventType: 'PAYMENT_STATUS_CHANGED',
    createdAt: '2026-11-20T12:00:00.000000',
    data: { paymentKey, orderId: id, status: 'DONE' },
  })

/** How an order stands, by the shop and by the provider's own record. */
export const standing = async (lane: Lane, { id }: Placed) => {
  const [order] = await lane.rows<{ status: string }>('SELECT status FROM jt_order.orders WHERE id = $1', [id])
  const [money] = await lane.rows<{ captures: number; captured: number; refunded: number }>(
    `SELECT count(*) AS captures, coalesce(sum(captured), 0)::bigint AS captured, coalesce(sum(refunded), 0)::bigint AS refunded
     FROM jt_simulator_toss.payment WHERE order_id = $1 AND captured > 0`,
    [id],
  )
  return { status: order?.status, ...money! }
}

/** Whether an order was paid once or not at all, in words. */
export const paidOnceOrNot = async (lane: Lane, order: Placed, mustBePaid: boolean): Promise<string> => {
  const { status, captures, captured } = await standing(lane, order)
  assert.ok(status === 'PAID' || (status === 'PENDING_PAYMENT' && !mustBePaid), `the order is ${status}`)
  assert.equal(captures, status === 'PAID' ? 1 : 0)
  assert.equal(captured, status === 'PAID' ? order.amount : 0)
  return status === 'PAID' ? 'paid once' : 'not paid'
}
