import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { allocated } from '../placing/allocation.ts'
import type { Allocation, Charge } from '../contract.ts'

/** A payment about to begin: which order its owner pays by which approved payment, in won. */
export interface Begin {
  readonly orderId: string
  readonly paymentKey: string
  readonly amount: number
  readonly memberId: string
}

/** The payment of an order, by its key at the provider; null where the order costs nothing and has none. */
export interface Ended {
  readonly orderId: string
  readonly paymentKey: string | null
}

/** An order whose payment is under way. */
export interface Paying extends Ended {
  readonly memberId: string
  readonly reservationId: string
  readonly amount: number
  /** The part of the amount that carries no VAT, in won. */
  readonly taxFreeAmount: number
  /** AWAITING_DEPOSIT: its holds are secured, and a virtual account is issued. */
  readonly status: 'PAYING' | 'AWAITING_DEPOSIT'
}

/** Milliseconds for which the sweep leaves a payment to the request that began it, which may take 15 seconds. */
const HEAD_START = 20_000

/** When the sweep takes up a payment begun at an instant. */
export const takenUpAt = (begunAt: number): Date => new Date(begunAt + HEAD_START)

/**
 * Begins payments for the orders that are simply waiting for one: unpaid, in time, for the right amount and owner. The
 * others are left as they are: why, and what to answer, is for the rules to say.
 */
export const beginWaiting = async (
  db: Queryable,
  entries: readonly Begin[],
  now: number,
): Promise<Map<string, Paying>> => {
  const rows = await db.query<Paying>(sql`
    WITH waiting AS (
      SELECT id FROM orders
      WHERE id = ANY (${entries.map((each) => each.orderId)}::uuid[]) AND status = 'PENDING_PAYMENT'
      ORDER BY id
      FOR NO KEY UPDATE)
    UPDATE orders SET status = 'PAYING', next_try_at = ${takenUpAt(now)}, tries = 0,
      payment_key = CASE WHEN orders.amount = 0 THEN NULL ELSE given.payment_key END
    FROM waiting
    JOIN unnest(${entries.map((each) => each.orderId)}::uuid[], ${entries.map((each) => each.paymentKey)}::text[],
      ${entries.map((each) => each.amount)}::bigint[], ${entries.map((each) => each.memberId)}::uuid[])
      AS given (id, payment_key, amount, member_id) USING (id)
    WHERE orders.id = waiting.id AND orders.status = 'PENDING_PAYMENT' AND orders.amount = given.amount
      AND orders.pay_before > ${new Date(now)} AND orders.member_id = given.member_id
    RETURNING orders.id AS "orderId", orders.payment_key AS "paymentKey", orders.member_id AS "memberId",
      orders.reservation_id AS "reservationId", orders.amount, orders.status,
      coalesce((SELECT sum((allocation ->> 'taxFree')::bigint) FROM order_line WHERE order_id = orders.id), 0)::bigint
        + coalesce((SELECT sum((each -> 'allocation' ->> 'taxFree')::bigint)
                    FROM jsonb_array_elements(orders.charges) AS each), 0)::bigint AS "taxFreeAmount"`)
  return new Map(rows.map((row) => [row.orderId, row]))
}

/** Has the sweep take up the payments of locked orders, begun at an instant, should their requests be cut off. */
export const scheduleTakeUp = async (db: Queryable, ids: readonly string[], begunAt: number): Promise<void> => {
  if (ids.length > 0)
    await db.query(sql`
      UPDATE orders SET next_try_at = ${takenUpAt(begunAt)}, tries = 0 WHERE id = ANY (${ids}::uuid[])`)
}

