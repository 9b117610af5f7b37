import type { Queryable, Statement } from '#kernel/store.ts'
import { columnsOf, type Columns } from '#engines/postgres/columns.ts'
import { sql, statement } from '#engines/postgres/sql.ts'
import { ANALYSIS, type OwnedTerm, type SearchText } from '../search/search.ts'
import { categoryOwner } from '../search/search-terms.ts'
import { derived, type ProductView, type CategoryView } from './product-view.ts'

type Stored = ProductView & ReturnType<typeof derived>

/** What is known of a product by its events. A field that pages show is added here, and read and written by every statement. */
const columns = {
  productId: ['id', 'uuid'],
  version: ['version', 'integer'],
  name: ['name', 'text'],
  description: ['description', 'text'],
  brand: ['brand', 'text'],
  categoryId: ['category_id', 'text'],
  imageUrls: ['image_urls', 'jsonb'],
  options: ['options', 'jsonb'],
  skus: ['skus', 'jsonb'],
  status: ['status', 'text'],
  createdAt: ['created_at', 'timestamptz'],
} as const satisfies Columns<ProductView>
const known = columnsOf<ProductView>(columns)
/** And what follows from it. */
const stored = columnsOf<Stored>({
  ...columns,
  listed: ['listed', 'boolean'],
  price: ['price', 'bigint'],
  soldOut: ['sold_out', 'boolean'],
})

/** Everything known of categories. */
export const findCategories = (db: Queryable): Promise<CategoryView[]> =>
  db.query<CategoryView>(sql`
    SELECT id, name, name_en AS "nameEn", parent_id AS "parentId", position FROM category
    ORDER BY position, id`)

/** Writes categories, each named once. */
export const saveCategories = (all: readonly CategoryView[]): Statement => sql`
  INSERT INTO category (id, name, name_en, parent_id, position)
  SELECT * FROM unnest(${all.map((each) => each.id)}::text[], ${all.map((each) => each.name)}::text[],
                       ${all.map((each) => each.nameEn)}::text[], ${all.map((each) => each.parentId)}::text[],
                       ${all.map((each) => each.position)}::integer[])
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, parent_id = excluded.parent_id,
    position = excluded.position`

/** Products by id, listed or not. */
export const findProductViews = async (db: Queryable, ids: readonly string[]): Promise<Map<string, ProductView>> => {
  const rows = await db.query<ProductView>(
    statement(`SELECT ${known.selected} FROM product WHERE id = ANY ($1::uuid[])`, [ids]),
  )
  return new Map(rows.map((row) => [row.productId, row]))
}

/** Keeps products from other changes until the transaction ends. Everyone locks in the order of ids. */
export const lockProducts = (ids: readonly string[]): Statement => sql`
  SELECT id FROM product WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`

/** Ids of the products in categories. */
export const idsInCategories = async (db: Queryable, categories: readonly string[]): Promise<string[]> =>
  (
    await db.query<{ id: string }>(sql`
      SELECT id FROM product WHERE category_id = ANY (${categories}) ORDER BY id`)
  ).map((row) => row.id)

const SAVE = `
  INSERT INTO product (${stored.names}, popularity)
  SELECT given.*, coalesce(sale.ranked, 0)
  FROM unnest(${stored.arrays()}) AS given (${stored.names})
  LEFT JOIN sale ON sale.product_id = given.id
  ORDER BY given.id
  ON CONFLICT (id) DO UPDATE SET ${stored.excluded('productId')}`

/** Writes products, each named once, in the order of ids. A new one starts with the units it has sold. */
export const saveProductViews = (all: readonly ProductView[]): Statement =>
  statement(SAVE, stored.valuesOf(all.map((each) => ({ ...each, ...derived(each) }))))

