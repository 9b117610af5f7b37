import type { Queryable } from '#kernel/store.ts'
import { truncate } from '#kernel/text.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { PaymentRecord, PaymentState } from './payment.ts'

/** A row of `payment`. */
export interface PaymentRow {
  id: string
  order_id: string
  payment_key: string
  member_id: string | null
  amount: number
  state: PaymentState
  method: string | null
  receipt_url: string | null
  deposit_secret: string | null
  bank: string | null
  account: Buffer | null
  due_at: number | null
  closing: boolean
  refund_account: Buffer | null
  awaits_account?: boolean
  failure_code: string | null
  failure_message: string | null
  captured_at: number | null
  tax_free_amount: number
  refund_requested: number
  refunded: number
  created_at: number
  checks: number
}

export const recordOf = (row: PaymentRow): PaymentRecord => ({
  id: row.id,
  orderId: row.order_id,
  paymentKey: row.payment_key,
  memberId: row.member_id,
  amount: row.amount as PaymentRecord['amount'],
  state: row.state,
  method: row.method,
  receiptUrl: row.receipt_url,
  depositSecret: row.deposit_secret,
  bank: row.bank,
  account: row.account,
  dueAt: row.due_at,
  closing: row.closing,
  refundAccount: row.refund_account,
  awaitsAccount: row.awaits_account ?? false,
  failureCode: row.failure_code,
  failureMessage: row.failure_message,
  capturedAt: row.captured_at,
  taxFreeAmount: row.tax_free_amount as PaymentRecord['taxFreeAmount'],
  refundRequested: row.refund_requested as PaymentRecord['refundRequested'],
  refunded: row.refunded as PaymentRecord['refunded'],
  createdAt: row.created_at,
  checks: row.checks,
})

/** An attempt about to be made. */
export interface Start {
  readonly id: string
  readonly orderId: string
  readonly paymentKey: string
  readonly memberId: string
  readonly amount: number
  /** Won of the amount that carry no VAT; none unless told. */
  readonly taxFreeAmount?: number
}

/**
 * Stores attempts before anything else happens, so that whatever is begun is also finished. One that exists is answered as
 * it stands; one that a version before this refused without asking the provider starts over with what is given now.
 */
export const startPayments = async (
  db: Queryable,
  starts: readonly Start[],
  now: number,
  nextCheckAt: number,
): Promise<Map<string, PaymentRecord>> => {
  const rows = await db.query<PaymentRow>(sql`
    INSERT INTO payment AS known (id, order_id, payment_key, member_id, amount, tax_free_amount, state, created_at,
      next_check_at)
    SELECT id, order_id, payment_key, member_id, amount, tax_free_amount, 'CONFIRMING', ${new Date(now)}, ${new Date(nextCheckAt)}
    FROM unnest(${starts.map((each) => each.id)}::uuid[], ${starts.map((each) => each.orderId)}::uuid[],
      ${starts.map((each) => each.paymentKey)}::text[], ${starts.map((each) => each.memberId)}::uuid[],
      ${starts.map((each) => each.amount)}::bigint[], ${starts.map((each) => each.taxFreeAmount ?? 0)}::bigint[])
      AS given (id, order_id, payment_key, member_id, amount, tax_free_amount)
    ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
      state = CASE WHEN known.state = 'REFUSED' THEN 'CONFIRMING' ELSE known.state END,
      member_id = CASE WHEN known.state = 'REFUSED' THEN excluded.member_id ELSE known.member_id END,
      amount = CASE WHEN known.state = 'REFUSED' THEN excluded.amount ELSE known.amount END,
      tax_free_amount = CASE WHEN known.state = 'REFUSED' THEN excluded.tax_free_amount ELSE known.tax_free_amount END,
      next_check_at = CASE WHEN known.state = 'REFUSED' THEN excluded.next_check_at ELSE known.next_check_at END
    RETURNING *`)
  return new Map(rows.map((row) => [row.id, recordOf(row)]))
}

/** What the provider told of a payment that went through. */
export interface Capture {
  readonly id: string
  readonly method: string | null
  readonly receiptUrl: string | null
  readonly capturedAt: number
  /** Won that carry no VAT; null where the provider does not say. */
  readonly taxFreeAmount: number | null
}

/** Marks payments as captured that were not yet; answers those. The ledger's entries belong into the same transaction. */
export const markCaptured = async (db: Queryable, captures: readonly Capture[]): Promise<PaymentRecord[]> => {
  const rows = await db.query<PaymentRow>(sql`
    WITH open AS (
      SELECT payment.id FROM payment
      WHERE id = ANY (${captures.map((each) => each.id)}::uuid[]) AND state <> 'CAPTURED'
      ORDER BY id
      FOR NO KEY UPDATE)
    UPDATE payment SET state = 'CAPTURED', method = coalesce(new.method, payment.method), receipt_url = new.receipt_url,
      captured_at = new.captured_at,
      tax_free_amount = least(payment.amount, coalesce(new.tax_free_amount, payment.tax_free_amount)), failure_code = NULL, failure_message = NULL
    FROM open
    JOIN unnest(${captures.map((each) => each.id)}::uuid[], ${captures.map((each) => each.method)}::text[],
      ${captures.map((each) => each.receiptUrl)}::text[], ${captures.map((each) => new Date(each.capturedAt))}::timestamptz[],
      ${captures.map((each) => each.taxFreeAmount)}::bigint[])
      AS new (id, method, receipt_url, captured_at, tax_free_amount) USING (id)
    WHERE payment.id = open.id
    RETURNING payment.*`)
  return rows.map(recordOf)
}

/** One movement of money: from one account to another, so that it sums to zero. */
export interface Entry {
  readonly entryId: string
  readonly paymentId: string
  readonly orderId: string
  /** Won received from the provider; negative when given back. */
  readonly amount: number
  readonly at: number
}

