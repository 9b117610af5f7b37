import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { OrderStatus } from './contract.ts'
import { allocated } from './placing/allocation.ts'
import type { OrderLine, OrderRecord } from './order.ts'

interface OrderRow {
  id: string
  number: string
  member_id: string
  status: OrderStatus
  amount: number
  name: string
  reservation_id: string
  revision: number
  payment_key: string | null
  pay_before: number
  placed_at: number
  paid_at: number | null
  canceled_at: number | null
  cancellation_id: string | null
  cancel_reason: string | null
  shipping: OrderRecord['shipping']
  lines: OrderLine[]
  charges: OrderRecord['charges']
}

const recordOf = (row: OrderRow): OrderRecord => ({
  id: row.id,
  number: row.number,
  memberId: row.member_id,
  status: row.status,
  amount: row.amount as OrderRecord['amount'],
  name: row.name,
  reservationId: row.reservation_id,
  revision: row.revision,
  paymentKey: row.payment_key,
  payBefore: row.pay_before,
  placedAt: row.placed_at,
  paidAt: row.paid_at,
  canceledAt: row.canceled_at,
  cancellationId: row.cancellation_id,
  cancelReason: row.cancel_reason,
  shipping: row.shipping,
  lines: row.lines.map(allocated),
  charges: row.charges,
})

const dateOf = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))

// Hosts of the version before store the state of a line and not how many of its units are in it.
const LINE = `jsonb_build_object('number', number, 'skuId', sku_id, 'productId', product_id,
  'productName', product_name, 'imageUrl', image_url, 'options', options, 'quantity', quantity,
  'unitPrice', unit_price, 'status', status, 'allocation', allocation, 'canceledAmount', canceled_amount,
  'canceled', CASE status WHEN 'CANCELED' THEN quantity ELSE canceled END,
  'canceling', CASE status WHEN 'CANCEL_REQUESTED' THEN quantity - canceled ELSE canceling END)`
const LINES = `(SELECT jsonb_agg(${LINE} ORDER BY number) FROM order_line WHERE order_id = orders.id) AS lines`

/** Orders by id. */
export const findOrders = async (db: Queryable, ids: readonly string[]): Promise<Map<string, OrderRecord>> => {
  const rows = await db.query<OrderRow>({
    name: 'orders_by_id',
    text: `SELECT *, ${LINES} FROM orders WHERE id = ANY ($1::uuid[])`,
    values: [ids],
  })
  return new Map(rows.map((row) => [row.id, recordOf(row)]))
}

/**
 * Orders by id, locked in order of id until the transaction ends. The only place that locks orders by name. Lines are
 * read by a statement of their own: one that had to wait for a lock would show them as they were before the wait.
 */
