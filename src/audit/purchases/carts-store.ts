import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** SKUs that lie in carts, each once, by id after an id. */
export const readSkusInCarts = (db: Queryable, after: string, limit: number): Promise<{ id: string }[]> =>
  db.query<{ id: string }>(sql`
    SELECT DISTINCT sku_id AS id FROM jt_cart.cart_item WHERE sku_id > ${after} ORDER BY sku_id LIMIT ${limit}`)

/** Which of the ids are SKUs. */
export const existingSkus = async (db: Queryable, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await db.query<{ id: string }>(sql`SELECT id FROM jt_product.sku WHERE id = ANY (${ids}::uuid[])`)
  return new Set(rows.map((row) => row.id))
}
