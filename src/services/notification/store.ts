import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import type { Notification, NewNotification } from './contract.ts'

/** Where a page of the inbox begins: after the notification with this instant and id. */
export interface Place {
  /** Epoch milliseconds. */
  readonly at: number
  readonly id: string
}

interface Row extends Omit<Notification, 'at' | 'readAt'> {
  readonly at: number
  readonly readAt: number | null
}

const ofRow = (row: Row): Notification => ({
  ...row,
  at: new Date(row.at).toISOString(),
  readAt: row.readAt === null ? null : new Date(row.readAt).toISOString(),
})

/** Stores notifications; answers those that were not stored before. */
export const addAll = async (tx: Queryable, told: readonly NewNotification[]): Promise<NewNotification[]> => {
  const rows = await tx.query<{ id: string }>(sql`
    INSERT INTO notification (id, member_id, type, title, body, link, at)
    SELECT id, member_id, type, title, body, link, at
    FROM unnest(${told.map((each) => each.id)}::uuid[], ${told.map((each) => each.memberId)}::uuid[],
                ${told.map((each) => each.type)}::text[], ${told.map((each) => JSON.stringify(each.title))}::jsonb[],
                ${told.map((each) => JSON.stringify(each.body))}::jsonb[], ${told.map((each) => each.link)}::text[],
                ${told.map((each) => each.at)}::timestamptz[])
         AS given (id, member_id, type, title, body, link, at)
    ON CONFLICT DO NOTHING
    RETURNING id`)
  const fresh = new Set(rows.map((row) => row.id))
  return told.filter((each) => fresh.has(each.id))
}

/** A page of a member's inbox, newest first. */
export const page = async (
  db: Queryable,
  memberId: string,
  after: Place | undefined,
  limit: number,
): Promise<Notification[]> => {
  const rows =
    after === undefined
      ? await db.query<Row>(sql`
          SELECT id, type, title, body, link, at, read_at AS "readAt" FROM notification
          WHERE member_id = ${memberId} ORDER BY at DESC, id DESC LIMIT ${limit}`)
      : await db.query<Row>(sql`
          SELECT id, type, title, body, link, at, read_at AS "readAt" FROM notification
          WHERE member_id = ${memberId} AND (at, id) < (${new Date(after.at)}::timestamptz, ${after.id}::uuid)
          ORDER BY at DESC, id DESC LIMIT ${limit}`)
  return rows.map(ofRow)
}

/** Unread notifications are counted up to here. */
export const UNREAD_AT_MOST = 1_000

/** How many notifications a member has not read. */
export const unreadOf = async (db: Queryable, memberId: string): Promise<number> => {
  const [row] = await db.query<{ count: number }>(sql`
    SELECT count(*) AS count FROM (
      SELECT FROM notification WHERE member_id = ${memberId} AND read_at IS NULL LIMIT ${UNREAD_AT_MOST}) AS unread`)
  return row!.count
}

/** What a member was told after a notification of theirs, oldest first. */
export const after = async (db: Queryable, memberId: string, id: string, limit: number): Promise<Notification[]> => {
  const rows = await db.query<Row>(sql`
    SELECT n.id, n.type, n.title, n.body, n.link, n.at, n.read_at AS "readAt"
    FROM notification AS seen
    JOIN notification AS n ON n.member_id = seen.member_id AND (n.at, n.id) > (seen.at, seen.id)
    WHERE seen.id = ${id} AND seen.member_id = ${memberId}
    ORDER BY n.at, n.id LIMIT ${limit}`)
  return rows.map(ofRow)
}

/** Marks a member's notification, and with `upTo` all before it, as read. Answers whether there is such a notification. */
export const markRead = async (
  db: Queryable,
  memberId: string,
  id: string,
  upTo: boolean,
  now: number,
): Promise<boolean> => {
  const [row] = await db.query<{ found: boolean }>(sql`
    WITH chosen AS (SELECT at, id FROM notification WHERE id = ${id} AND member_id = ${memberId}),
    read AS (
      UPDATE notification AS n SET read_at = ${new Date(now)}
      FROM chosen
      WHERE n.member_id = ${memberId} AND n.read_at IS NULL
        AND (n.id = chosen.id OR (${upTo} AND (n.at, n.id) <= (chosen.at, chosen.id))))
    SELECT EXISTS (SELECT FROM chosen) AS found`)
  return row!.found
}

/** Forgets notifications older than an instant, at most 1,000 at a time; answers how many. */
export const forgetOld = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM notification WHERE id IN (
        SELECT id FROM notification WHERE at < ${new Date(before)} LIMIT 1000)
      RETURNING id`)
  ).length

/** Forgets everything that members who withdrew were told. */
export const forgetMembers = (memberIds: readonly string[]): readonly Statement[] => [
  sql`DELETE FROM notification WHERE member_id = ANY (${memberIds}::uuid[])`,
  sql`DELETE FROM ticket WHERE member_id = ANY (${memberIds}::uuid[])`,
  sql`DELETE FROM confirmation WHERE member_id = ANY (${memberIds}::uuid[])`,
]
