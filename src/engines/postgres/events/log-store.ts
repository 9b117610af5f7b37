import type { Queryable, Statement } from '#kernel/store.ts'
import type { Logged, Position } from './log.ts'
import { sql } from '../sql.ts'

/** Makes the cursor of a consumer if it has none. */
export const makeCursor = (consumer: string, source: string): Statement => sql`
  INSERT INTO cursor (consumer, source) VALUES (${consumer}, ${source}) ON CONFLICT DO NOTHING`

/** Where a consumer stands. */
export const findCursor = async (db: Queryable, consumer: string, source: string): Promise<Position | undefined> =>
  (
    await db.query<Position>(
      sql`SELECT xid::text AS xid, id FROM cursor WHERE consumer = ${consumer} AND source = ${source}`,
    )
  )[0]

/** Locks a consumer's cursor and tells where it stands; nothing when another process is moving it. */
export const lockCursor = async (db: Queryable, consumer: string, source: string): Promise<Position | undefined> =>
  (
    await db.query<Position>(sql`
      SELECT xid::text AS xid, id FROM cursor WHERE consumer = ${consumer} AND source = ${source}
      FOR UPDATE SKIP LOCKED`)
  )[0]

/** Moves a consumer's cursor. */
export const moveCursor = (consumer: string, source: string, to: Position): Statement => sql`
  UPDATE cursor SET xid = ${to.xid}::text::xid8, id = ${to.id} WHERE consumer = ${consumer} AND source = ${source}`

/**
 * The whole bookkeeping of a run of events in one statement, for a consumer that has nothing set aside: locks the cursor,
 * moves it from where we think it is, and marks the events as taken in. Answers the ids not taken in before; nothing when
 * the cursor is elsewhere or locked, or when something is set aside: then it did nothing.
 */
export const takeRun = async (
  db: Queryable,
  consumer: string,
  source: string,
  from: Position,
  to: Position,
  ids: readonly number[],
  now: number,
): Promise<Set<number> | undefined> => {
  // Only who holds the cursor's lock sets events aside, and moves it too: found unmoved, nothing was set aside meanwhile.
  const [row] = await db.query<{ moved: boolean; fresh: number[] | null }>(sql`
    WITH mine AS (
      SELECT consumer, source FROM cursor
      WHERE consumer = ${consumer} AND source = ${source}
        AND xid = ${from.xid}::text::xid8 AND id = ${from.id}
        AND NOT EXISTS (
          SELECT FROM dead_letter WHERE dead_letter.consumer = cursor.consumer AND dead_letter.source = cursor.source)
      FOR UPDATE OF cursor SKIP LOCKED),
    moved AS (
      UPDATE cursor SET xid = ${to.xid}::text::xid8, id = ${to.id} FROM mine
      WHERE cursor.consumer = mine.consumer AND cursor.source = mine.source
      RETURNING true),
    taken AS (
      INSERT INTO inbox (consumer, source, id, at)
      SELECT consumer, source, given.id, ${new Date(now)} FROM mine, unnest(${ids}::bigint[]) AS given (id)
      ON CONFLICT DO NOTHING
      RETURNING id)
    SELECT EXISTS (SELECT FROM moved) AS moved, (SELECT array_agg(id) FROM taken) AS fresh`)
  return row!.moved ? new Set(row!.fresh ?? []) : undefined
}

/** Marks events as taken in; answers the ids that were not yet. */
export const takeIn = async (
  db: Queryable,
  consumer: string,
  source: string,
  ids: readonly number[],
  now: number,
): Promise<Set<number>> => {
  const rows = await db.query<{ id: number }>(sql`
    INSERT INTO inbox (consumer, source, id, at)
    SELECT ${consumer}, ${source}, id, ${new Date(now)} FROM unnest(${ids}::bigint[]) AS given (id)
    ON CONFLICT DO NOTHING
    RETURNING id`)
  return new Set(rows.map((row) => row.id))
}

/**
 * Which of the keys have an event set aside for this consumer. Waits for a retry of one that is under way: when it
 * settles, nobody would look after an event we set aside behind it.
 */
