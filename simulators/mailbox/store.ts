import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import { type Content, read } from './reading.ts'

/** A mail that arrived, as it came. */
export interface Arrival {
  readonly id: string
  readonly to: string
  readonly raw: Buffer
  /** Epoch milliseconds of arrival. */
  readonly at: number
}

/** A mail that arrived, as it reads. */
export interface Message extends Content {
  readonly id: string
  readonly to: string
  /** Epoch milliseconds of arrival. */
  readonly at: number
}

/** Mails from before they were kept as they came have been read already. */
interface Row extends Message {
  readonly raw: Buffer | null
}

const messageOf = async ({ raw, ...message }: Row): Promise<Message> =>
  raw === null ? message : { ...message, ...(await read(raw)) }

export const keep = (arrived: readonly Arrival[]): Statement => sql`
  INSERT INTO message (id, recipient, raw, at)
  SELECT * FROM unnest(${arrived.map((each) => each.id)}::uuid[], ${arrived.map((each) => each.to)}::text[],
    ${arrived.map((each) => each.raw)}::bytea[], ${arrived.map((each) => new Date(each.at))}::timestamptz[])`

/** The newest `most` messages, of one recipient if given. */
export const newest = async (db: Queryable, to: string | undefined, most: number): Promise<Message[]> => {
  const rows =
    to === undefined
      ? await db.query<Row>(sql`
          SELECT id, sender AS "from", recipient AS "to", subject, text, html, raw, at FROM message
          ORDER BY id DESC LIMIT ${most}`)
      : await db.query<Row>(sql`
          SELECT id, sender AS "from", recipient AS "to", subject, text, html, raw, at FROM message
          WHERE recipient = ${to} ORDER BY id DESC LIMIT ${most}`)
  return Promise.all(rows.map(messageOf))
}

export const one = async (db: Queryable, id: string): Promise<Message | undefined> => {
  const [row] = await db.query<Row>(
    sql`SELECT id, sender AS "from", recipient AS "to", subject, text, html, raw, at FROM message WHERE id = ${id}`,
  )
  return row && messageOf(row)
}

/** Throws away messages that arrived before an instant. */
export const clear = (before: number): Statement => sql`DELETE FROM message WHERE at < ${new Date(before)}`
