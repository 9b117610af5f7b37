import type { Sealed } from '#kernel/secrets/re-encrypt.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { PaymentRecord } from '../payment.ts'
import { type PaymentRow, recordOf } from '../store.ts'

/** What is stored of an account a deposit is awaited in. */
export interface AwaitedAccount {
  readonly secret: string | null
  readonly method: string | null
  readonly bank: string
  /** Sealed number and holder. */
  readonly account: Uint8Array
  /** Epoch milliseconds. */
  readonly dueAt: number
  readonly nextCheckAt: number
}

/**
 * A virtual account was issued: the attempt waits for the deposit. The first account stored counts, and its due time.
 * Answers the attempt and whether it was stored just now; nothing when the attempt has ended.
 */
export const markAwaiting = async (
  db: Queryable,
  id: string,
  given: AwaitedAccount,
): Promise<{ readonly payment: PaymentRecord; readonly first: boolean } | undefined> => {
  const [row] = await db.query<PaymentRow & { first: boolean }>(sql`
    WITH known AS (
      SELECT id, due_at FROM payment WHERE id = ${id} AND state IN ('CONFIRMING', 'AWAITING_DEPOSIT') FOR NO KEY UPDATE)
    UPDATE payment SET state = 'AWAITING_DEPOSIT', deposit_secret = coalesce(${given.secret}, deposit_secret),
      method = coalesce(${given.method}, method), bank = coalesce(bank, ${given.bank}),
      account = coalesce(account, ${given.account}), due_at = coalesce(payment.due_at, ${new Date(given.dueAt)}),
      next_check_at = CASE WHEN closing THEN next_check_at ELSE ${new Date(given.nextCheckAt)} END
    FROM known WHERE payment.id = known.id
    RETURNING payment.*, known.due_at IS NULL AS first`)
  return row && { payment: recordOf(row), first: row.first }
}

/** Marks accounts as to be closed whose orders are over; the next look does it, which is due now. */
export const markClosing = async (db: Queryable, orderIds: readonly string[], now: number): Promise<void> => {
  await db.query(sql`
    UPDATE payment SET closing = true, next_check_at = ${new Date(now)}
    WHERE id IN (
      SELECT id FROM payment WHERE order_id = ANY (${orderIds}::uuid[]) AND state = 'AWAITING_DEPOSIT'
      ORDER BY id FOR NO KEY UPDATE)`)
}

/** Keeps the account that the money of a locked payment goes back to, sealed; null forgets it. */
export const saveRefundAccount = async (
  db: Queryable,
  id: string,
  sealed: Uint8Array | null,
  now: number,
): Promise<void> => {
  await db.query(sql`
    UPDATE payment SET refund_account = ${sealed}, refund_account_at = ${new Date(now)} WHERE id = ${id}`)
}

/** Puts the refunds of a payment that waited for an account into its queue, each under a new key at the provider; answers their ids. */
export const releaseRefunds = async (db: Queryable, paymentId: string): Promise<string[]> => {
  const rows = await db.query<{ id: string }>(sql`
    WITH released AS (
      UPDATE refund SET state = 'QUEUED', attempt = attempt + 1, tries = 0
      WHERE payment_id = ${paymentId} AND state = 'AWAITING_ACCOUNT'
      RETURNING id, created_at)
    SELECT id FROM released ORDER BY created_at, id`)
  return rows.map((row) => row.id)
}

/** Puts an open refund back to wait for another account; answers whether it was open. */
export const awaitAccount = async (db: Queryable, id: string): Promise<boolean> =>
  (
    await db.query(sql`
      UPDATE refund SET state = 'AWAITING_ACCOUNT' WHERE id = ${id} AND state = 'REQUESTED' RETURNING id`)
  ).length > 0

/** Forgets accounts that were given before an instant and that no refund needs; answers how many. */
export const forgetRefundAccounts = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      WITH idle AS MATERIALIZED (
        SELECT id FROM payment
        WHERE refund_account IS NOT NULL AND refund_account_at < ${new Date(before)}
          AND NOT EXISTS (
            SELECT FROM refund WHERE payment_id = payment.id AND refund.state IN ('QUEUED', 'REQUESTED'))
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
      UPDATE payment SET refund_account = NULL WHERE id IN (SELECT id FROM idle)
      RETURNING id`)
  ).length

/** Columns that hold something sealed. */
type SealedColumn = 'account' | 'refund_account'

/** Sealed values of a column by payment, those after one. */
export const sealedAfter = (db: Queryable, column: SealedColumn, id: string | undefined): Promise<Sealed[]> =>
  db.query<Sealed>({
    text: `SELECT id, ${column} AS sealed FROM payment
      WHERE ${column} IS NOT NULL AND ($1::uuid IS NULL OR id > $1::uuid) ORDER BY id LIMIT 500`,
    values: [id ?? null],
  })

/** Puts another seal on a value, where it still has the one that was read. */
export const replaceSealed = (column: SealedColumn, row: Sealed, sealed: Uint8Array): Statement => ({
  text: `UPDATE payment SET ${column} = $1 WHERE id = $2 AND ${column} = $3`,
  values: [sealed, row.id, row.sealed],
})
