import type { Queryable, Statement } from '#kernel/store.ts'
import { columnsOf } from '#engines/postgres/columns.ts'
import { sql, statement } from '#engines/postgres/sql.ts'
import type { Kept, Sku } from './product.ts'

type ProductRow = Omit<Kept, 'skus'>
interface SkuRow extends Sku {
  productId: string
}

/** The columns of a product. A field of it is added here, and read and written by every statement. */
const columns = columnsOf<ProductRow>({
  id: ['id', 'uuid'],
  name: ['name', 'text'],
  description: ['description', 'text'],
  brand: ['brand', 'text'],
  categoryId: ['category_id', 'text'],
  imageUrls: ['image_urls', 'jsonb'],
  options: ['options', 'jsonb'],
  status: ['status', 'text'],
  version: ['version', 'integer'],
  createdAt: ['created_at', 'timestamptz'],
  updatedAt: ['updated_at', 'timestamptz'],
})

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
    await db.query<ProductRow>(statement(`SELECT ${columns.selected} FROM product WHERE id = ANY ($1::uuid[])`, [ids])),
  )

/** A product, locked against other changes of its description until the transaction ends. */
export const lockProduct = async (tx: Queryable, id: string): Promise<Kept | undefined> => {
  const rows = await tx.query<ProductRow>(
    statement(`SELECT ${columns.selected} FROM product WHERE id = $1 FOR UPDATE`, [id]),
  )
  return (await withSkus(tx, rows))[0]
}

const PAGE = `
  SELECT ${columns.selected} FROM product
  WHERE (created_at, id) < ($1::timestamptz, $2::uuid) AND normalize(name, NFKC) ILIKE ALL ($3::text[])
  ORDER BY created_at DESC, id DESC
  LIMIT $4`

/** A page of products, newest first, after a place. `words`, in NFKC, must all be part of the name. */
export const findPage = async (
  db: Queryable,
  after: readonly [createdAt: number, id: string] | undefined,
  words: readonly string[],
  limit: number,
): Promise<Kept[]> =>
  withSkus(
    db,
    await db.query<ProductRow>(
      statement(PAGE, [
        after ? new Date(after[0]) : 'infinity',
        after?.[1] ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
        words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`),
        limit,
      ]),
    ),
  )

const INSERT = `
  INSERT INTO product (${columns.names})
  SELECT * FROM unnest(${columns.arrays()})
  ON CONFLICT (id) DO NOTHING
  RETURNING id`

/** Stores products that do not exist; answers their ids. */
export const insertProducts = async (tx: Queryable, all: readonly Kept[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(statement(INSERT, columns.valuesOf(all)))
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

/** When a product was made is written once. */
const UNCHANGED = ['id', 'createdAt'] as const
const UPDATE = `UPDATE product SET ${columns.set(UNCHANGED, 2)} WHERE id = $1`

/** Writes a product's description, not its SKUs. */
export const saveProduct = (kept: ProductRow): Statement =>
  statement(UPDATE, [kept.id, ...columns.setValuesOf(UNCHANGED, kept)])

/** Writes what SKUs are and cost, not their stock. */
export const saveSkus = (all: readonly Pick<Sku, 'id' | 'options' | 'price' | 'status'>[]): Statement => sql`
  UPDATE sku SET options = given.options, price = given.price, status = given.status
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => JSON.stringify(each.options))}::jsonb[],
              ${all.map((each) => each.price)}::bigint[], ${all.map((each) => each.status)}::text[])
    AS given (id, options, price, status)
  WHERE sku.id = given.id`

/** Renews what the planner knows of the tables: plans made for empty ones read every row. */
export const analyze = (): Statement => sql`ANALYZE product, sku`