export const lockOrders = async (db: Queryable, ids: readonly string[]): Promise<Map<string, OrderRecord>> => {
  const [orders, lines] = await Promise.all([
    db.query<Omit<OrderRow, 'lines'>>(
      sql`SELECT * FROM orders WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    ),
    db.query<{ order_id: string; lines: OrderLine[] }>({
      name: 'lines_of_orders',
      text: `SELECT order_id, jsonb_agg(${LINE} ORDER BY number) AS lines FROM order_line
             WHERE order_id = ANY ($1::uuid[]) GROUP BY order_id`,
      values: [ids],
    }),
  ])
  const byOrder = new Map(lines.map((each) => [each.order_id, each.lines]))
  return new Map(orders.map((row) => [row.id, recordOf({ ...row, lines: byOrder.get(row.id) ?? [] })]))
}

/** Ids of unpaid orders whose time to pay has passed, the longest first. */
export const findDue = async (db: Queryable, now: number, limit: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders WHERE status = 'PENDING_PAYMENT' AND pay_before <= ${new Date(now)}
    ORDER BY pay_before LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/** Those of them that are still due, locked; those that someone else has locked are left for later. */
export const lockDue = async (db: Queryable, ids: readonly string[], now: number): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    SELECT id FROM orders
    WHERE id = ANY (${ids}::uuid[]) AND status = 'PENDING_PAYMENT' AND pay_before <= ${new Date(now)}
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`)
  return rows.map((row) => row.id)
}

/** A member's orders, newest first, after the order `cursor`; in one of these states, if any are named. */
export const listOrders = async (
  db: Queryable,
  memberId: string,
  cursor: string | undefined,
  limit: number,
  statuses: readonly OrderStatus[] | undefined,
): Promise<OrderRecord[]> => {
  const rows = await db.query<OrderRow>({
    name: 'orders_of_member',
    text: `SELECT *, ${LINES} FROM orders
           WHERE member_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($4::text[] IS NULL OR status = ANY ($4))
           ORDER BY id DESC LIMIT $3`,
    values: [memberId, cursor ?? null, limit, statuses ?? null],
  })
  return rows.map(recordOf)
}

/**
 * Stores how locked orders now stand. `with lines`, all units of an order are in its state from now on; `saveLines` is for
 * those of a paid order.
 */
export const saveOrders = async (
  db: Queryable,
  orders: readonly OrderRecord[],
  lines: 'with lines' | 'without lines',
): Promise<void> => {
  if (orders.length === 0) return
  const ids = orders.map((each) => each.id)
  const saved = db.query(sql`
    UPDATE orders SET status = new.status, payment_key = new.payment_key, pay_before = new.pay_before,
      paid_at = new.paid_at, canceled_at = new.canceled_at, cancellation_id = new.cancellation_id,
      cancel_reason = new.cancel_reason
    FROM unnest(${ids}::uuid[], ${orders.map((o) => o.status)}::text[], ${orders.map((o) => o.paymentKey)}::text[],
      ${orders.map((o) => dateOf(o.payBefore))}::timestamptz[], ${orders.map((o) => dateOf(o.paidAt))}::timestamptz[],
      ${orders.map((o) => dateOf(o.canceledAt))}::timestamptz[], ${orders.map((o) => o.cancellationId)}::uuid[],
      ${orders.map((o) => o.cancelReason)}::text[])
      AS new (id, status, payment_key, pay_before, paid_at, canceled_at, cancellation_id, cancel_reason)
    WHERE orders.id = new.id`)
  const lined =
    lines === 'with lines'
      ? db.query(sql`
          UPDATE order_line SET status = new.status,
            canceled = CASE new.status WHEN 'CANCELED' THEN quantity ELSE canceled END
          FROM unnest(${ids}::uuid[], ${orders.map((o) => o.status)}::text[]) AS new (order_id, status)
          WHERE order_line.order_id = new.order_id`)
      : undefined
  await Promise.all([saved, lined])
}

/** Stores how the units of a locked order's lines now stand. */
export const saveLines = ({ id, lines }: Pick<OrderRecord, 'id' | 'lines'>): Statement => sql`
  UPDATE order_line SET status = new.status, canceling = new.canceling, canceled = new.canceled,
    canceled_amount = new.canceled_amount
  FROM unnest(${lines.map((l) => l.number)}::int[], ${lines.map((l) => l.status)}::text[],
    ${lines.map((l) => l.canceling)}::int[], ${lines.map((l) => l.canceled)}::int[],
    ${lines.map((l) => l.canceledAmount)}::bigint[]) AS new (number, status, canceling, canceled, canceled_amount)
  WHERE order_line.order_id = ${id} AND order_line.number = new.number`

/** Stores the revision of a locked order. */
export const saveRevision = (order: Pick<OrderRecord, 'id' | 'revision'>): Statement =>
  sql`UPDATE orders SET revision = ${order.revision} WHERE id = ${order.id}`

/** Stores where a locked order is to be delivered to. */
export const saveShipping = (order: Pick<OrderRecord, 'id' | 'shipping'>): Statement =>
  sql`UPDATE orders SET shipping = ${JSON.stringify(order.shipping)}::jsonb WHERE id = ${order.id}`

/** Gives a locked order other lines under another reservation. */
export const replaceLines = async (db: Queryable, order: OrderRecord): Promise<void> => {
  const { lines } = order
  await Promise.all([
    db.query(sql`
      UPDATE orders SET amount = ${order.amount}, name = ${order.name}, reservation_id = ${order.reservationId},
        revision = ${order.revision} WHERE id = ${order.id}`),
    db.query(sql`DELETE FROM order_line WHERE order_id = ${order.id}`),
    db.query(sql`
      INSERT INTO order_line (order_id, number, sku_id, product_id, product_name, image_url, options, quantity, unit_price, status,
        allocation)
      SELECT ${order.id}, new.* FROM unnest(${lines.map((l) => l.number)}::int[], ${lines.map((l) => l.skuId)}::uuid[],
        ${lines.map((l) => l.productId)}::uuid[], ${lines.map((l) => l.productName)}::text[],
        ${lines.map((l) => l.imageUrl)}::text[], ${lines.map((l) => JSON.stringify(l.options))}::jsonb[],
        ${lines.map((l) => l.quantity)}::int[], ${lines.map((l) => l.unitPrice)}::bigint[],
        ${lines.map((l) => l.status)}::text[], ${lines.map((l) => JSON.stringify(l.allocation))}::jsonb[]) AS new`),
  ])
}

/** How many of a member's orders may still move money or stock. */
export const countOpen = async (db: Queryable, memberId: string): Promise<number> =>
  (
    await db.query<{ count: number }>(sql`
      SELECT count(*) AS count FROM orders
      WHERE member_id = ${memberId} AND status IN ('PENDING_PAYMENT', 'PAYING', 'AWAITING_DEPOSIT', 'CANCEL_REQUESTED')`)
  )[0]!.count
