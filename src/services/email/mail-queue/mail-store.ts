import { sql } from '#engines/postgres/sql.ts'
import type { Queryable, Statement } from '#kernel/store.ts'

/** A mail to be queued: its content sealed, useless after an instant. */
export interface SealedMail {
  readonly id: string
  readonly sealed: Uint8Array
  readonly uselessAfter: number
}

/** Queues mails, each once per id. */
export const queueMails = (mails: readonly SealedMail[], now: number): Statement => sql`
  INSERT INTO mail (id, sealed, next_at, useless_after)
  SELECT id, sealed, ${new Date(now)}, useless_after
  FROM unnest(${mails.map((each) => each.id)}::uuid[], ${mails.map((each) => each.sealed)}::bytea[],
    ${mails.map((each) => new Date(each.uselessAfter))}::timestamptz[]) AS given (id, sealed, useless_after)
  ON CONFLICT DO NOTHING`

export interface DueMail {
  readonly id: string
  readonly sealed: Buffer
  /** How many attempts there were, this one included. */
  readonly attempts: number
  /** Epoch milliseconds after which it is of no use. */
  readonly uselessAfter: number
}

/** Claims due mails for one attempt each; nobody else gets them before `lostAt`. A code, soon useless, goes before a letter. */
export const claimMails = (db: Queryable, now: number, lostAt: number, most: number): Promise<DueMail[]> =>
  db.query<DueMail>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM mail WHERE state = 'WAITING' AND next_at <= ${new Date(now)}
      ORDER BY useless_after LIMIT ${most} FOR UPDATE SKIP LOCKED)
    UPDATE mail SET attempts = attempts + 1, next_at = ${new Date(lostAt)}
    WHERE id IN (SELECT id FROM due)
    RETURNING id, sealed, attempts, useless_after AS "uselessAfter"`)

/** What an attempt ended a mail with. */
export interface EndedMail {
  readonly mail: DueMail
  readonly state: 'SENT' | 'GIVEN_UP'
}

/** Ends mails and destroys their content; answers the ids of those on which their attempt still held the claim. */
export const endMails = async (
  db: Queryable,
  ended: readonly EndedMail[],
  now: number,
): Promise<ReadonlySet<string>> => {
  const rows = await db.query<{ id: string }>(sql`
    UPDATE mail SET state = ended.state, sealed = NULL, ended_at = ${new Date(now)}
    FROM unnest(${ended.map((each) => each.mail.id)}::uuid[], ${ended.map((each) => each.mail.attempts)}::integer[],
                ${ended.map((each) => each.state)}::text[]) AS ended (id, attempts, state)
    WHERE mail.id = ended.id AND mail.state = 'WAITING' AND mail.attempts = ended.attempts
    RETURNING mail.id`)
  return new Set(rows.map((row) => row.id))
}

export const postponeMail = (mail: DueMail, nextAt: number): Statement => sql`
  UPDATE mail SET next_at = ${new Date(nextAt)}
  WHERE id = ${mail.id} AND state = 'WAITING' AND attempts = ${mail.attempts}`

/** Forgets mails that ended before an instant; answers how many. */
export const forgetMails = async (db: Queryable, before: number): Promise<number> =>
  (
    await db.query(sql`
      DELETE FROM mail WHERE id IN (
        SELECT id FROM mail WHERE ended_at <= ${new Date(before)} LIMIT 1000)
      RETURNING id`)
  ).length
