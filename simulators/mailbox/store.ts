import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** A mail that arrived. */
export interface Message {
  readonly id: string
  /** Name and address it came under. */
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string | null
  /** Epoch milliseconds of arrival. */
  readonly at: number
}

export const keep = (message: Message): Statement => sql`
  INSERT INTO message (id, sender, recipient, subject, text, html, at)
  VALUES (${message.id}, ${message.from}, ${message.to}, ${message.subject}, ${message.text}, ${message.html}, ${new Date(message.at)})`

/** The newest `most` messages, of one recipient if given. */
export const newest = (db: Queryable, to: string | undefined, most: number): Promise<Message[]> =>
  to === undefined
    ? db.query<Message>(sql`
        SELECT id, sender AS "from", recipient AS "to", subject, text, html, at FROM message ORDER BY id DESC LIMIT ${most}`)
    : db.query<Message>(sql`
        SELECT id, sender AS "from", recipient AS "to", subject, text, html, at FROM message
        WHERE recipient = ${to} ORDER BY id DESC LIMIT ${most}`)

export const one = async (db: Queryable, id: string): Promise<Message | undefined> =>
  (
    await db.query<Message>(
      sql`SELECT id, sender AS "from", recipient AS "to", subject, text, html, at FROM message WHERE id = ${id}`,
    )
  )[0]

/** Throws away messages that arrived before an instant. */
export const clear = (before: number): Statement => sql`DELETE FROM message WHERE at < ${new Date(before)}`