/** Ids of orders in PAYING whose payment nobody finished in time, the longest first. Hosts of the version before name no time. */
export const findCutOff = async (db: Queryable, now: number, limit: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders WHERE status = 'PAYING' AND (next_try_at IS NULL OR next_try_at <= ${new Date(now)})
    ORDER BY next_try_at NULLS FIRST LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Claims those of them that are still due and that nobody else has locked; they come due again later and later. */
export const claimCutOff = (db: Queryable, ids: readonly string[], now: number): Promise<Paying[]> =>
  db.query<Paying>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM orders
      WHERE id = ANY (${ids}::uuid[]) AND status = 'PAYING'
        AND (next_try_at IS NULL OR next_try_at <= ${new Date(now)})
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE orders SET tries = tries + 1,
      next_try_at = ${takenUpAt(now)}::timestamptz + least(300, 2 * 2 ^ least(tries, 10)) * interval '1 second'
    WHERE id IN (SELECT id FROM due)
    RETURNING id AS "orderId", payment_key AS "paymentKey", member_id AS "memberId",
      reservation_id AS "reservationId", amount, status,
      coalesce((SELECT sum((allocation ->> 'taxFree')::bigint) FROM order_line WHERE order_id = orders.id), 0)::bigint
        + coalesce((SELECT sum((each -> 'allocation' ->> 'taxFree')::bigint)
                    FROM jsonb_array_elements(orders.charges) AS each), 0)::bigint AS "taxFreeAmount"`)

/** An order that was paid just now, with what its event tells. */
export interface FreshlyPaid {
  readonly id: string
  readonly paymentKey: string | null
  readonly number: string
  readonly memberId: string
  readonly reservationId: string
  readonly amount: number
  readonly name: string
  readonly lines: readonly PaidLine[]
  readonly charges: readonly Charge[]
}

interface PaidLine {
  readonly number: number
  readonly skuId: string
  readonly productId: string
  readonly quantity: number
  readonly unitPrice: number
  readonly allocation: Allocation
}

/**
 * Those of the captured payments that did not pay their orders yet, or that their orders cannot be paid by: the order is
 * unpaid, over, paid by another payment or not there.
 */
export const findUnsettled = async <E extends Ended>(db: Queryable, captured: readonly E[]): Promise<E[]> => {
  const rows = await db.query<{ n: number }>(sql`
    SELECT n::int AS n
    FROM unnest(${captured.map((each) => each.orderId)}::uuid[], ${captured.map((each) => each.paymentKey)}::text[])
      WITH ORDINALITY AS captured (id, payment_key, n)
    LEFT JOIN orders USING (id)
    WHERE orders.paid_at IS NULL OR orders.payment_key IS DISTINCT FROM captured.payment_key
    ORDER BY n`)
  return rows.map(({ n }) => captured[n - 1]!)
}

/** Marks as paid the orders that wait for the outcome of just this payment, with their lines. The others are left as they are. */
export const payWaiting = async (
  db: Queryable,
  entries: readonly Ended[],
  now: number,
): Promise<Map<string, FreshlyPaid>> => {
  const rows = await db.query<FreshlyPaid>(sql`
    WITH waiting AS (
      SELECT id FROM orders
      WHERE id = ANY (${entries.map((each) => each.orderId)}::uuid[]) AND status IN ('PAYING', 'AWAITING_DEPOSIT')
      ORDER BY id
      FOR NO KEY UPDATE),
    paid AS (
      UPDATE orders SET status = 'PAID', paid_at = ${new Date(now)}
      FROM waiting
      JOIN unnest(${entries.map((each) => each.orderId)}::uuid[], ${entries.map((each) => each.paymentKey)}::text[])
        AS given (id, payment_key) USING (id)
      WHERE orders.id = waiting.id AND orders.status IN ('PAYING', 'AWAITING_DEPOSIT')
        AND orders.payment_key IS NOT DISTINCT FROM given.payment_key
      RETURNING orders.*),
    lined AS (
      UPDATE order_line SET status = 'PAID' FROM paid WHERE order_line.order_id = paid.id
      RETURNING order_line.*),
    told AS (
      SELECT order_id, jsonb_agg(jsonb_build_object('number', number, 'skuId', sku_id, 'productId', product_id,
        'quantity', quantity, 'unitPrice', unit_price, 'allocation', allocation) ORDER BY number) AS lines
      FROM lined GROUP BY order_id)
    SELECT paid.id, paid.payment_key AS "paymentKey", paid.number, paid.member_id AS "memberId",
      paid.reservation_id AS "reservationId", paid.amount, paid.name, paid.charges, told.lines
    FROM paid JOIN told ON told.order_id = paid.id`)
  return new Map(rows.map((row) => [row.id, { ...row, lines: row.lines.map(allocated) }]))
}
