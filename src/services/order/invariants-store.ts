import type { Violation } from '#kernel/invariant.ts'
import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

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
