import type { Database, Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { ProductView } from '../product-view/product-view.ts'

/** How far the search index is. */
export interface IndexState {
  readonly mapping: number | null
  readonly analyzer: string | null
  /** The index that is searched, and the one that will be. */
  readonly live: string | null
  readonly building: string | null
  /** Epoch milliseconds at which building began. */
  readonly beganAt: number | null
  readonly total: number
  readonly marked: number
  readonly markedTo: string | null
  readonly markedAt: number | null
  readonly wanted: number | null
  readonly failure: string | null
}

const COLUMNS = `mapping, analyzer, live, building, began_at AS "beganAt", total, marked, marked_to AS "markedTo",
  marked_at AS "markedAt", wanted, failure`

/** Reads how far the index is. */
export const findIndexState = async (db: Queryable): Promise<IndexState> =>
  (await db.query<IndexState>({ name: 'index_state', text: `SELECT ${COLUMNS} FROM search_index`, values: [] }))[0]!

/** Takes or keeps the work on the index for half a minute; answers how far it is, or nothing while somebody else works on it. */
export const leaseIndex = async (db: Queryable, indexer: string): Promise<IndexState | undefined> => {
  // Renewed now and then only: a row written at every look would leave its dead behind.
  await db.query(sql`
    UPDATE search_index SET indexer = ${indexer}, indexer_until = clock_timestamp() + interval '30 seconds'
    WHERE indexer_until < clock_timestamp()
      OR (indexer = ${indexer} AND indexer_until < clock_timestamp() + interval '20 seconds')`)
  const rows = await db.query<IndexState>({
    name: 'index_leased',
    text: `SELECT ${COLUMNS} FROM search_index WHERE indexer = $1`,
    values: [indexer],
  })
  return rows[0]
}

/** Gives the work on the index up. */
export const giveIndexUp = async (db: Queryable, indexer: string): Promise<void> => {
  await db.query(sql`UPDATE search_index SET indexer_until = '-infinity' WHERE indexer = ${indexer}`)
}

/** Asks for a new index of a layout. False when one is asked for, or built, already. */
export const wantIndex = async (db: Queryable, mapping: number): Promise<boolean> =>
  (
    await db.query(sql`
      UPDATE search_index SET wanted = ${mapping}, failure = NULL
      WHERE wanted IS NULL AND building IS NULL RETURNING one`)
  ).length > 0

/** Notes why no new index could be begun; it is no longer asked for. */
export const noteFailure = async (db: Queryable, failure: string): Promise<void> => {
  await db.query(sql`UPDATE search_index SET failure = ${failure}, wanted = NULL`)
}

/** Notes that an index is being built: from now on every change is written to it too. */
export const beginIndex = async (
  db: Queryable,
  given: { readonly index: string; readonly mapping: number; readonly analyzer: string },
): Promise<void> => {
  await db.query(sql`
    UPDATE search_index SET building = ${given.index}, mapping = ${given.mapping}, analyzer = ${given.analyzer},
      began_at = clock_timestamp(), marked = (SELECT count(*) FROM category), marked_to = NULL, marked_at = NULL, wanted = NULL, failure = NULL,
      total = (SELECT count(*) FROM product) + (SELECT count(*) FROM category)`)
}

/** Marks categories for the index that is built. */
const markCategories = (db: Queryable): Promise<unknown> =>
  db.query(sql`
    INSERT INTO unindexed (id, revision, bulk)
    SELECT 'category:' || id, nextval('search_revision'), true FROM (SELECT id FROM category ORDER BY id) AS sorted
    ON CONFLICT (id) DO UPDATE SET revision = nextval('search_revision'), refused = false`)

/**
 * Marks the next `limit` products for the index that is built. What is marked already gets a later revision: somebody
 * who read it before the index was begun must not take the mark away.
 */
const markProducts = async (tx: Queryable, limit: number): Promise<void> => {
  const [page] = await tx.query<{ count: number }>(sql`
    WITH page AS (
      SELECT product.id FROM product, search_index
      WHERE product.id > coalesce(marked_to, '00000000-0000-0000-0000-000000000000') ORDER BY product.id LIMIT ${limit}
    ), marking AS (
      INSERT INTO unindexed (id, revision, bulk)
      SELECT id::text, nextval('search_revision'), true FROM page
      ON CONFLICT (id) DO UPDATE SET revision = nextval('search_revision'), refused = false
    ), reached AS (
      SELECT count(*) AS count, (array_agg(id ORDER BY id DESC))[1] AS last FROM page
    )
    UPDATE search_index SET marked = least(total, marked + reached.count::integer),
      marked_to = coalesce(reached.last, marked_to)
    FROM reached RETURNING reached.count`)
  // A statement of its own: within one, the clock may be read before the marks are made.
  if (page!.count < limit) await tx.query(sql`UPDATE search_index SET marked_at = clock_timestamp()`)
}

/** Marks what the new index will have, so many at a time. */
export const markMore = async (db: Database, state: IndexState, limit: number): Promise<void> => {
  if (state.markedTo === null) await markCategories(db)
  await db.tx('catalog.mark', (tx) => markProducts(tx, limit))
}

/** Something the index has yet to hear of, as of an instant of the database's clock. */
export interface QueuedDocument {
  readonly id: string
  readonly revision: number
  /** Epoch milliseconds. */
  readonly readAt: number
}

/**
 * The next things to index, the longest waiting first: four parts of what changed to one of what only a new index wants,
 * so that neither waits for the end of the other.
 */
export const findQueued = (db: Queryable, limit: number): Promise<QueuedDocument[]> =>
  db.query<QueuedDocument>(sql`
    WITH changed AS (
      SELECT id, revision FROM unindexed WHERE NOT refused AND NOT bulk
      ORDER BY revision LIMIT ${Math.ceil(limit * 0.8)}
    ), wanted AS (
      SELECT id, revision FROM unindexed WHERE NOT refused AND bulk
      ORDER BY revision LIMIT ${limit} - (SELECT count(*) FROM changed)
    )
    SELECT id, revision, statement_timestamp() AS "readAt" FROM (TABLE changed UNION ALL TABLE wanted) AS next`)

/**
 * Takes away the marks of what is indexed. One that changed meanwhile stays, and waits since it was read. So does one
 * that is changing just now: waiting for it could end in a circle of waits.
 */
export const settleQueued = async (db: Queryable, marks: readonly QueuedDocument[]): Promise<void> => {
  if (marks.length === 0) return
  await db.query(sql`
    WITH given AS (
      SELECT * FROM unnest(${marks.map((each) => each.id)}::text[], ${marks.map((each) => each.revision)}::bigint[])
        AS given (id, revision)
    ), locked AS MATERIALIZED (
      SELECT unindexed.id, unindexed.revision = given.revision AS same
      FROM unindexed JOIN given ON given.id = unindexed.id
      FOR UPDATE OF unindexed SKIP LOCKED
    ), settled AS (
      DELETE FROM unindexed USING locked WHERE unindexed.id = locked.id AND same
    )
    UPDATE unindexed SET since = greatest(since, ${new Date(marks[0]!.readAt)})
    FROM locked WHERE unindexed.id = locked.id AND NOT same`)
}

/** Sets aside what the engine will never take as it is; a change has it tried again. */
export const refuseQueued = async (db: Queryable, mark: QueuedDocument): Promise<void> => {
  await db.query(sql`UPDATE unindexed SET refused = true WHERE id = ${mark.id} AND revision = ${mark.revision}`)
}

/** Whether everything there was when the marking ended has been written to the new index. */
export const allWritten = async (db: Queryable): Promise<boolean> =>
  (
    await db.query(sql`
      SELECT FROM search_index WHERE marked_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM unindexed WHERE NOT refused AND since <= marked_at)`)
  ).length > 0

/** Notes that the index that was built is the one that is searched. */
export const finishIndex = async (db: Queryable, index: string): Promise<void> => {
  await db.query(sql`UPDATE search_index SET live = ${index}, building = NULL WHERE building = ${index}`)
}

/** Notes that the index that was built is lost. */
export const loseIndex = async (db: Queryable, index: string): Promise<void> => {
  await db.query(sql`UPDATE search_index SET building = NULL WHERE building = ${index}`)
}

/** Notes that the index that was searched is lost. */
export const loseLive = async (db: Queryable): Promise<void> => {
  await db.query(sql`UPDATE search_index SET live = NULL`)
}

/** A product as it is indexed. */
export interface Indexed extends ProductView {
  readonly popularity: number
}

/** Products by id, with what they have sold. */
export const findIndexed = async (db: Queryable, ids: readonly string[]): Promise<Map<string, Indexed>> => {
  const rows = await db.query<Indexed>(sql`
    SELECT id AS "productId", version, name, description, brand, category_id AS "categoryId",
           image_urls AS "imageUrls", options, skus, status, created_at AS "createdAt", popularity
    FROM product WHERE id = ANY (${ids}::uuid[])`)
  return new Map(rows.map((row) => [row.productId, row]))
}

/** How far the index is behind. */
export interface IndexLag {
  /** Changes it has yet to hear of, up to 10,000. */
  readonly changes: number
  /** Milliseconds since the oldest of them. */
  readonly behindMs: number
  /** Documents a new index has yet to get. */
  readonly remaining: number
  /** Documents the engine will not take. */
  readonly refused: number
}

/** Measures how far the index is behind. */
export const findIndexLag = async (db: Queryable): Promise<IndexLag> =>
  (
    await db.query<IndexLag>(sql`
      SELECT (SELECT count(*)::integer FROM (SELECT FROM unindexed WHERE NOT refused AND NOT bulk LIMIT 10000) AS counted)
               AS changes,
             coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(since)) * 1000)::float8
               FROM unindexed WHERE NOT refused AND NOT bulk), 0) AS "behindMs",
             (SELECT count(*)::integer FROM unindexed WHERE NOT refused AND bulk) AS remaining,
             (SELECT count(*)::integer FROM unindexed WHERE refused) AS refused`)
  )[0]!
