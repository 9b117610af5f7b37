import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Answer } from '../api/answer.ts'
import { METHOD_NAMES, type Payment } from './payment.ts'
import type { Transaction } from './rules.ts'

/** Planned anew each time: a plan kept from the days of an empty table would go on reading all of it. */
const unprepared = ({ text, values }: Statement): Statement => ({ text, values })

export interface StoredTransaction extends Transaction {
  readonly payment: Payment
  readonly at: number
}

export interface StoredAnswer extends Answer {
  readonly scope: string
}

const rowOf = (payment: Payment) => ({
  payment_key: payment.paymentKey,
  mid: payment.mid,
  order_id: payment.orderId,
  status: payment.status,
  total_amount: payment.totalAmount,
  captured: payment.captured,
  refunded: payment.refunded,
  approved: payment.captured > 0 || payment.virtualAccount !== null,
  lapses_at: payment.lapsesAt,
  state: payment,
})

/** Payments by key, locked in the order of their keys until the transaction ends. */
export const lockPayments = async (tx: Queryable, keys: readonly string[]): Promise<Payment[]> => {
  const rows = await tx.query<{ state: Payment }>(
    unprepared(sql`
    select state from payment where payment_key = any(${keys}::text[]) order by payment_key for no key update`),
  )
  return rows.map((row) => row.state)
}

/** The key each order was approved with, of those that were; orders as `mid` and `order_id` side by side. */
export const approvedKeys = (tx: Queryable, mids: readonly string[], orderIds: readonly string[]) =>
  tx.query<{ mid: string; order_id: string; payment_key: string }>(
    unprepared(sql`
    select mid, order_id, payment_key from payment
    where approved and (mid, order_id) in (select * from unnest(${mids}::text[], ${orderIds}::text[]))`),
  )

/** First answers under these scopes that are still remembered. */
export const answersUnder = (tx: Queryable, scopes: readonly string[], since: number): Promise<StoredAnswer[]> =>
  tx.query<StoredAnswer & Record<string, unknown>>(
    unprepared(sql`
    select scope, status, body from answer where scope = any(${scopes}::text[]) and first_at > ${since}`),
  )

export const insertPayments = (tx: Queryable, payments: readonly Payment[]) =>
  tx.query(sql`
    insert into payment (payment_key, mid, order_id, status, total_amount, captured, refunded, approved, lapses_at, state)
    select payment_key, mid, order_id, status, total_amount, captured, refunded, approved, lapses_at, state
    from json_to_recordset(${JSON.stringify(payments.map(rowOf))}::json) as r (
      payment_key text, mid text, order_id text, status text, total_amount bigint, captured bigint, refunded bigint,
      approved boolean, lapses_at bigint, state json)`)

export const updatePayments = (tx: Queryable, payments: readonly Payment[]) =>
  tx.query(
    unprepared(sql`
    update payment p
    set status = r.status, captured = r.captured, refunded = r.refunded, approved = r.approved, lapses_at = r.lapses_at,
        state = r.state
    from json_to_recordset(${JSON.stringify(payments.map(rowOf))}::json) as r (
      payment_key text, status text, captured bigint, refunded bigint, approved boolean, lapses_at bigint, state json)
    where p.payment_key = r.payment_key`),
  )

export const insertTransactions = (tx: Queryable, transactions: readonly StoredTransaction[]) =>
  tx.query(sql`
    insert into transaction (transaction_key, mid, payment_key, order_id, method, status, amount, at)
    select transaction_key, mid, payment_key, order_id, method, status, amount, at
    from json_to_recordset(${JSON.stringify(
      transactions.map(({ payment, ...each }) => ({
        transaction_key: each.transactionKey,
        mid: payment.mid,
        payment_key: payment.paymentKey,
        order_id: payment.orderId,
        method: METHOD_NAMES[payment.method ?? 'CARD'],
        status: each.status,
        amount: each.amount,
        at: each.at,
      })),
    )}::json) as r (
      transaction_key text, mid text, payment_key text, order_id text, method text, status text, amount bigint, at bigint)`)

/** Keeps first answers. An expired one gives way; a live one is a unique violation, so that the caller looks again. */
export const insertAnswers = async (
  tx: Queryable,
  answers: readonly StoredAnswer[],
  now: number,
  since: number,
): Promise<void> => {
  const scopes = answers.map((each) => each.scope)
  await Promise.all([
    tx.query(unprepared(sql`delete from answer where scope = any(${scopes}::text[]) and first_at <= ${since}`)),
    tx.query(sql`
      insert into answer (scope, status, body, first_at)
      select scope, status, body, ${now}
      from unnest(${scopes}::text[], ${answers.map((each) => each.status)}::int[], ${answers.map((each) => each.body)}::text[])
        as r (scope, status, body)`),
  ])
}

/** Forgets answers older than `since`; how many. */
export const forgetAnswers = async (db: Queryable, since: number): Promise<number> => {
  const rows = await db.query(sql`
    delete from answer where scope in (select scope from answer where first_at <= ${since} limit 5000) returning 1 as gone`)
  return rows.length
}

/** Keys of payments whose clock has run out. */
export const lapsedKeys = async (db: Queryable, now: number, limit: number): Promise<string[]> => {
  const rows = await db.query<{ payment_key: string }>(
    unprepared(sql`
    select payment_key from payment where lapses_at <= ${now} order by lapses_at limit ${limit}`),
  )
  return rows.map((row) => row.payment_key)
}
