import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** An order as other services' records of it are compared with. */
export interface OrderSeen {
  readonly id: string
  readonly status:
    | 'PENDING_PAYMENT'
    | 'PAYING'
    | 'AWAITING_DEPOSIT'
    | 'PAID'
    | 'CANCEL_REQUESTED'
    | 'CANCELED'
    | 'EXPIRED'
  readonly amount: number
  readonly paymentKey: string | null
  readonly reservationId: string
  readonly payBefore: number
  readonly paidAt: number | null
  readonly canceledAt: number | null
  /** When the sweep takes its payment up again, while it is PAYING. */
  readonly nextTryAt: number | null
  /** What was paid and is not given back by a cancellation, in won; what cancellations gave back. */
  readonly remaining: number
  readonly givenBack: number
  /** When the last of its cancellations that are under way was requested. */
  readonly cancelingSince: number | null
  /** `sku quantity` of each SKU, sorted: one may be on several lines, at different prices. */
  readonly lines: readonly string[]
}

/** Orders by id after an id. */
export const readOrders = (db: Queryable, after: string, limit: number): Promise<OrderSeen[]> =>
  db.query<OrderSeen & Record<string, unknown>>(sql`
    SELECT orders.id, status, orders.amount, payment_key AS "paymentKey", reservation_id AS "reservationId",
      pay_before AS "payBefore", paid_at AS "paidAt", canceled_at AS "canceledAt", next_try_at AS "nextTryAt",
      orders.amount - coalesce(canceled.amount, 0) AS remaining, coalesce(canceled.refunded, 0) AS "givenBack",
      canceled.since AS "cancelingSince",
      ARRAY (SELECT sku_id || ' ' || sum(quantity) FROM jt_order.order_line WHERE order_id = orders.id
             GROUP BY sku_id ORDER BY sku_id) AS lines
    FROM jt_order.orders LEFT JOIN LATERAL (
      SELECT (sum(amount) FILTER (WHERE state = 'DONE'))::bigint AS amount, sum(refunded)::bigint AS refunded,
        max(requested_at) FILTER (WHERE state = 'REQUESTED') AS since
      FROM jt_order.cancellation WHERE order_id = orders.id) AS canceled ON true
    WHERE orders.id > ${after} ORDER BY orders.id LIMIT ${limit}`)

/** Which of the ids are orders, with their states. */
export const statesOfOrders = async (db: Queryable, ids: readonly string[]): Promise<Map<string, string>> => {
  const rows = await db.query<{ id: string; status: string }>(sql`
    SELECT id, status FROM jt_order.orders WHERE id = ANY (${ids}::uuid[])`)
  return new Map(rows.map((row) => [row.id, row.status]))
}

/** The orders that hold reservations. */
export const ordersHolding = async (db: Queryable, reservationIds: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT reservation_id AS id FROM jt_order.orders WHERE reservation_id = ANY (${reservationIds}::uuid[])`)
  return new Set(rows.map((row) => row.id))
}

/** A payment of an order. */
export interface PaymentSeen {
  readonly id: string
  readonly orderId: string
  readonly paymentKey: string
  readonly state: string
  readonly amount: number
  readonly refunded: number
  readonly createdAt: number
  readonly capturedAt: number | null
  /** When a refund of it was last asked for, given an account to go to, or made. */
  readonly refundAt: number | null
  /** Won that wait for an account to go back to: a person must name one. */
  readonly awaitingAccount: number
}

const PAYMENT = `payment.id, payment.order_id AS "orderId", payment_key AS "paymentKey", payment.state, payment.amount,
  refunded, payment.created_at AS "createdAt", captured_at AS "capturedAt",
  (SELECT max(greatest(refund.created_at, ended_at, refund_account_at)) FROM jt_payment.refund
    WHERE payment_id = payment.id) AS "refundAt",
  (SELECT coalesce(sum(refund.amount), 0)::bigint FROM jt_payment.refund
    WHERE payment_id = payment.id AND refund.state = 'AWAITING_ACCOUNT') AS "awaitingAccount"`

/** The payments of orders. */
export const paymentsOfOrders = async (db: Queryable, ids: readonly string[]): Promise<Map<string, PaymentSeen[]>> => {
  const rows = await db.query<PaymentSeen>({
    name: 'audit_payments_of_orders',
    text: `SELECT ${PAYMENT} FROM jt_payment.payment WHERE order_id = ANY ($1::uuid[])`,
    values: [ids],
  })
  return Map.groupBy(rows, (row) => row.orderId)
}

/** Captured payments by id after an id. */
export const readCaptures = (db: Queryable, after: string, limit: number): Promise<PaymentSeen[]> =>
  db.query<PaymentSeen>({
    name: 'audit_captures',
    text: `SELECT ${PAYMENT} FROM jt_payment.payment WHERE state = 'CAPTURED' AND id > $1 ORDER BY id LIMIT $2`,
    values: [after, limit],
  })

/** A reservation of stock. */
export interface ReservationSeen {
  readonly id: string
  readonly state: 'HELD' | 'SECURED' | 'ALLOCATED' | 'RELEASED' | 'RESTOCKED'
  readonly expiresAt: number
  /** `sku quantity` of each line, sorted. */
  readonly lines: readonly string[]
}

/** Reservations by id. */
export const reservationsOf = async (db: Queryable, ids: readonly string[]): Promise<Map<string, ReservationSeen>> => {
  const rows = await db.query<ReservationSeen & Record<string, unknown>>(sql`
    SELECT id, state, expires_at AS "expiresAt",
      ARRAY (SELECT sku_id || ' ' || quantity FROM unnest(sku_ids, quantities) AS line (sku_id, quantity) ORDER BY sku_id) AS lines
    FROM jt_product.reservation WHERE id = ANY (${ids}::uuid[])`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Reservations that hold stock, by id after an id. */
export const readHolds = (db: Queryable, after: string, limit: number): Promise<Omit<ReservationSeen, 'lines'>[]> =>
  db.query<Omit<ReservationSeen, 'lines'> & Record<string, unknown>>(sql`
    SELECT id, state, expires_at AS "expiresAt" FROM jt_product.reservation
    WHERE state IN ('HELD', 'SECURED') AND id > ${after} ORDER BY id LIMIT ${limit}`)

/** When a service last emitted one of some events about an order, since an instant, by order. */
export const recentWords = async (
  db: Queryable,
  service: 'order' | 'payment',
  names: readonly string[],
  since: number,
): Promise<Map<string, number>> => {
  const rows = await db.query<{ key: string; at: number }>({
    name: `audit_recent_words_${service}`,
    text: `SELECT key, max(at) AS at FROM jt_${service}.outbox WHERE name = ANY ($1) AND at > $2 GROUP BY key`,
    values: [names, new Date(since)],
  })
  return new Map(rows.map((row) => [row.key, row.at]))
}