/** Writes what is searched of products, each named once. */
export const saveTexts = (all: readonly (SearchText & { readonly productId: string })[]): Statement => sql`
  INSERT INTO product_text (product_id, text, grams, sounds, analysis)
  SELECT product_id, text, ARRAY (SELECT jsonb_array_elements_text(grams)),
         ARRAY (SELECT jsonb_array_elements_text(sounds)), ${ANALYSIS}::integer
  FROM unnest(${all.map((each) => each.productId)}::uuid[], ${all.map((each) => each.text)}::text[],
              ${all.map((each) => JSON.stringify(each.grams))}::jsonb[],
              ${all.map((each) => JSON.stringify(each.sounds))}::jsonb[]) AS given (product_id, text, grams, sounds)
  ON CONFLICT (product_id) DO UPDATE SET text = excluded.text, grams = excluded.grams, sounds = excluded.sounds,
    analysis = excluded.analysis
  WHERE product_text.text <> excluded.text OR product_text.sounds <> excluded.sounds
    OR product_text.analysis <> excluded.analysis`

/** Takes away the completions of owners. */
export const deleteTerms = (owners: readonly string[]): Statement => sql`DELETE FROM term WHERE owner = ANY (${owners})`

/** Adds completions. */
export const insertTerms = (all: readonly OwnedTerm[]): Statement => sql`
  INSERT INTO term (owner, text, key, initials, rest, opens, weight, analysis)
  SELECT given.*, ${ANALYSIS}::integer FROM unnest(${all.map((each) => each.owner)}::text[], ${all.map((each) => each.text)}::text[],
                       ${all.map((each) => each.key)}::text[], ${all.map((each) => each.initials)}::text[],
                       ${all.map((each) => each.rest)}::text[], ${all.map((each) => each.opens)}::boolean[],
                       ${all.map((each) => each.weight)}::bigint[]) AS given`

/** Units sold of products, as last ranked. */
export const findRanks = async (db: Queryable, ids: readonly string[]): Promise<Map<string, number>> => {
  const rows = await db.query<{ id: string; ranked: number }>(sql`
    SELECT product_id AS id, ranked FROM sale WHERE product_id = ANY (${ids}::uuid[])`)
  return new Map(rows.map((row) => [row.id, row.ranked]))
}

/** Counts units sold, each product named once, in the order of ids. */
export const countSales = (sold: readonly (readonly [productId: string, units: number])[]): Statement => sql`
  INSERT INTO sale (product_id, sold)
  SELECT id, sold FROM unnest(${sold.map(([id]) => id)}::uuid[], ${sold.map(([, units]) => units)}::bigint[])
    AS given (id, sold)
  ORDER BY id
  ON CONFLICT (product_id) DO UPDATE SET sold = sale.sold + excluded.sold`

/** Claims products that sold since they were ranked; answers their ids in order. */
export const claimSales = async (tx: Queryable, limit: number): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(sql`
      SELECT product_id AS id FROM sale WHERE sold <> ranked
      ORDER BY product_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`)
  ).map((row) => row.id)

/** Ranks products by what they have sold. */
export const rank = (ids: readonly string[]): Statement => sql`
  WITH ranked AS (
    UPDATE sale SET ranked = sold WHERE product_id = ANY (${ids}::uuid[]) RETURNING product_id, sold
  ), terms AS (
    UPDATE term SET weight = sold FROM ranked WHERE term.owner = ranked.product_id::text
  )
  UPDATE product SET popularity = sold FROM ranked WHERE product.id = ranked.product_id`

/** Forgets products and categories that are not among those given, and what was made of them. */
export const deleteOthers = (products: readonly string[], categories: readonly string[]): Statement => sql`
  WITH gone AS (
    DELETE FROM product WHERE id <> ALL (${products}::uuid[])
  ), closed AS (
    DELETE FROM category WHERE id <> ALL (${categories}::text[])
  )
  DELETE FROM term WHERE owner <> ALL (${[...products, ...categories.map(categoryOwner)]}::text[])`

/** Keeps a consumer from taking in more until the transaction ends; waits for what it is taking in now. */
export const waitForCursor = (consumer: string, source: string): Statement => sql`
  SELECT xid FROM cursor WHERE consumer = ${consumer} AND source = ${source} FOR UPDATE`

/** Renews what the planner knows of the tables. */
export const analyze = (): Statement => sql`ANALYZE product, product_text, term`
