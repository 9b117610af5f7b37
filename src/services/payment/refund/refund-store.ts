import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { RefundRecord } from '../payment.ts'

interface RefundRow {
  id: string
  payment_id: string
  order_id: string
  amount: number
  tax_free_amount: number
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
  taxFreeAmount: row.tax_free_amount as RefundRecord['taxFreeAmount'],
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
  refund: Pick<RefundRecord, 'id' | 'paymentId' | 'orderId' | 'reason' | 'whole' | 'state'> & {
    /** Won. */
    readonly amount: number
    readonly taxFreeAmount: number
    readonly failureCode?: string
  },
  now: number,
  nextTryAt: number,
): Promise<void> => {
  await db.query(sql`
    INSERT INTO refund (id, payment_id, order_id, amount, tax_free_amount, reason, whole, state, failure_code, created_at,
      ended_at, next_try_at)
    VALUES (${refund.id}, ${refund.paymentId}, ${refund.orderId}, ${refund.amount}, ${refund.taxFreeAmount},
      ${refund.reason}, ${refund.whole}, ${refund.state}, ${refund.failureCode ?? null}, ${new Date(now)},
      ${refund.state === 'REFUSED' ? new Date(now) : null}, ${new Date(nextTryAt)})
    ON CONFLICT (id) DO NOTHING`)
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

/** The refunds of a payment that have not ended: that which is at the provider first, the others in their turn. */
export const findOpenRefunds = async (db: Queryable, paymentId: string): Promise<RefundRecord[]> =>
  (
    await db.query<RefundRow>(sql`
      SELECT * FROM refund
      WHERE payment_id = ${paymentId} AND state IN ('AWAITING_ACCOUNT', 'QUEUED', 'REQUESTED')
      ORDER BY state <> 'REQUESTED', maybe_sent DESC, created_at, id`)
  ).map(recordOf)

/** Whether a refund of a payment other than `but` may be at the provider, so that what it lists may be that one's. */
export const isAtProvider = async (db: Queryable, paymentId: string, but: string | null = null): Promise<boolean> =>
  (
    await db.query<{ found: boolean }>(sql`
      SELECT EXISTS (
        SELECT FROM refund WHERE payment_id = ${paymentId} AND id IS DISTINCT FROM ${but}::uuid
          AND (state = 'REQUESTED' OR (state = 'QUEUED' AND maybe_sent))) AS found`)
  )[0]!.found

/** Sends the next refund of a payment's queue to the provider, unless one is there. */
export const startNextRefund = async (db: Queryable, paymentId: string, nextTryAt: number): Promise<void> => {
  await db.query(sql`
    UPDATE refund SET state = 'REQUESTED', next_try_at = ${new Date(nextTryAt)}
    WHERE id = (
        SELECT id FROM refund WHERE payment_id = ${paymentId} AND state = 'QUEUED'
        ORDER BY maybe_sent DESC, created_at, id LIMIT 1)
      AND NOT EXISTS (SELECT FROM refund WHERE payment_id = ${paymentId} AND state = 'REQUESTED')`)
}

/** Puts a refund that is at the provider, whose request was answered, back into the queue. */
export const requeueRefund = async (db: Queryable, id: string): Promise<void> => {
  await db.query(sql`
    UPDATE refund SET state = 'QUEUED', attempt = attempt + 1, maybe_sent = false WHERE id = ${id} AND state = 'REQUESTED'`)
}

/** Payments whose queue stands still: its last refund ended on a host of a version that knows no queue. */
export const findStalledQueues = async (db: Queryable, limit: number): Promise<string[]> =>
  (
    await db.query<{ id: string }>(sql`
      SELECT DISTINCT payment_id AS id FROM refund AS queued
      WHERE state = 'QUEUED'
        AND NOT EXISTS (SELECT FROM refund WHERE payment_id = queued.payment_id AND state = 'REQUESTED')
      LIMIT ${limit}`)
  ).map((row) => row.id)

/** Has the queue of a payment wait for an account to go to. */
export const parkQueue = async (db: Queryable, paymentId: string): Promise<RefundRecord[]> =>
  (
    await db.query<RefundRow>(sql`
      UPDATE refund SET state = 'AWAITING_ACCOUNT' WHERE payment_id = ${paymentId} AND state = 'QUEUED' RETURNING *`)
  ).map(recordOf)

/** The parts without VAT of the refunds of a payment, all that were not refused; won. */
export const sumTaxFree = async (db: Queryable, paymentId: string): Promise<number> =>
  (
    await db.query<{ sum: number }>(sql`
      SELECT coalesce(sum(tax_free_amount), 0)::bigint AS sum FROM refund
      WHERE payment_id = ${paymentId} AND state <> 'REFUSED'`)
  )[0]!.sum

/** Ends a refund that is still open; answers whether it was. */
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
        tax_free_amount = least(tax_free_amount, coalesce(${detail.amount ?? null}::bigint, amount)),
        ended_at = ${new Date(now)}
      WHERE id = ${id} AND state IN ('AWAITING_ACCOUNT', 'QUEUED', 'REQUESTED')
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
export const saveAmount = async (
  db: Queryable,
  { id, attempt }: RefundRecord,
  amount: number,
  taxFreeAmount: number,
): Promise<void> => {
  await db.query(sql`
    UPDATE refund SET amount = ${amount}, tax_free_amount = ${taxFreeAmount}, attempt = ${attempt} + 1 WHERE id = ${id}`)
}

/** Toss's transaction keys of a payment's refunds. */
export const knownCancels = async (db: Queryable, paymentId: string): Promise<Set<string>> => {
  const rows = await db.query<{ key: string }>(sql`
    SELECT transaction_key AS key FROM refund WHERE payment_id = ${paymentId} AND transaction_key IS NOT NULL`)
  return new Set(rows.map((row) => row.key))
}
