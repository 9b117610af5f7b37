import { sql } from '#engines/postgres/sql.ts'
import type { Queryable } from '#kernel/store.ts'
import type { Payment } from './payment.ts'

/** Payments by key, in no order. */
export const paymentsByKey = async (db: Queryable, keys: readonly string[]): Promise<Payment[]> => {
  const rows = await db.query<{ state: Payment }>(
    sql`select state from payment where payment_key = any(${keys}::text[])`,
  )
  return rows.map((row) => row.state)
}

/** The payment of an order: the approved one, else the newest. */
export const paymentOfOrder = async (db: Queryable, mid: string, orderId: string): Promise<Payment | undefined> => {
  const rows = await db.query<{ state: Payment }>(sql`
    select state from payment where mid = ${mid} and order_id = ${orderId}
    order by approved desc, (state ->> 'requestedAt')::bigint desc, payment_key desc limit 1`)
  return rows[0]?.state
}

/** One page of all payments by key, after `cursor`. */
export const paymentPage = async (db: Queryable, cursor: string, limit: number): Promise<Payment[]> => {
  const rows = await db.query<{ state: Payment }>(sql`
    select state from payment where payment_key > ${cursor} order by payment_key limit ${limit}`)
  return rows.map((row) => row.state)
}

/** Every payment of an order, of whichever of the merchants. */
export const paymentsOfOrder = async (db: Queryable, mids: readonly string[], orderId: string): Promise<Payment[]> => {
  const rows = await db.query<{ state: Payment }>(sql`
    select state from payment where mid = any(${mids}::text[]) and order_id = ${orderId} order by payment_key`)
  return rows.map((row) => row.state)
}

export interface TransactionRow {
  readonly transaction_key: string
  readonly payment_key: string
  readonly order_id: string
  readonly method: string
  readonly status: string
  readonly amount: number
  readonly at: number
}

/** Movements of money of a merchant between two instants, oldest first, after the one named `after`. */
export const transactionsBetween = (
  db: Queryable,
  mid: string,
  from: number,
  to: number,
  after: string | null,
  limit: number,
) =>
  db.query<TransactionRow & Record<string, unknown>>(sql`
    select transaction_key, payment_key, order_id, method, status, amount::float8 as amount, at::float8 as at
    from transaction
    where mid = ${mid} and at >= ${from} and at <= ${to}
      and (${after}::text is null
           or (at, transaction_key) > (select at, transaction_key from transaction where transaction_key = ${after}::text))
    order by at, transaction_key limit ${limit}`)

/** Virtual accounts of all merchants that may still be paid into, newest first. For people to look at: no index helps it. */
export const openAccounts = async (db: Queryable, limit: number): Promise<Payment[]> => {
  const rows = await db.query<{ state: Payment }>(sql`
    select state from payment
    where status in ('WAITING_FOR_DEPOSIT', 'EXPIRED') and captured = 0 and state ->> 'virtualAccount' is not null
    order by (state ->> 'requestedAt')::bigint desc limit ${limit}`)
  return rows.map((row) => row.state)
}