export const heldKeys = async (
  db: Queryable,
  consumer: string,
  source: string,
  keys: readonly string[],
): Promise<Set<string>> => {
  const rows = await db.query<{ key: string }>(sql`
    SELECT key FROM dead_letter
    WHERE consumer = ${consumer} AND source = ${source} AND key = ANY (${keys})
    ORDER BY xid, id
    FOR SHARE`)
  return new Set(rows.map((row) => row.key))
}

/**
 * Sets an event aside: `RETRYING` when its effect failed, `WAITING` when an earlier one of its key is set aside, `DEAD` when
 * trying again by itself would not help. One that
 * was taken in before has had its effect: set aside, it would stand before the failing one of its key for ever.
 */
export const setAside = (
  consumer: string,
  event: Logged,
  state: 'RETRYING' | 'WAITING' | 'DEAD',
  attempts: number,
  nextAt: number,
  error: string | null,
): Statement => sql`
  INSERT INTO dead_letter (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
  SELECT ${consumer}::text, ${event.source}::text, ${event.position.id}::bigint, ${event.position.xid}::text::xid8,
         ${event.name}::text, ${event.version}::integer, ${event.key}::text, ${JSON.stringify(event.payload)}::jsonb,
         ${new Date(event.at)}::timestamptz, ${state}::text, ${attempts}::integer, ${new Date(nextAt)}::timestamptz,
         ${error}::text
  WHERE NOT EXISTS (
    SELECT FROM inbox WHERE consumer = ${consumer} AND source = ${event.source} AND id = ${event.position.id})
  ON CONFLICT DO NOTHING`

/** An event set aside. */
export interface SetAside extends Logged {
  readonly consumer: string
  readonly attempts: number
}

interface SetAsideRow {
  consumer: string
  source: string
  id: number
  xid: string
  name: string
  version: number
  key: string
  payload: unknown
  at: number
  attempts: number
}

/** Claims one due event set aside for a consumer, the oldest of its key. */
export const claimSetAside = async (db: Queryable, consumer: string, now: number): Promise<SetAside | undefined> => {
  const [row] = await db.query<SetAsideRow>(sql`
    SELECT consumer, source, id, xid::text AS xid, name, version, key, payload, at, attempts FROM dead_letter AS due
    WHERE consumer = ${consumer} AND state = 'RETRYING' AND next_at <= ${new Date(now)}
      AND NOT EXISTS (
        SELECT FROM dead_letter AS earlier
        WHERE earlier.consumer = due.consumer AND earlier.source = due.source AND earlier.key = due.key
          AND (earlier.xid, earlier.id) < (due.xid, due.id))
    ORDER BY due.xid, due.id
    LIMIT 1
    FOR UPDATE SKIP LOCKED`)
  if (!row) return undefined
  const { consumer: by, source, id, xid, name, version, key, payload, at, attempts } = row
  const position = { xid, id }
  return {
    id: `${source}:${id}`,
    consumer: by,
    source,
    position,
    name,
    version,
    key,
    payload,
    at,
    attempts,
  }
}

/** Its effect is stored: forgets the event, and lets the next of its key be tried. */
export const settleSetAside = (event: SetAside, now: number): Statement => sql`
  WITH gone AS (
    DELETE FROM dead_letter
    WHERE consumer = ${event.consumer} AND source = ${event.source} AND id = ${event.position.id})
  UPDATE dead_letter SET state = 'RETRYING', next_at = ${new Date(now)}
  WHERE consumer = ${event.consumer} AND source = ${event.source} AND key = ${event.key} AND state = 'WAITING'
    AND id = (
      SELECT id FROM dead_letter AS next
      WHERE next.consumer = ${event.consumer} AND next.source = ${event.source} AND next.key = ${event.key}
        AND next.id <> ${event.position.id}
      ORDER BY xid, id
      LIMIT 1)`

