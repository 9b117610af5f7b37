import type { EventType } from '#kernel/contract.ts'
import type { Delivered } from '#kernel/service.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** A place in a service's log: readers go by (xid, id), never by id alone. */
export interface Position {
  /** The 64-bit transaction id as decimal digits. */
  readonly xid: string
  readonly id: number
}

/** An event in the log, with its place. */
export interface Logged extends Delivered<unknown> {
  readonly source: string
  readonly position: Position
  /** Whether the reader asked for events of this name; others only move the cursor. */
  readonly wanted: boolean
}

interface Row {
  xid: string
  id: number
  name: string
  version: number
  key: string
  payload: unknown
  at: number
}

/** Schema of a service's tables. */
export const schemaOf = (service: string): string => `jt_${service}`

/**
 * Reads the log of `source` after a position, oldest first. Only below the snapshot's horizon: a commit still under way
 * may yet appear with a lower place, and a reader that went past it would never see it.
 */
const readStatement = (source: string, after: Position, names: readonly string[], limit: number): Statement => ({
  name: `log_${source}`,
  text: `
    SELECT xid::text AS xid, id, name, version, key, CASE WHEN name = ANY ($3) THEN payload END AS payload, at
    FROM ${schemaOf(source)}.outbox
    WHERE (xid, id) > ($1::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, id
    LIMIT $4`,
  values: [after.xid, after.id, names, limit],
})

/** Reads at most `limit` events of `source` after a position. `db` must be allowed to read the source's outbox. */
export const readLog = async (
  db: Queryable,
  source: string,
  after: Position,
  wanted: ReadonlyMap<string, EventType>,
  limit: number,
): Promise<Logged[]> => {
  const rows = await db.query<Row>(readStatement(source, after, [...wanted.keys()], limit))
  return rows.map((row) => ({
    id: `${source}:${row.id}`,
    source,
    name: row.name,
    version: row.version,
    key: row.key,
    payload: row.payload,
    at: row.at,
    position: { xid: row.xid, id: row.id },
    wanted: wanted.has(row.name),
  }))
}
