import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { RefundRecord } from './payment.ts'

interface RefundRow {
  id: string
  payment_id: string
  order_id: string
  amount: number
  reason: string
  whole: boolean
  state: RefundRecord['state']
  attempt: number
  tries: number
  failure_code: string | null
}

const recordOf = (row: RefundRow): RefundRecord => ({
  id: row.id,
  paymentId: row.payment_id,
  orderId: row.order_id,
  amount: row.amount as RefundRecord['amount'],
  reason: row.reason,
  whole: row.whole,
  state: row.state,
  attempt: row.attempt,
  tries: row.tries,
  failureCode: row.failure_code,
})

/** A refund by id. */
export const findRefund = async (db: Queryable, id: string): Promise<RefundRecord | undefined> => {
  const [row] = await db.query<RefundRow>(sql`SELECT * FROM refund WHERE id = ${id}`)
  return row && recordOf(row)
}

/** Stores a refund that is to be made; the first with an id counts. */
export const insertRefund = async (
  db: Queryable,
  refund: {
    id: string
    paymentId: string
    orderId: string
    amount: number
    reason: string
    /** All that is left of the payment. */
    whole?: boolean
    state?: 'AWAITING_ACCOUNT' | 'REQUESTED'
  },
  now: number,
  nextTryAt: number,
): Promise<void> => {
  await db.query(sql`
    INSERT INTO refund (id, payment_id, order_id, amount, reason, whole, state, created_at, next_try_at)
    VALUES (${refund.id}, ${refund.paymentId}, ${refund.orderId}, ${refund.amount}, ${refund.reason},
      ${refund.whole ?? false}, ${refund.state ?? 'REQUESTED'},
      ${new Date(now)}, ${new Date(nextTryAt)})
    ON CONFLICT DO NOTHING`)
}

/** Claims refunds that are due, and sets when to try again should this process die. */
export const claimRefunds = async (db: Queryable, now: number, limit: number): Promise<RefundRecord[]> => {
  const rows = await db.query<RefundRow>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM refund WHERE state = 'REQUESTED' AND next_try_at <= ${new Date(now)}
      ORDER BY next_try_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)
    UPDATE refund SET tries = tries + 1,
      next_try_at = ${new Date(now)}::timestamptz + least(600, 2 * 2 ^ least(tries, 10)) * interval '1 second'
    WHERE id IN (SELECT id FROM due)
    RETURNING *`)
  return rows.map(recordOf)
}

/** A payment's refunds that wait for an account to go to. */
export const findAwaitingAccount = async (db: Queryable, paymentId: string): Promise<RefundRecord[]> =>
  (
    await db.query<RefundRow>(sql`
      SELECT * FROM refund WHERE payment_id = ${paymentId} AND state = 'AWAITING_ACCOUNT' ORDER BY id`)
  ).map(recordOf)

/** Ends a refund that is still open; answers whether it was. Only one that was tried can be refused. */
export const endRefund = async (
  db: Queryable,
  id: string,
  state: 'REFUNDED' | 'REFUSED',
  detail: { transactionKey?: string | null; failureCode?: string; amount?: number },
  now: number,
): Promise<boolean> =>
  (
    await db.query(sql`
      UPDATE refund SET state = ${state}, transaction_key = ${detail.transactionKey ?? null},
        failure_code = ${detail.failureCode ?? null}, amount = coalesce(${detail.amount ?? null}::bigint, amount),
        ended_at = ${new Date(now)}
      WHERE id = ${id}
        AND state = ANY (${state === 'REFUNDED' ? ['REQUESTED', 'AWAITING_ACCOUNT'] : ['REQUESTED']}::text[])
      RETURNING id`)
  ).length > 0

/**
 * The next try uses a new key at the provider: the last one was answered, so its answer would only be repeated. The code
 * it was answered with is kept for operators to see.
 */
export const renewKey = async (db: Queryable, { id, attempt }: RefundRecord, code: string): Promise<void> => {
  await db.query(sql`
    UPDATE refund SET attempt = ${attempt} + 1, failure_code = ${code} WHERE id = ${id} AND attempt = ${attempt}`)
}

/** An open refund is of another amount now, and asked for under a new key at the provider. */
export const saveAmount = async (db: Queryable, { id, attempt }: RefundRecord, amount: number): Promise<void> => {
  await db.query(sql`UPDATE refund SET amount = ${amount}, attempt = ${attempt} + 1 WHERE id = ${id}`)
}

/** Toss's transaction keys of a payment's refunds. */
export const knownCancels = async (db: Queryable, paymentId: string): Promise<Set<string>> => {
  const rows = await db.query<{ key: string }>(sql`
    SELECT transaction_key AS key FROM refund WHERE payment_id = ${paymentId} AND transaction_key IS NOT NULL`)
  return new Set(rows.map((row) => row.key))
}