/** Writes entries to the ledger: what the provider owes us, against what the customer paid. */
export const post = async (db: Queryable, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return
  await db.query(sql`
    INSERT INTO posting (entry_id, account, payment_id, order_id, amount, at)
    SELECT entry_id, account, payment_id, order_id, amount * sign, at
    FROM unnest(${entries.map((each) => each.entryId)}::uuid[], ${entries.map((each) => each.paymentId)}::uuid[],
      ${entries.map((each) => each.orderId)}::uuid[], ${entries.map((each) => each.amount)}::bigint[],
      ${entries.map((each) => new Date(each.at))}::timestamptz[]) AS entry (entry_id, payment_id, order_id, amount, at)
    CROSS JOIN (VALUES ('provider_receivable', 1), ('customer_payments', -1)) AS side (account, sign)
    WHERE amount <> 0`)
}

/** Ends an attempt that is still open as FAILED; answers it, or nothing when it had ended already. */
export const markEnded = async (
  db: Queryable,
  id: string,
  code: string,
  message: string,
): Promise<PaymentRecord | undefined> => {
  const [row] = await db.query<PaymentRow>(sql`
    UPDATE payment SET state = 'FAILED', failure_code = ${code}, failure_message = ${truncate(message, 510)},
      account = NULL
    WHERE id = ${id} AND state IN ('CONFIRMING', 'AWAITING_DEPOSIT')
    RETURNING *`)
  return row && recordOf(row)
}

/** Payments by id. */
export const findPaymentsById = async (db: Queryable, ids: readonly string[]): Promise<Map<string, PaymentRecord>> => {
  const rows = await db.query<PaymentRow>(sql`SELECT * FROM payment WHERE id = ANY (${[...new Set(ids)]}::uuid[])`)
  return new Map(rows.map((row) => [row.id, recordOf(row)]))
}

/** Payments by order, newest first, and whether refunds of theirs wait for an account. */
export const findPayments = async (db: Queryable, by: { readonly orderId: string }): Promise<PaymentRecord[]> => {
  const rows = await db.query<PaymentRow>(sql`
    SELECT payment.*,
      EXISTS (SELECT FROM refund WHERE payment_id = payment.id AND refund.state = 'AWAITING_ACCOUNT') AS awaits_account
    FROM payment WHERE order_id = ${by.orderId} ORDER BY created_at DESC, id LIMIT 20`)
  return rows.map(recordOf)
}

/** Claims attempts whose outcome is due to be asked, and sets when to ask again should this process die. */
export const claimUnknown = async (db: Queryable, now: number, limit: number): Promise<PaymentRecord[]> => {
  const rows = await db.query<PaymentRow>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM payment
      WHERE state IN ('CONFIRMING', 'AWAITING_DEPOSIT') AND next_check_at <= ${new Date(now)}
      ORDER BY next_check_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)
    UPDATE payment SET checks = checks + 1,
      next_check_at = ${new Date(now)}::timestamptz + least(300, 2 * 2 ^ least(checks, 10)) * interval '1 second'
    WHERE id IN (SELECT id FROM due)
    RETURNING *`)
  return rows.map(recordOf)
}

/** Takes up an open attempt now, so that reconciliation leaves it alone until `nextCheckAt`; nothing when it has ended. */
export const takeUp = async (db: Queryable, id: string, nextCheckAt: number): Promise<PaymentRecord | undefined> => {
  const [row] = await db.query<PaymentRow>(sql`
    UPDATE payment SET next_check_at = ${new Date(nextCheckAt)}
    WHERE id = ${id} AND state IN ('CONFIRMING', 'AWAITING_DEPOSIT')
    RETURNING *`)
  return row && recordOf(row)
}

/** Forgets attempts that we turned down ourselves: no money ever had to do with them, and anybody can make them. */
export const forgetRefused = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      WITH old AS MATERIALIZED (
        SELECT id FROM payment WHERE state = 'REFUSED' AND created_at < ${new Date(before)}
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
      DELETE FROM payment WHERE id IN (SELECT id FROM old)
      RETURNING id`)
  ).length

/** Locks a payment until the transaction ends. */
export const lockPayment = async (db: Queryable, id: string): Promise<PaymentRecord | undefined> => {
  const [row] = await db.query<PaymentRow>(sql`SELECT * FROM payment WHERE id = ${id} FOR UPDATE`)
  return row && recordOf(row)
}

/** Locks the captured payment of an order until the transaction ends. */
export const lockCaptured = async (db: Queryable, orderId: string): Promise<PaymentRecord | undefined> => {
  const [row] = await db.query<PaymentRow>(
    sql`SELECT * FROM payment WHERE order_id = ${orderId} AND state = 'CAPTURED' FOR UPDATE`,
  )
  return row && recordOf(row)
}

/** Stores what was asked to be given back, and what was. */
export const saveRefunded = async (db: Queryable, id: string, requested: number, refunded: number): Promise<void> => {
  await db.query(sql`UPDATE payment SET refund_requested = ${requested}, refunded = ${refunded} WHERE id = ${id}`)
}

/** Notes something that needs a person. */
export const noteAnomaly = async (
  db: Queryable,
  anomaly: { id: string; kind: string; paymentKey: string | null; orderId: string | null; detail: string; at: number },
): Promise<void> => {
  await db.query(sql`
    INSERT INTO anomaly (id, kind, payment_key, order_id, detail, at)
    VALUES (${anomaly.id}, ${anomaly.kind}, ${anomaly.paymentKey}, ${anomaly.orderId}, ${anomaly.detail}, ${new Date(anomaly.at)})
    ON CONFLICT DO NOTHING`)
}
