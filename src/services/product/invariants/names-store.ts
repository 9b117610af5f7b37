import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'

/** What a product and its choices are called. */
export interface NamedProduct {
  readonly id: string
  readonly name: string
  readonly brand: string | null
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
}

/** What a category is called. */
export interface NamedCategory {
  readonly id: string
  readonly name: string
  readonly nameEn: string
}

/** Products by id after an id. What a SKU chose is one of its product's values. */
export const readNames = (db: Queryable, after: string, limit: number): Promise<NamedProduct[]> =>
  db.query<NamedProduct & Record<string, unknown>>(sql`
    SELECT id, name, brand, options FROM jt_product.product WHERE id > ${after} ORDER BY id LIMIT ${limit}`)

/** All categories. */
export const readCategoryNames = (db: Queryable): Promise<NamedCategory[]> =>
  db.query<NamedCategory & Record<string, unknown>>(sql`
    SELECT id, name, name_en AS "nameEn" FROM jt_product.category ORDER BY id`)