/** Its effect failed again. */
export const failSetAside = (event: SetAside, dead: boolean, nextAt: number, error: string): Statement => sql`
  UPDATE dead_letter
  SET attempts = attempts + 1, state = ${dead ? 'DEAD' : 'RETRYING'}, next_at = ${new Date(nextAt)}, error = ${error}
  WHERE consumer = ${event.consumer} AND source = ${event.source} AND id = ${event.position.id}
    AND attempts = ${event.attempts}`

/** Consumers that have an event set aside which is due. */
export const consumersDue = async (db: Queryable, now: number): Promise<string[]> =>
  (
    await db.query<{ consumer: string }>(sql`
      SELECT DISTINCT consumer FROM dead_letter WHERE state = 'RETRYING' AND next_at <= ${new Date(now)}`)
  ).map((row) => row.consumer)

/** An event set aside, as a person sees it. */
export interface DeadLetter {
  readonly consumer: string
  readonly source: string
  readonly id: number
  readonly name: string
  readonly version: number
  readonly key: string
  readonly payload: unknown
  /** Epoch milliseconds of emission. */
  readonly at: number
  readonly state: 'RETRYING' | 'WAITING' | 'DEAD'
  readonly attempts: number
  /** Epoch milliseconds of the next try. */
  readonly nextAt: number
  readonly error: string | null
}

/** Events set aside, oldest first: the dead before those that are still tried. At most `limit`. */
export const listSetAside = (db: Queryable, limit: number): Promise<DeadLetter[]> =>
  db.query<DeadLetter>(sql`
    SELECT consumer, source, id, name, version, key, payload, at, state, attempts, next_at AS "nextAt", error
    FROM dead_letter
    ORDER BY state <> 'DEAD', state <> 'RETRYING', xid, id
    LIMIT ${limit}`)

/** One event set aside. */
export const findSetAside = async (
  db: Queryable,
  consumer: string,
  source: string,
  id: number,
): Promise<DeadLetter | undefined> =>
  (
    await db.query<DeadLetter>(sql`
      SELECT consumer, source, id, name, version, key, payload, at, state, attempts, next_at AS "nextAt", error
      FROM dead_letter WHERE consumer = ${consumer} AND source = ${source} AND id = ${id}`)
  )[0]

/** Puts dead events back to be tried now; answers how many. */
export const redrive = async (
  db: Queryable,
  consumer: string,
  source: string,
  id: number,
  now: number,
): Promise<number> =>
  (
    await db.query(sql`
      UPDATE dead_letter SET state = 'RETRYING', attempts = 0, next_at = ${new Date(now)}
      WHERE consumer = ${consumer} AND source = ${source} AND id = ${id} AND state = 'DEAD'
      RETURNING id`)
  ).length

/** Puts every dead event of a service back to be tried now; answers how many. */
export const redriveDead = async (db: Queryable, now: number): Promise<number> =>
  (
    await db.query(sql`
      UPDATE dead_letter SET state = 'RETRYING', attempts = 0, next_at = ${new Date(now)}
      WHERE state = 'DEAD'
      RETURNING id`)
  ).length

/** Forgets inbox rows of events that are long past redelivery. */
export const pruneInbox = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM inbox WHERE (consumer, source, id) IN (
        SELECT consumer, source, id FROM inbox WHERE at < ${new Date(before)} LIMIT 5000)
      RETURNING id`)
  ).length

/**
 * Forgets events that are older than `before`, but for those whose names are kept for rebuilding read models, where they
 * are published to a topic those that are not yet, and the last one: how far the log went is known by it (decision 0095).
 */
export const pruneOutbox = async (
  db: Queryable,
  before: number,
  retained: readonly string[],
  topic: string | null = null,
): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM outbox WHERE (xid, id) IN (
        SELECT xid, id FROM outbox
        WHERE at < ${new Date(before)} AND name <> ALL (${retained}) AND xid < (SELECT max(last.xid) FROM outbox AS last)
          AND (${topic}::text IS NULL
            OR (outbox.xid, outbox.id) <= (SELECT done.xid, done.id FROM published AS done WHERE topic = ${topic}))
        LIMIT 5000)
      RETURNING id`)
  ).length
