import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Kept, Sku } from './product.ts'

interface ProductRow extends Omit<Kept, 'skus'> {}
interface SkuRow extends Sku {
  productId: string
}

const withSkus = async (db: Queryable, products: readonly ProductRow[]): Promise<Kept[]> => {
  const rows = await db.query<SkuRow>(sql`
    SELECT product_id AS "productId", id, options, price, status, on_hand AS "onHand", reserved, flips
    FROM sku WHERE product_id = ANY (${products.map((each) => each.id)}::uuid[])
    ORDER BY product_id, position`)
  const skus = Map.groupBy(rows, (row) => row.productId)
  return products.map((each) => ({ ...each, skus: (skus.get(each.id) ?? []).map(({ productId: _, ...sku }) => sku) }))
}

/** Products by id, in no order. */
export const findProducts = async (db: Queryable, ids: readonly string[]): Promise<Kept[]> =>
  withSkus(
    db,
    await db.query<ProductRow>(sql`
      SELECT id, name, description, brand, category_id AS "categoryId", image_urls AS "imageUrls", options, status,
             version, created_at AS "createdAt", updated_at AS "updatedAt"
      FROM product WHERE id = ANY (${ids}::uuid[])`),
  )

/** A product, locked against other changes of its description until the transaction ends. */
export const lockProduct = async (tx: Queryable, id: string): Promise<Kept | undefined> => {
  const rows = await tx.query<ProductRow>(sql`
    SELECT id, name, description, brand, category_id AS "categoryId", image_urls AS "imageUrls", options, status,
           version, created_at AS "createdAt", updated_at AS "updatedAt"
    FROM product WHERE id = ${id} FOR UPDATE`)
  return (await withSkus(tx, rows))[0]
}

/** A page of products, newest first, after a place. `words`, in NFKC, must all be part of the name. */
export const findPage = async (
  db: Queryable,
  after: readonly [createdAt: number, id: string] | undefined,
  words: readonly string[],
  limit: number,
): Promise<Kept[]> =>
  withSkus(
    db,
    await db.query<ProductRow>(sql`
      SELECT id, name, description, brand, category_id AS "categoryId", image_urls AS "imageUrls", options, status,
             version, created_at AS "createdAt", updated_at AS "updatedAt"
      FROM product
      WHERE (created_at, id) < (${after ? new Date(after[0]) : 'infinity'}::timestamptz,
                                ${after?.[1] ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid)
        AND normalize(name, NFKC) ILIKE ALL (${words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)}::text[])
      ORDER BY created_at DESC, id DESC
      LIMIT ${limit}`),
  )

/** Stores products that do not exist; answers their ids. */
export const insertProducts = async (tx: Queryable, all: readonly Kept[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(sql`
    INSERT INTO product (id, name, description, brand, category_id, image_urls, options, status, version,
                         created_at, updated_at)
    SELECT id, name, description, brand, category_id, image_urls, options, status, version, created_at, created_at
    FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.name)}::text[],
                ${all.map((each) => each.description)}::text[], ${all.map((each) => each.brand)}::text[],
                ${all.map((each) => each.categoryId)}::text[],
                ${all.map((each) => JSON.stringify(each.imageUrls))}::jsonb[],
                ${all.map((each) => JSON.stringify(each.options))}::jsonb[], ${all.map((each) => each.status)}::text[],
                ${all.map((each) => each.version)}::integer[],
                ${all.map((each) => new Date(each.createdAt))}::timestamptz[])
      AS given (id, name, description, brand, category_id, image_urls, options, status, version, created_at)
    ON CONFLICT (id) DO NOTHING
    RETURNING id`)
  return new Set(rows.map((row) => row.id))
}

/** A SKU about to be stored. Its stock starts at 0 and grows by movements only. */
export interface NewSku {
  readonly id: string
  readonly productId: string
  readonly position: number
  readonly options: Readonly<Record<string, string>>
  readonly price: number
  readonly status: 'ON_SALE' | 'STOPPED'
}

/** Stores SKUs without stock. */
export const insertSkus = (all: readonly NewSku[]): Statement => sql`
  INSERT INTO sku (id, product_id, position, options, price, status, on_hand)
  SELECT id, product_id, position, options, price, status, 0
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.productId)}::uuid[],
              ${all.map((each) => each.position)}::integer[], ${all.map((each) => JSON.stringify(each.options))}::jsonb[],
              ${all.map((each) => each.price)}::bigint[], ${all.map((each) => each.status)}::text[])
    AS given (id, product_id, position, options, price, status)`

/** Writes a product's description, not its SKUs. */
export const saveProduct = (kept: Omit<Kept, 'skus'>): Statement => sql`
  UPDATE product
  SET name = ${kept.name}, description = ${kept.description}, brand = ${kept.brand}, category_id = ${kept.categoryId},
      image_urls = ${JSON.stringify(kept.imageUrls)}, options = ${JSON.stringify(kept.options)},
      status = ${kept.status}, version = ${kept.version}, updated_at = ${new Date(kept.updatedAt)}
  WHERE id = ${kept.id}`

/** Writes what SKUs are and cost, not their stock. */
export const saveSkus = (all: readonly Pick<Sku, 'id' | 'options' | 'price' | 'status'>[]): Statement => sql`
  UPDATE sku SET options = given.options, price = given.price, status = given.status
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => JSON.stringify(each.options))}::jsonb[],
              ${all.map((each) => each.price)}::bigint[], ${all.map((each) => each.status)}::text[])
    AS given (id, options, price, status)
  WHERE sku.id = given.id`

/** Renews what the planner knows of the tables: plans made for empty ones read every row. */
export const analyze = (): Statement => sql`ANALYZE product, sku`
