import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { PaymentRecord } from '../payment.ts'
import { type PaymentRow, recordOf } from '../store.ts'

/** Milliseconds after which a payment that was taken up to be looked at is looked at again, unless it is done by then. */
const REVIEW_AGAIN = 60_000

/** Has the provider asked, from an instant on, what it gave back of a payment without us. */
export const dueReview = async (db: Queryable, id: string, at: number): Promise<void> => {
  await db.query(sql`UPDATE payment SET review_due_at = ${new Date(at)} WHERE id = ${id}`)
}

/** A payment to look at, and the instant by which it was taken up. */
export interface Review {
  readonly payment: PaymentRecord
  readonly takenUp: number
}

/** Claims payments that are due to be looked at and have no refund of ours at the provider. */
export const claimReviews = async (db: Queryable, now: number, limit: number): Promise<Review[]> => {
  const takenUp = now + REVIEW_AGAIN
  const rows = await db.query<PaymentRow>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM payment
      WHERE review_due_at <= ${new Date(now)}
        AND NOT EXISTS (
          SELECT FROM refund WHERE payment_id = payment.id
            AND (refund.state = 'REQUESTED' OR (refund.state = 'QUEUED' AND refund.maybe_sent)))
      ORDER BY review_due_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED)
    UPDATE payment SET review_due_at = ${new Date(takenUp)} WHERE id IN (SELECT id FROM due)
    RETURNING *`)
  return rows.map((row) => ({ payment: recordOf(row), takenUp }))
}

/** A payment was looked at; what was heard of it since it was taken up is looked at anew. */
export const endReview = async (db: Queryable, { payment, takenUp }: Review): Promise<void> => {
  await db.query(sql`
    UPDATE payment SET review_due_at = NULL WHERE id = ${payment.id} AND review_due_at = ${new Date(takenUp)}`)
}
