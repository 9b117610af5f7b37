import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Violation } from '#kernel/invariant.ts'

/** How many entries the ledger has, and what all its postings sum to. */
export const countPostings = async (db: Queryable): Promise<{ entries: number; sum: number }> =>
  (
    await db.query<{ entries: number; sum: number }>(sql`
      SELECT count(DISTINCT entry_id) AS entries, coalesce(sum(amount), 0)::bigint AS sum FROM jt_payment.posting`)
  )[0]!

/** Entries of the ledger whose postings do not sum to zero. */
export const unbalancedEntries = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT entry_id AS id, format('its postings sum to %s won', sum(amount)) AS what
    FROM jt_payment.posting GROUP BY entry_id HAVING sum(amount) <> 0`)

/** How much there is to look at. */
export const captures = async (db: Queryable): Promise<{ payments: number; orders: number; refunds: number }> =>
  (
    await db.query<{ payments: number; orders: number; refunds: number }>(sql`
      SELECT count(*) AS payments, count(DISTINCT order_id) AS orders,
        (SELECT count(*) FROM jt_payment.refund) AS refunds
      FROM jt_payment.payment`)
  )[0]!

/** Payments whose balance is not that of the ledger, and postings that belong to no payment or to another order. */
export const wrongBalances = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH moved AS (
      SELECT payment_id, min(order_id::text) AS first_order, max(order_id::text) AS last_order,
        coalesce(sum(amount) FILTER (WHERE account = 'provider_receivable'), 0) AS received,
        coalesce(-sum(amount) FILTER (WHERE account = 'customer_payments'), 0) AS paid
      FROM jt_payment.posting GROUP BY payment_id
    ), stated AS (
      SELECT id, order_id::text AS order_id, CASE WHEN state = 'CAPTURED' THEN amount - refunded ELSE 0 END AS balance
      FROM jt_payment.payment
    )
    SELECT coalesce(id, payment_id) AS id,
      CASE
        WHEN id IS NULL THEN 'the ledger knows a payment that does not exist'
        WHEN first_order <> order_id OR last_order <> order_id THEN 'the ledger posts it to another order'
        ELSE format('captured − refunded is %s won, the ledger says %s received and %s paid', balance,
          coalesce(received, 0), coalesce(paid, 0))
      END AS what
    FROM stated FULL JOIN moved ON payment_id = id
    WHERE id IS NULL OR coalesce(received, 0) <> balance OR coalesce(paid, 0) <> balance
      OR first_order <> order_id OR last_order <> order_id`)

/** Payments that gave back more than they took, or whose sums are not those of their refunds. */
export const wrongRefunds = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH given AS (
      SELECT payment_id, coalesce(sum(amount) FILTER (WHERE state = 'REFUNDED'), 0) AS done,
        coalesce(sum(amount) FILTER (WHERE state <> 'REFUSED'), 0) AS asked
      FROM jt_payment.refund GROUP BY payment_id
    )
    SELECT id, format('captured %s won, refunds of %s asked for and %s made; the payment says %s and %s',
      CASE WHEN state = 'CAPTURED' THEN amount ELSE 0 END, coalesce(asked, 0), coalesce(done, 0),
      refund_requested, refunded) AS what
    FROM jt_payment.payment LEFT JOIN given ON payment_id = id
    WHERE refunded <> coalesce(done, 0) OR refund_requested <> coalesce(asked, 0)
      OR coalesce(asked, 0) > CASE WHEN state = 'CAPTURED' THEN amount ELSE 0 END`)

/** Orders whose money was captured more than once. */
export const doubleCaptures = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT order_id AS id, format('captured %s times', count(*)) AS what
    FROM jt_payment.payment WHERE state = 'CAPTURED' GROUP BY order_id HAVING count(*) > 1`)

/** Payments of which several refunds are at the provider: what it lists could be any of them. */
export const refundsAtOnce = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT payment_id AS id, format('%s of its refunds are at the provider', count(*)) AS what
    FROM jt_payment.refund WHERE state = 'REQUESTED' GROUP BY payment_id HAVING count(*) > 1`)

/** Cancels of the provider by which several refunds are booked. */
export const sharedCancels = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT payment_id AS id, format('%s refunds are booked by its cancel %s', count(*), transaction_key) AS what
    FROM jt_payment.refund WHERE transaction_key IS NOT NULL GROUP BY payment_id, transaction_key HAVING count(*) > 1`)

/**
 * Attempts and refunds of which nobody knows yet how they end, with the instant since which that is owed: they began, the
 * deposit was due, an account to refund to was given. A refund that waits for one waits for a person.
 */
export const openOutcomes = (db: Queryable): Promise<{ id: string; kind: string; at: number }[]> =>
  db.query<{ id: string; kind: string; at: number }>(sql`
    SELECT id, state AS kind, created_at AS at FROM jt_payment.payment WHERE state = 'CONFIRMING'
    UNION ALL
    SELECT id, state, coalesce(due_at, created_at + interval '8 days') FROM jt_payment.payment
    WHERE state = 'AWAITING_DEPOSIT'
    UNION ALL
    SELECT refund.id, 'refund ' || refund.state, greatest(refund.created_at, refund_account_at)
    FROM jt_payment.refund JOIN jt_payment.payment ON payment.id = payment_id
    WHERE refund.state IN ('QUEUED', 'REQUESTED')`)
