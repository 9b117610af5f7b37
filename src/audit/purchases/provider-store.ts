import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** A payment in the provider's books; `id` is its key. */
export interface Theirs {
  readonly id: string
  readonly orderId: string
  readonly captured: number
  readonly refunded: number
  /** Epoch milliseconds of its last movement of money. */
  readonly at: number
}

/** Payments the provider captured, by key after a key. */
export const theirCaptures = (db: Queryable, after: string, limit: number): Promise<Theirs[]> =>
  db.query<Theirs & Record<string, unknown>>(sql`
    SELECT payment_key AS id, order_id AS "orderId", captured, refunded,
      coalesce((SELECT max(at) FROM jt_simulator_toss.transaction AS moved WHERE moved.payment_key = payment.payment_key), 0) AS at
    FROM jt_simulator_toss.payment WHERE captured > 0 AND payment_key > ${after}
    ORDER BY payment_key LIMIT ${limit}`)

/** What the provider says of payments. */
export const theirPaymentsOf = (db: Queryable, keys: readonly string[]): Promise<Omit<Theirs, 'at'>[]> =>
  db.query<Omit<Theirs, 'at'> & Record<string, unknown>>(sql`
    SELECT payment_key AS id, order_id AS "orderId", captured, refunded
    FROM jt_simulator_toss.payment WHERE payment_key = ANY (${keys}::text[])`)

/** A payment in our books. */
export interface Ours {
  readonly id: string
  readonly paymentKey: string
  readonly orderId: string
  readonly state: string
  readonly amount: number
  readonly refunded: number
}

/** Our payments of some keys of the provider's. */
export const ourPaymentsOf = (db: Queryable, keys: readonly string[]): Promise<Ours[]> =>
  db.query<Ours & Record<string, unknown>>(sql`
    SELECT id, payment_key AS "paymentKey", order_id::text AS "orderId", state, amount, refunded
    FROM jt_payment.payment WHERE payment_key = ANY (${keys}::text[])`)

/** Payments we recorded as captured, by id after an id. */
export const ourCaptures = (db: Queryable, after: string, limit: number): Promise<Ours[]> =>
  db.query<Ours & Record<string, unknown>>(sql`
    SELECT id, payment_key AS "paymentKey", order_id::text AS "orderId", state, amount, refunded
    FROM jt_payment.payment WHERE state = 'CAPTURED' AND id > ${after} ORDER BY id LIMIT ${limit}`)
