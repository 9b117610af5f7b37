import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** An order whose money is not settled. */
export interface Unsettled {
  readonly orderId: string
  readonly state: 'OPEN' | 'REFUNDING' | 'REFUSED'
}

/** Those of the orders whose money is not settled, each once: what may still move first. */
export const findUnsettled = (db: Queryable, orderIds: readonly string[]): Promise<Unsettled[]> =>
  db.query<Unsettled>(sql`
    SELECT order_id AS "orderId", CASE min(rank) WHEN 1 THEN 'OPEN' WHEN 2 THEN 'REFUNDING' ELSE 'REFUSED' END AS state
    FROM (
      SELECT order_id, 1 AS rank FROM payment
      WHERE order_id = ANY (${orderIds}::uuid[]) AND state IN ('CONFIRMING', 'AWAITING_DEPOSIT')
      UNION ALL
      SELECT payment.order_id, CASE refund.state WHEN 'REFUSED' THEN 3 ELSE 2 END
      FROM payment JOIN refund ON refund.payment_id = payment.id
      WHERE payment.order_id = ANY (${orderIds}::uuid[]) AND refund.state <> 'REFUNDED' AND refunded < payment.amount
        -- Refused because that much was not left: nothing is owed by it.
        AND refund.failure_code IS DISTINCT FROM 'MORE_THAN_IS_LEFT'
    ) AS found
    GROUP BY order_id`)
