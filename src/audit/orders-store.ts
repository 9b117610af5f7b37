import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Violation } from './invariant.ts'

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
  readonly kept: number
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
      orders.amount - coalesce(canceled.amount, 0) AS kept, coalesce(canceled.refunded, 0) AS "givenBack",
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

/** How many orders there are. */
export const countOrders = async (db: Queryable): Promise<number> =>
  (await db.query<{ count: number }>(sql`SELECT count(*) AS count FROM jt_order.orders`))[0]!.count

/** What was paid for a line: all it cost, where nothing says otherwise. */
const PAYMENT_OF_LINE = `coalesce((line.allocation ->> 'payment')::bigint, line.quantity * line.unit_price)`

/** Orders whose amount is not what is paid for their lines and charges, or that have no lines. */
export const wrongTotals = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>({
    name: 'audit_wrong_totals',
    text: `
      WITH lined AS (
        SELECT order_id, count(*) AS count, sum(${PAYMENT_OF_LINE}) AS paid
        FROM jt_order.order_line AS line GROUP BY order_id
      ), charged AS (
        SELECT id, amount, (SELECT coalesce(sum((charge ->> 'amount')::bigint), 0)
          FROM jsonb_array_elements(charges) AS charge) AS charges FROM jt_order.orders
      )
      SELECT id, format('amount %s won, %s lines cost %s and charges %s', amount, coalesce(count, 0), coalesce(paid, 0),
        charges) AS what
      FROM charged LEFT JOIN lined ON order_id = id
      WHERE count IS NULL OR paid + charges <> amount`,
    values: [],
  })

/**
 * Orders and lines in other states than follow from the payment and the units, and lines without an order. While money moves
 * the lines of an unpaid order wait as they did. Hosts of the version before store the state of a line, not its units.
 */
export const wrongLines = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH line AS (
      SELECT order_id, number, status, quantity,
        CASE status WHEN 'CANCELED' THEN greatest(canceled, CASE canceled WHEN 0 THEN quantity END) ELSE canceled END AS canceled,
        CASE status WHEN 'CANCEL_REQUESTED' THEN greatest(canceling, CASE canceling WHEN 0 THEN quantity - canceled END)
          ELSE canceling END AS canceling
      FROM jt_order.order_line
    ), derived AS (
      SELECT *, CASE WHEN canceled = quantity THEN 'CANCELED' WHEN canceled + canceling = quantity THEN 'CANCEL_REQUESTED'
        ELSE 'PAID' END AS by_units
      FROM line
    ), labels AS (
      SELECT order_id, CASE WHEN bool_or(by_units = 'PAID') THEN 'PAID' WHEN bool_or(by_units = 'CANCEL_REQUESTED')
        THEN 'CANCEL_REQUESTED' ELSE 'CANCELED' END AS label
      FROM derived GROUP BY order_id
    )
    SELECT coalesce(orders.id, derived.order_id) AS id, format('the order is %s, its line %s %s with %s of %s units canceled',
      coalesce(orders.status, 'not there'), derived.number, derived.status, canceled, quantity) AS what
    FROM derived JOIN labels USING (order_id) LEFT JOIN jt_order.orders ON orders.id = order_id
    WHERE CASE WHEN orders.paid_at IS NOT NULL AND orders.status IN ('PAID', 'CANCEL_REQUESTED', 'CANCELED')
        THEN derived.status <> by_units OR orders.status <> label
        ELSE derived.status IS DISTINCT FROM CASE orders.status WHEN 'PAYING' THEN 'PENDING_PAYMENT' ELSE orders.status END
      END`)

/**
 * Lines of which other units are canceled, or being canceled, than their order's cancellations say, or at another share; and
 * orders whose cancellations give back more than was paid. Orders from before cancellations were stored have none.
 */
export const wrongUnits = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH part AS (
      SELECT order_id, (part ->> 'number')::int AS number,
        sum((part ->> 'quantity')::int) FILTER (WHERE state = 'REQUESTED') AS canceling,
        sum((part ->> 'quantity')::int) FILTER (WHERE state = 'DONE') AS canceled,
        sum((part ->> 'amount')::bigint) FILTER (WHERE state <> 'REFUSED') AS amount
      FROM jt_order.cancellation CROSS JOIN jsonb_array_elements(parts) AS part GROUP BY 1, 2
    )
    SELECT coalesce(line.order_id, part.order_id) AS id, format(
      'line %s has %s units being canceled and %s canceled for %s won, its cancellations say %s, %s and %s',
      coalesce(line.number, part.number), line.canceling, line.canceled, canceled_amount, coalesce(part.canceling, 0),
      coalesce(part.canceled, 0), coalesce(part.amount, 0)) AS what
    FROM jt_order.order_line AS line FULL JOIN part ON part.order_id = line.order_id AND part.number = line.number
    WHERE line.order_id IS NULL
      OR (part.order_id IS NOT NULL OR line.canceling > 0 OR canceled_amount > 0)
        AND (line.canceling <> coalesce(part.canceling, 0) OR line.canceled <> coalesce(part.canceled, 0)
          OR canceled_amount <> coalesce(part.amount, 0))
    UNION ALL
    SELECT orders.id, format('%s won paid, cancellations of %s', orders.amount, sum(cancellation.amount))
    FROM jt_order.cancellation JOIN jt_order.orders ON orders.id = order_id
    WHERE state <> 'REFUSED' GROUP BY orders.id HAVING sum(cancellation.amount) > orders.amount`)

/** Orders without a key, keys without an order, and what has more than one. */
export const wrongKeys = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT coalesce(orders.id, order_id) AS id,
      CASE
        WHEN orders.id IS NULL THEN format('answered under the key %L, but it is not there', key)
        WHEN order_id IS NULL THEN 'placed under no key'
        ELSE 'placed under the key of another member'
      END AS what
    FROM jt_order.idempotency AS known FULL JOIN jt_order.orders ON orders.id = order_id
    WHERE orders.id IS NULL OR order_id IS NULL OR known.member_id <> orders.member_id
    UNION ALL
    SELECT order_id, format('answered under %s keys', count(*)) FROM jt_order.idempotency
    GROUP BY order_id HAVING count(*) > 1
    UNION ALL
    SELECT member_id, format('%s orders under the key %L', count(*), key) FROM jt_order.idempotency
    GROUP BY member_id, key HAVING count(*) > 1`)
