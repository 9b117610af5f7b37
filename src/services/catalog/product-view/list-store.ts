import type { Queryable, Statement } from '#kernel/store.ts'
import { compose } from '#engines/postgres/compose.ts'
import { sql } from '#engines/postgres/sql.ts'
import { SIMILAR, type Completion, type Search } from '../search/search.ts'

/** A product as a list shows it. */
export interface CardRow {
  readonly id: string
  readonly name: string
  readonly brand: string | null
  readonly price: number
  readonly imageUrl: string | null
  readonly soldOut: boolean
  readonly categoryId: string | null
  readonly createdAt: number
  readonly popularity: number
  /** How well it answers a search: 3 its very name, 2 its name begins so, 1 its name holds it, 0 elsewhere; of a similar one, how many sounds of a hundred. */
  readonly score: number
}

export type Sort = 'newest' | 'popular' | 'price-asc' | 'price-desc' | 'relevance'

/** Which products to list. */
export interface Filter {
  readonly search: Search | undefined
  readonly categories: readonly string[] | undefined
  readonly minPrice: number | undefined
  readonly maxPrice: number | undefined
  readonly inStock: boolean
}

/** The last product of a page, by what the list is sorted by. */
export type ListCursor = Pick<CardRow, 'id' | 'createdAt' | 'popularity' | 'price' | 'score'>

/** Products looked at for being similar: common sounds are in very many. */
const HEARD = 5_000

/** Texts that share most sounds, each with how many of a hundred. */
const similar = (sounds: readonly string[]): Statement => sql`
  SELECT product_id, score FROM (
    SELECT product_id, 100 * (
        SELECT count(*) FROM unnest(${sounds}::text[]) AS sound WHERE sound = ANY (sounds)
      )::integer / ${sounds.length}::integer AS score
    FROM product_text WHERE sounds && ${sounds}::text[]
    LIMIT ${HEARD}
  ) AS heard
  WHERE score >= ${SIMILAR}::integer`

/** Texts that hold all words, each with how well it does. Words hold no sign, so nothing in them is special to LIKE. */
const found = (search: Search): Statement => {
  if (search.as === 'sounds') return similar(search.sounds)
  const { as, words, whole, grams } = search
  if (as === 'patterns')
    return sql`
      SELECT product_id, CASE
          WHEN text ~ ${`^${whole}\n`} THEN 3
          WHEN text ~ ${`^${whole}`} THEN 2
          WHEN split_part(text, E'\n', 1) ~ ALL (${words}::text[]) THEN 1
          ELSE 0
        END AS score
      FROM product_text
      WHERE grams @> ${grams}::text[] AND text ~ ALL (${words}::text[])`
  const holding = words.map((word) => `%${word}%`)
  return sql`
    SELECT product_id, CASE
        WHEN starts_with(text, ${`${whole}\n`}) THEN 3
        WHEN starts_with(text, ${whole}) THEN 2
        WHEN split_part(text, E'\n', 1) LIKE ALL (${holding}::text[]) THEN 1
        ELSE 0
      END AS score
    FROM product_text
    WHERE grams @> ${grams}::text[] AND text LIKE ALL (${holding}::text[])`
}

const columns = (search: Search | undefined): Statement =>
  search
    ? compose([
        sql`
          SELECT product.id, name, brand, price, image_urls ->> 0 AS "imageUrl", sold_out AS "soldOut",
                 category_id AS "categoryId", created_at AS "createdAt", popularity, score
          FROM (`,
        found(search),
        sql`) AS found JOIN product ON product.id = found.product_id WHERE listed`,
      ])
    : sql`
      SELECT id, name, brand, price, image_urls ->> 0 AS "imageUrl", sold_out AS "soldOut",
             category_id AS "categoryId", created_at AS "createdAt", popularity, 0 AS score
      FROM product
      WHERE listed`

const after = (sort: Sort, place: ListCursor): Statement => {
  if (sort === 'newest') return sql`AND (created_at, id) < (${new Date(place.createdAt)}, ${place.id}::uuid)`
  if (sort === 'popular') return sql`AND (popularity, id) < (${place.popularity}::bigint, ${place.id}::uuid)`
  if (sort === 'price-asc') return sql`AND (price, id) > (${place.price}::bigint, ${place.id}::uuid)`
  if (sort === 'price-desc') return sql`AND (price, id) < (${place.price}::bigint, ${place.id}::uuid)`
  return sql`AND (score, popularity, id) < (${place.score}::integer, ${place.popularity}::bigint, ${place.id}::uuid)`
}

const order = (sort: Sort): Statement => {
  if (sort === 'newest') return sql`ORDER BY created_at DESC, id DESC`
  if (sort === 'popular') return sql`ORDER BY popularity DESC, id DESC`
  if (sort === 'price-asc') return sql`ORDER BY price, id`
  if (sort === 'price-desc') return sql`ORDER BY price DESC, id DESC`
  return sql`ORDER BY score DESC, popularity DESC, id DESC`
}

/** Products on sale that pass the filter, sorted, after a place. */
export const findCards = (
  db: Queryable,
  filter: Filter,
  sort: Sort,
  place: ListCursor | undefined,
  limit: number,
): Promise<CardRow[]> => {
  const { search, categories, minPrice, maxPrice, inStock } = filter
  return db.query<CardRow>(
    compose([
      columns(search),
      ...(categories ? [sql`AND category_id = ANY (${categories}::text[])`] : []),
      ...(minPrice === undefined ? [] : [sql`AND price >= ${minPrice}::bigint`]),
      ...(maxPrice === undefined ? [] : [sql`AND price <= ${maxPrice}::bigint`]),
      ...(inStock ? [sql`AND NOT sold_out`] : []),
      ...(place ? [after(sort, place)] : []),
      order(sort),
      sql`LIMIT ${limit}`,
    ]),
  )
}

/** Rows that may hold the best completions of a beginning so short that very many have it. */
const CANDIDATES = 300

/** The terms that match, or the best of them where the beginning is one or two letters: those lie sorted in an index. */
const matching = (completion: Completion): Statement => {
  const { by, from, to } = completion
  const short = [...from].length
  const sorted = sql`ORDER BY opens DESC, weight DESC LIMIT ${CANDIDATES}`
  if (by === 'initials') {
    const fits = sql`AND rest ~ ${completion.pattern}`
    const terms = sql`SELECT text, opens, weight FROM term WHERE`
    if (short === 1) return compose([terms, sql`left(initials, 1) = ${from}`, fits, sorted])
    if (short === 2) return compose([terms, sql`left(initials, 2) = ${from}`, fits, sorted])
    return compose([terms, sql`initials >= ${from} AND initials < ${to}`, fits])
  }
  if (short === 1) return compose([sql`SELECT text, opens, weight FROM term WHERE left(key, 1) = ${from}`, sorted])
  if (short === 2) return compose([sql`SELECT text, opens, weight FROM term WHERE left(key, 2) = ${from}`, sorted])
  return sql`SELECT text, opens, weight FROM term WHERE key >= ${from} AND key < ${to}`
}

/** The best completions: those that begin so, then by how well they sell. */
export const findCompletions = async (db: Queryable, completion: Completion, limit: number): Promise<string[]> => {
  const rows = await db.query<{ text: string }>(
    compose([
      sql`SELECT text FROM (`,
      matching(completion),
      sql`) AS found GROUP BY text ORDER BY bool_or(opens) DESC, sum(weight) DESC, length(text), text LIMIT ${limit}`,
    ]),
  )
  return rows.map((row) => row.text)
}
