import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Line } from '../reservation/reservation.ts'

/** Units of a sold reservation that came back, as they are stored. */
export interface Restock {
  readonly id: string
  readonly reservationId: string
  readonly orderId: string
  readonly to: 'STOCK' | 'WRITE_OFF'
  /** One for each SKU, sorted by SKU. */
  readonly lines: readonly Line[]
}

/** The sold reservations of orders, by order. */
export const findSold = async (db: Queryable, orderIds: readonly string[]): Promise<Map<string, string>> => {
  const rows = await db.query<{ orderId: string; id: string }>(sql`
    SELECT order_id AS "orderId", id FROM reservation
    WHERE order_id = ANY (${orderIds}::uuid[]) AND state IN ('ALLOCATED', 'RESTOCKED')
    ORDER BY state DESC`)
  return new Map(rows.map((row) => [row.orderId, row.id]))
}

/** Restocks by id. */
export const findRestocks = async (db: Queryable, ids: readonly string[]): Promise<Map<string, Restock>> => {
  const rows = await db.query<Omit<Restock, 'lines'> & { skuIds: string[]; quantities: number[] }>(sql`
    SELECT id, reservation_id AS "reservationId", order_id AS "orderId", destination AS "to",
      sku_ids::text[] AS "skuIds", quantities
    FROM restock WHERE id = ANY (${ids}::uuid[])`)
  return new Map(
    rows.map(({ skuIds, quantities, ...row }) => [
      row.id,
      { ...row, lines: skuIds.map((skuId, i) => ({ skuId, quantity: quantities[i]! })) },
    ]),
  )
}

/** Stores restocks; fails with 23505 when one exists. */
export const insertRestocks = (all: readonly Restock[], now: number): Statement => sql`
  INSERT INTO restock (id, reservation_id, order_id, destination, sku_ids, quantities, at)
  SELECT id, reservation_id, order_id, destination, sku_ids::uuid[], quantities::integer[], ${new Date(now)}
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.reservationId)}::uuid[],
              ${all.map((each) => each.orderId)}::uuid[], ${all.map((each) => each.to)}::text[],
              ${all.map((each) => `{${each.lines.map((line) => line.skuId).join()}}`)}::text[],
              ${all.map((each) => `{${each.lines.map((line) => line.quantity).join()}}`)}::text[])
    AS given (id, reservation_id, order_id, destination, sku_ids, quantities)
  ORDER BY id`
