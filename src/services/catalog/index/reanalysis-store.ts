import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { ANALYSIS } from '../search/search.ts'
import type { CategoryView } from '../product-view/product-view.ts'

/**
 * Locks up to `limit` products whose texts or completions an earlier version of the analysis made; answers their ids in
 * order. Products that somebody else is writing are left for later.
 */
export const lockOutdated = async (tx: Queryable, limit: number): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(sql`
      SELECT id FROM product
      WHERE id = ANY (
        SELECT product_id FROM (SELECT product_id FROM product_text WHERE analysis < ${ANALYSIS} LIMIT ${limit}) AS texts
        UNION
        SELECT owner::uuid FROM (
          SELECT owner FROM term WHERE analysis < ${ANALYSIS} AND owner NOT LIKE 'category:%' LIMIT ${limit}
        ) AS terms
      )
      ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`)
  ).map((row) => row.id)

/** Locks the categories whose completions an earlier version of the analysis made. */
export const lockOutdatedCategories = (tx: Queryable): Promise<CategoryView[]> =>
  tx.query<CategoryView>(sql`
    SELECT id, name, name_en AS "nameEn", parent_id AS "parentId", position FROM category
    WHERE EXISTS (SELECT FROM term WHERE owner = 'category:' || category.id AND analysis < ${ANALYSIS})
    ORDER BY id FOR UPDATE SKIP LOCKED`)
