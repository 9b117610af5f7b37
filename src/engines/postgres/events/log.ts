import type { EventType } from '#kernel/contract.ts'
import { errorText } from '#kernel/failures/error-text.ts'
import type { Delivered, History } from '#kernel/service.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import { payloadOf } from './payload.ts'

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
  /** The span that told it, in W3C form. */
  readonly traceparent?: string
}

interface Row {
  xid: string
  id: number
  name: string
  version: number
  key: string
  payload: unknown
  at: number
  traceparent: string | null
}

/** Schema of a service's tables. */
export const schemaOf = (service: string): string => `jt_${service}`

/**
 * Reads the log of `source` after a position, oldest first. Only below the snapshot's horizon: a commit still under way
 * may yet appear with a lower place, and a reader that went past it would never see it.
 * Ordered by the table's own `xid`: by its name alone it would be the text that is answered, and "1000" comes before "999".
 */
const readStatement = (source: string, after: Position, names: readonly string[], limit: number): Statement => ({
  name: `log_${source}`,
  text: `
    SELECT xid::text AS xid, id, name, version, key, CASE WHEN name = ANY ($3) THEN payload END AS payload, at,
      traceparent
    FROM ${schemaOf(source)}.outbox AS log
    WHERE (xid, id) > ($1::text::xid8, $2) AND xid < ${schemaOf(source)}.log_horizon()
    ORDER BY log.xid, log.id
    LIMIT $4`,
  values: [after.xid, after.id, names, limit],
})

/** Reads at most `limit` events of `source` after a position; payloads only of those with one of the `names`. `db` must be allowed to read the source's outbox. */
export const readLog = async (
  db: Queryable,
  source: string,
  after: Position,
  names: ReadonlySet<string>,
  limit: number,
): Promise<Logged[]> => {
  const rows = await db.query<Row>(readStatement(source, after, [...names], limit))
  return rows.map((row) => ({
    id: `${source}:${row.id}`,
    source,
    name: row.name,
    version: row.version,
    key: row.key,
    payload: row.payload,
    at: row.at,
    position: { xid: row.xid, id: row.id },
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
  }))
}

const headStatement = (source: string): Statement => ({
  name: `head_${source}`,
  text: `
    SELECT xid::text AS xid, id FROM ${schemaOf(source)}.outbox AS log
    WHERE xid < ${schemaOf(source)}.log_horizon()
    ORDER BY log.xid DESC, log.id DESC
    LIMIT 1`,
  values: [],
})

/** The place of the last event of `source` that readers see; nothing while it has none. */
export const headOf = async (db: Queryable, source: string): Promise<Position | undefined> =>
  (await db.query<Position>(headStatement(source)))[0]

const BEGINNING: Position = { xid: '0', id: 0 }
/** Events looked at in one go, wanted or not. */
const LOOK = 1_000

/** The store that holds a source's log: services may live in different databases. */
export type LogOf = (source: string) => Queryable

/** The payload as the event's schema knows it, or why it cannot be read: one bad row must not hide the rest of a log. */
const readable = (row: Logged, event: EventType): { payload: unknown; unreadable?: string } => {
  try {
    return { payload: payloadOf(row, event) }
  } catch (error) {
    return { payload: row.payload, unreadable: errorText(error) }
  }
}

/** The history of every service. */
export const historyOf = (logOf: LogOf): History => ({
  read: async (source, events, after, limit) => {
    const wanted = new Map(events.map((each) => [each.name, each]))
    const names = new Set(wanted.keys())
    const found = []
    let place = after ?? BEGINNING
    while (found.length < limit) {
      const rows = await readLog(logOf(source), source, place, names, LOOK)
      for (const row of rows) {
        place = row.position
        const event = wanted.get(row.name)
        if (event) found.push({ ...row, ...readable(row, event), place })
        if (found.length === limit) break
      }
      if (rows.length < LOOK) break
    }
    return found
  },
})
