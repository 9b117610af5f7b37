import type { Queryable, Tx } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { OrderLine, OrderRecord } from '../order.ts'

const dateOf = (ms: number): Date => new Date(ms)

/** An order about to be stored, with the key it was placed under and the answer to give. */
export interface NewOrder {
  readonly order: OrderRecord
  readonly key: string
  /** Attempts under the key that were given up before this one. */
  readonly attempt: number
  readonly fingerprint: string
  readonly answer: unknown
}

/** Stores orders whose keys are new; answers the ids of those it stored. The others' keys are taken. */
export const insertOrders = async (db: Queryable, given: readonly NewOrder[]): Promise<Set<string>> => {
  const lines = given.flatMap(({ order }) => order.lines.map((line) => ({ orderId: order.id, line })))
  const column = <T>(pick: (order: OrderRecord) => T): T[] => given.map(({ order }) => pick(order))
  const lineColumn = <T>(pick: (line: OrderLine) => T): T[] => lines.map(({ line }) => pick(line))
  const rows = await db.query<{ order_id: string }>(sql`
    WITH taken AS (
      INSERT INTO idempotency (member_id, key, fingerprint, order_id, answer)
      SELECT * FROM unnest(${column((o) => o.memberId)}::uuid[], ${given.map((each) => each.key)}::text[],
        ${given.map((each) => each.fingerprint)}::text[], ${column((o) => o.id)}::uuid[],
        ${given.map((each) => JSON.stringify(each.answer))}::jsonb[])
      ON CONFLICT DO NOTHING
      RETURNING order_id
    ), stored AS (
      INSERT INTO orders (id, number, member_id, status, amount, name, reservation_id, pay_before, placed_at, shipping, charges)
      SELECT new.* FROM unnest(${column((o) => o.id)}::uuid[], ${column((o) => o.number)}::text[],
        ${column((o) => o.memberId)}::uuid[], ${column((o) => o.status)}::text[], ${column((o) => o.amount)}::bigint[],
        ${column((o) => o.name)}::text[], ${column((o) => o.reservationId)}::uuid[],
        ${column((o) => dateOf(o.payBefore))}::timestamptz[], ${column((o) => dateOf(o.placedAt))}::timestamptz[],
        ${column((o) => JSON.stringify(o.shipping))}::jsonb[], ${column((o) => JSON.stringify(o.charges))}::jsonb[])
        AS new (id)
      JOIN taken ON taken.order_id = new.id
    ), lined AS (
      INSERT INTO order_line (order_id, number, sku_id, product_id, product_name, image_url, options, quantity, unit_price, status,
        allocation)
      SELECT new.* FROM unnest(${lines.map((each) => each.orderId)}::uuid[], ${lineColumn((l) => l.number)}::int[],
        ${lineColumn((l) => l.skuId)}::uuid[], ${lineColumn((l) => l.productId)}::uuid[],
        ${lineColumn((l) => l.productName)}::text[], ${lineColumn((l) => l.imageUrl)}::text[],
        ${lineColumn((l) => JSON.stringify(l.options))}::jsonb[], ${lineColumn((l) => l.quantity)}::int[],
        ${lineColumn((l) => l.unitPrice)}::bigint[], ${lineColumn((l) => l.status)}::text[],
        ${lineColumn((l) => JSON.stringify(l.allocation))}::jsonb[]) AS new (order_id)
      JOIN taken ON taken.order_id = new.order_id
    )
    SELECT order_id FROM taken`)
  return new Set(rows.map((row) => row.order_id))
}

/** A key and whose it is. */
export interface KeyOfMember {
  readonly memberId: string
  readonly key: string
}

/** What was answered under a key. */
export interface Answered extends KeyOfMember {
  readonly fingerprint: string
  readonly answer: unknown
}

