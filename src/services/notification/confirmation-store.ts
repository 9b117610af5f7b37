import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { ConfirmedOrder } from './letter.ts'

/** What a letter is about: a paid order, or a deposit that is awaited, due soon, too late, or to be given back. */
export type LetterKind = 'paid' | 'deposit' | 'deposit-reminder' | 'deposit-passed' | 'refund-account'

/** A letter about an order to be mailed; the id is the mail's. `paidAt` is when what it is about happened. */
export interface Confirmation extends ConfirmedOrder {
  readonly id: string
  readonly memberId: string
  readonly kind: LetterKind
}

/** One on which an attempt is under way: the `attempts`th. */
export interface DueConfirmation extends Confirmation {
  readonly attempts: number
}

/** Queues letters, each once per id. */
export const addConfirmations = (given: readonly Confirmation[], now: number): Statement => sql`
  INSERT INTO confirmation (id, member_id, order_number, order_name, order_id, amount, paid_at, kind, state, next_at)
  SELECT id, member_id, order_number, order_name, order_id, amount, paid_at, kind,
    CASE kind WHEN 'paid' THEN 'WAITING' ELSE 'DUE' END, ${new Date(now)}
  FROM unnest(${given.map((each) => each.id)}::uuid[], ${given.map((each) => each.memberId)}::uuid[],
              ${given.map((each) => each.number)}::text[], ${given.map((each) => each.orderName)}::text[],
              ${given.map((each) => each.orderId)}::uuid[], ${given.map((each) => each.amount)}::bigint[],
              ${given.map((each) => new Date(each.paidAt).toISOString())}::timestamptz[],
              ${given.map((each) => each.kind)}::text[])
       AS given (id, member_id, order_number, order_name, order_id, amount, paid_at, kind)
  ON CONFLICT DO NOTHING`

/** Claims due letters for one attempt each; nobody else gets them before `lostAt`. */
export const claimConfirmations = (
  db: Queryable,
  now: number,
  lostAt: number,
  most: number,
): Promise<DueConfirmation[]> =>
  db.query<DueConfirmation>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM confirmation WHERE state IN ('WAITING', 'DUE') AND next_at <= ${new Date(now)}
      ORDER BY next_at LIMIT ${most} FOR UPDATE SKIP LOCKED)
    UPDATE confirmation SET attempts = attempts + 1, next_at = ${new Date(lostAt)}
    WHERE id IN (SELECT id FROM due)
    RETURNING id, member_id AS "memberId", order_number AS number, order_name AS "orderName", order_id AS "orderId",
              amount, paid_at AS "paidAt", kind, attempts`)

/** Ends letters. */
export const endConfirmations = (ids: readonly string[], state: 'QUEUED' | 'SKIPPED' | 'GIVEN_UP'): Statement => sql`
  UPDATE confirmation SET state = ${state} WHERE id = ANY (${ids}::uuid[]) AND state IN ('WAITING', 'DUE')`

/** Puts a letter off. */
export const postponeConfirmation = (id: string, nextAt: number): Statement => sql`
  UPDATE confirmation SET next_at = ${new Date(nextAt)} WHERE id = ${id} AND state IN ('WAITING', 'DUE')`

/** Forgets letters that ended, about what happened before an instant; answers how many. */
export const forgetConfirmations = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM confirmation WHERE id IN (
        SELECT id FROM confirmation WHERE paid_at < ${new Date(before)} AND state NOT IN ('WAITING', 'DUE') LIMIT 1000)
      RETURNING id`)
  ).length
