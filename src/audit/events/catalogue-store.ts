import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

export interface SkuSeen {
  readonly skuId: string
  readonly options: Readonly<Record<string, string>>
  readonly price: number
  readonly soldOut: boolean
  readonly flips: number
  readonly status: string
}

/** A product as the product service keeps it, as the window shows it, or as an event tells of it. */
export interface ProductSeen {
  readonly id: string
  readonly version: number
  readonly name: string
  readonly description: string
  readonly brand: string | null
  readonly categoryId: string | null
  readonly imageUrls: readonly string[]
  readonly options: unknown
  readonly status: string
  readonly createdAt: number
  readonly skus: readonly SkuSeen[]
}

/** A product in the window, with what was derived for lists. */
export interface ListedSeen extends ProductSeen {
  readonly listed: boolean
  readonly price: number
  readonly soldOut: boolean
}

/** Products by id after an id. */
export const readProducts = (db: Queryable, after: string, limit: number): Promise<ProductSeen[]> =>
  db.query<ProductSeen & Record<string, unknown>>(sql`
    SELECT id, version, name, description, brand, category_id AS "categoryId", image_urls AS "imageUrls", options,
      status, created_at AS "createdAt",
      coalesce((
        SELECT jsonb_agg(jsonb_build_object('skuId', sku.id, 'options', sku.options, 'price', price,
          'soldOut', on_hand <= reserved, 'flips', flips, 'status', sku.status) ORDER BY position)
        FROM jt_product.sku WHERE product_id = product.id), '[]') AS skus
    FROM jt_product.product WHERE id > ${after} ORDER BY id LIMIT ${limit}`)

const LISTED = `id, version, name, description, brand, category_id AS "categoryId", image_urls AS "imageUrls", options,
  status, created_at AS "createdAt", skus, listed, price, sold_out AS "soldOut"`

/** Products in the window, by id after an id. */
export const readListed = (db: Queryable, after: string, limit: number): Promise<ListedSeen[]> =>
  db.query<ListedSeen>({
    name: 'audit_listed',
    text: `SELECT ${LISTED} FROM jt_catalog.product WHERE id > $1 ORDER BY id LIMIT $2`,
    values: [after, limit],
  })

/** Products in the window, by id. */
export const listedOf = async (db: Queryable, ids: readonly string[]): Promise<Map<string, ListedSeen>> => {
  const rows = await db.query<ListedSeen>({
    name: 'audit_listed_of',
    text: `SELECT ${LISTED} FROM jt_catalog.product WHERE id = ANY ($1::uuid[])`,
    values: [ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

/** What was told of a product, of one of its SKUs, or of a category. */
export interface ProductEvent {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly key: string
  readonly payload: ProductSeen
}

/** What was told of products and categories, in order, after a place. */
export const readProductEvents = (db: Queryable, after: string, limit: number): Promise<ProductEvent[]> => {
  const [xid = '0', id = '0'] = after.split(':').filter(Boolean)
  return db.query<ProductEvent & Record<string, unknown>>(sql`
    SELECT xid::text || ':' || outbox.id AS id, name, version, key, payload FROM jt_product.outbox
    WHERE (xid, outbox.id) > (${xid}::text::xid8, ${id}::bigint)
      AND name IN ('product.changed', 'product.availability_changed', 'product.category_changed')
    ORDER BY xid, outbox.id LIMIT ${limit}`)
}

/** When products and categories were last spoken of, since an instant. */
export const latestWords = async (db: Queryable, since: number): Promise<Map<string, number>> => {
  const rows = await db.query<{ key: string; at: number }>(sql`
    SELECT key, max(at) AS at FROM jt_product.outbox WHERE at > ${new Date(since)} GROUP BY key`)
  return new Map(rows.map((row) => [row.key, row.at]))
}

export interface Category {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly parentId: string | null
  readonly position: number
}

/** All categories of the product service, or of the window. */
export const categoriesOf = async (db: Queryable, service: 'product' | 'catalog'): Promise<Map<string, Category>> => {
  const rows = await db.query<Category>({
    name: `audit_categories_${service}`,
    text: `SELECT id, name, name_en AS "nameEn", parent_id AS "parentId", position FROM jt_${service}.category`,
    values: [],
  })
  return new Map(rows.map((row) => [row.id, row]))
}