/** The answers given under keys; unknown keys are left out. */
export const findAnswers = async (db: Queryable, keys: readonly KeyOfMember[]): Promise<Answered[]> =>
  db.query<Answered>(sql`
    SELECT member_id AS "memberId", key, fingerprint, answer
    FROM idempotency JOIN unnest(${keys.map((each) => each.memberId)}::uuid[], ${keys.map((each) => each.key)}::text[])
      AS wanted (member_id, key) USING (member_id, key)`)

/** How a key stands before an order is placed under it. */
export interface KeyState {
  /** What was answered under it, if anything was. */
  readonly answered: Answered | undefined
  /** Attempts under it that were given up; also the number of the next one. */
  readonly attempts: number
}

/** How keys stand, in the order given. */
export const findKeys = async (db: Queryable, keys: readonly KeyOfMember[]): Promise<KeyState[]> => {
  const rows = await db.query<{ fingerprint: string | null; answer: unknown; attempts: number }>(sql`
    SELECT fingerprint, answer, coalesce(attempts, 0) AS attempts
    FROM unnest(${keys.map((each) => each.memberId)}::uuid[], ${keys.map((each) => each.key)}::text[])
      WITH ORDINALITY AS wanted (member_id, key, place)
    LEFT JOIN idempotency USING (member_id, key)
    LEFT JOIN abandoned_placement USING (member_id, key)
    ORDER BY place`)
  return rows.map(({ fingerprint, answer, attempts }, i) => ({
    answered: fingerprint === null ? undefined : { ...keys[i]!, fingerprint, answer },
    attempts,
  }))
}

/** Ids of those orders, just stored in this transaction, whose attempt was given up meanwhile: what they held is gone. */
export const findAbandoned = async (tx: Tx, given: readonly NewOrder[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(sql`
    SELECT id FROM unnest(${given.map((each) => each.order.id)}::uuid[],
      ${given.map((each) => each.order.memberId)}::uuid[], ${given.map((each) => each.key)}::text[],
      ${given.map((each) => each.attempt)}::int[]) AS placed (id, member_id, key, attempt)
    JOIN abandoned_placement USING (member_id, key)
    WHERE abandoned_placement.attempts > placed.attempt`)
  return new Set(rows.map((row) => row.id))
}

/** Takes back orders stored in this transaction, with their keys. */
export const deleteOrders = async (tx: Tx, ids: ReadonlySet<string>): Promise<void> => {
  await Promise.all([
    tx.query(sql`DELETE FROM idempotency WHERE order_id = ANY (${[...ids]}::uuid[])`),
    tx.query(sql`DELETE FROM order_line WHERE order_id = ANY (${[...ids]}::uuid[])`),
    tx.query(sql`DELETE FROM orders WHERE id = ANY (${[...ids]}::uuid[])`),
  ])
}

/** Nobody's order: stands in a key's row while an attempt under it is given up. */
const NO_ORDER = '00000000-0000-0000-0000-000000000000'

/**
 * Gives an attempt to place an order under a key up, unless there is an order under it: then answers what was answered.
 * Taking the key for the length of the transaction waits for whoever is storing an order under it at this moment, also for
 * a commit whose outcome nobody knows. Whoever comes to store one with this attempt's hold later finds it abandoned.
 */
export const abandon = async (tx: Tx, key: KeyOfMember, attempt: number): Promise<Answered | undefined> => {
  const taken = await tx.query(sql`
    INSERT INTO idempotency (member_id, key, fingerprint, order_id, answer)
    VALUES (${key.memberId}, ${key.key}, '', ${NO_ORDER}, 'null')
    ON CONFLICT DO NOTHING RETURNING order_id`)
  if (taken.length === 0) return (await findAnswers(tx, [key]))[0]
  await Promise.all([
    tx.query(sql`
      INSERT INTO abandoned_placement AS known (member_id, key, attempts)
      VALUES (${key.memberId}, ${key.key}, ${attempt + 1})
      ON CONFLICT (member_id, key) DO UPDATE SET attempts = greatest(known.attempts, excluded.attempts)`),
    tx.query(sql`DELETE FROM idempotency WHERE member_id = ${key.memberId} AND key = ${key.key}`),
  ])
  return undefined
}
