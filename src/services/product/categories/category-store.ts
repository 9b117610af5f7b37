import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Category, StoredCategory } from './category.ts'

/** All categories, in the order they are shown. */
export const findCategories = (db: Queryable): Promise<StoredCategory[]> =>
  db.query<StoredCategory>(sql`
    SELECT id, name, name_en AS "nameEn", parent_id AS "parentId", position, version FROM category
    ORDER BY depth, position, id`)

/** Keeps everyone else from changing categories until the transaction ends; reading goes on. */
export const lockCategories = (): Statement => sql`LOCK TABLE category IN SHARE ROW EXCLUSIVE MODE`

/** Makes or changes categories; a change raises the version. */
export const saveCategories = (all: readonly Category[], depths: ReadonlyMap<string, number>): Statement => sql`
  INSERT INTO category (id, name, name_en, parent_id, position, depth)
  SELECT * FROM unnest(
    ${all.map((each) => each.id)}::text[], ${all.map((each) => each.name)}::text[],
    ${all.map((each) => each.nameEn)}::text[], ${all.map((each) => each.parentId)}::text[],
    ${all.map((each) => each.position)}::int[], ${all.map((each) => depths.get(each.id)!)}::smallint[])
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, parent_id = excluded.parent_id,
    position = excluded.position, depth = excluded.depth, version = category.version + 1`

/** Writes the depths of categories that moved with another. */
export const saveDepths = (depths: ReadonlyMap<string, number>): Statement => sql`
  UPDATE category SET depth = given.depth
  FROM unnest(${[...depths.keys()]}::text[], ${[...depths.values()]}::smallint[]) AS given (id, depth)
  WHERE category.id = given.id AND category.depth <> given.depth`
