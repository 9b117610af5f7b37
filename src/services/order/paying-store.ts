import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { allocated } from './allocation.ts'
import type { Allocation, Charge } from './contract.ts'

/** A payment about to begin. `memberId` null: the owner was checked before. */
export interface Begin {
  readonly orderId: string
  readonly paymentKey: string
  readonly amount: number
  readonly memberId: string | null
}

/** A payment that has ended. */
export interface Ended {
  readonly orderId: string
  readonly paymentKey: string
}

/** An order whose payment was begun just now. */
export interface FreshlyBegun {
  readonly id: string
  readonly paymentKey: string
  readonly memberId: string
  readonly reservationId: string
  readonly amount: number
}

/**
 * Begins payments for the orders that are simply waiting for one: unpaid, in time, for the right amount and owner. The
 * others are left as they are: why, and what to answer, is for the rules to say.
 */
export const beginWaiting = async (
  db: Queryable,
  entries: readonly Begin[],
  now: number,
): Promise<Map<string, FreshlyBegun>> => {
  const rows = await db.query<FreshlyBegun>(sql`
    WITH waiting AS (
      SELECT id FROM orders
      WHERE id = ANY (${entries.map((each) => each.orderId)}::uuid[]) AND status = 'PENDING_PAYMENT'
      ORDER BY id
      FOR NO KEY UPDATE)
    UPDATE orders SET status = 'PAYING', payment_key = given.payment_key
    FROM waiting
    JOIN unnest(${entries.map((each) => each.orderId)}::uuid[], ${entries.map((each) => each.paymentKey)}::text[],
      ${entries.map((each) => each.amount)}::bigint[], ${entries.map((each) => each.memberId)}::uuid[])
      AS given (id, payment_key, amount, member_id) USING (id)
    WHERE orders.id = waiting.id AND orders.status = 'PENDING_PAYMENT' AND orders.amount = given.amount
      AND orders.pay_before > ${new Date(now)} AND (given.member_id IS NULL OR orders.member_id = given.member_id)
    RETURNING orders.id, orders.payment_key AS "paymentKey", orders.member_id AS "memberId",
      orders.reservation_id AS "reservationId", orders.amount`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** An order that was paid just now, with what its event tells. */
export interface FreshlyPaid {
  readonly id: string
  readonly paymentKey: string
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
        AND orders.payment_key = given.payment_key
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
