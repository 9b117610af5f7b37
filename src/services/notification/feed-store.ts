import { z } from 'zod'
import { readLog, type Position } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'
import { cursorOf, placeOf } from '#kernel/input/cursor.ts'
import type { Queryable } from '#kernel/store.ts'
import { notification, notificationCreated, type NewNotification } from './contract.ts'

const positionSchema = z.tuple([z.string().regex(/^\d{1,20}$/), z.number().int()])

const textOf = ({ xid, id }: Position): string => cursorOf([xid, id])

/** The end of the log now: everything before it is stored and seen, everything that comes is after it. */
const end = async (db: Queryable): Promise<Position> => {
  const [row] = await db.query<{ xid: string }>(sql`SELECT log_horizon()::text AS xid`)
  return { xid: row!.xid, id: 0 }
}

const MANY = 500
const CREATED: ReadonlySet<string> = new Set([notificationCreated.name])

/** Notifications stored after a place in this service's own log, whichever process stored them. */
export const tail = async (
  db: Queryable,
  place: string | null,
): Promise<{ readonly items: readonly NewNotification[]; readonly place: string }> => {
  const from = placeOf(place ?? undefined, positionSchema)
  if (from === undefined) return { items: [], place: textOf(await end(db)) }
  const position = { xid: from[0], id: from[1] }
  const events = await readLog(db, notification.name, position, CREATED, MANY)
  return {
    items: events
      .filter((each) => CREATED.has(each.name))
      .map((each) => notificationCreated.payload.parse(each.payload) as NewNotification),
    place: textOf(events.at(-1)?.position ?? position),
  }
}
