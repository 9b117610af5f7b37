import type { Queryable } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Violation } from '#kernel/invariant.ts'

/** Members who withdrew, by id after an id, with the instant they did. */
export const readWithdrawn = (db: Queryable, after: string, limit: number): Promise<{ id: string; at: number }[]> =>
  db.query<{ id: string; at: number }>(sql`
    SELECT id, withdrawn_at AS at FROM jt_member.member
    WHERE withdrawn_at IS NOT NULL AND id > ${after} ORDER BY id LIMIT ${limit}`)

/** Where a member is found while one is a member. What the law has kept, in `member.retained` and in orders, stays. */
export interface Place {
  readonly service: string
  readonly table: string
  readonly member: string
  readonly where?: string
}

export const placesOf: readonly Place[] = [
  {
    service: 'member',
    table: 'member',
    member: 'id',
    where: 'email IS NOT NULL OR name IS NOT NULL OR phone IS NOT NULL',
  },
  { service: 'member', table: 'address', member: 'member_id' },
  { service: 'member', table: 'consent', member: 'member_id' },
  { service: 'auth', table: 'credential', member: 'member_id' },
  { service: 'auth', table: 'session', member: 'member_id', where: 'ended_at IS NULL' },
  { service: 'cart', table: 'cart', member: 'owner_id', where: `kind = 'member'` },
  { service: 'notification', table: 'notification', member: 'member_id' },
  { service: 'notification', table: 'confirmation', member: 'member_id' },
  { service: 'notification', table: 'ticket', member: 'member_id' },
]

/** Which of the members are still found in a place. */
export const leftBehind = async (db: Queryable, place: Place, members: readonly string[]): Promise<string[]> => {
  const { service, table, member, where = 'true' } = place
  const rows = await db.query<{ id: string }>({
    name: `audit_left_${service}_${table}`,
    text: `SELECT DISTINCT ${member} AS id FROM ${schemaOf(service)}.${table} WHERE ${member} = ANY ($1::uuid[]) AND (${where})`,
    values: [members],
  })
  return rows.map((row) => row.id)
}

const kept: Readonly<Record<'member' | 'email' | 'payment', { readonly looked: string; readonly late: string }>> = {
  member: {
    looked: 'SELECT count(*) AS count FROM jt_member.retained',
    late: `SELECT id::text AS id, 'retained past the day of its destruction' AS what
           FROM jt_member.retained WHERE destroy_after <= $1`,
  },
  email: {
    looked: `SELECT (SELECT count(*) FROM jt_email.mail) + (SELECT count(*) FROM jt_email.code) + (SELECT count(*) FROM jt_email.proof) AS count`,
    late: `SELECT id::text AS id, 'a mail that is of no use any more was not destroyed' AS what
           FROM jt_email.mail WHERE state = 'WAITING' AND useless_after <= $1
           UNION ALL
           SELECT address, 'an e-mail code was kept past its end' FROM jt_email.code WHERE expires_at <= $1
           UNION ALL
           SELECT hash, 'the proof of an address was kept past its end' FROM jt_email.proof WHERE expires_at <= $1`,
  },
  payment: {
    looked: 'SELECT count(*) AS count FROM jt_payment.payment WHERE refund_account IS NOT NULL',
    late: `SELECT id::text AS id, 'an account to refund to was kept although nothing is refunded' AS what
           FROM jt_payment.payment WHERE refund_account IS NOT NULL AND refund_account_at <= $1
             AND NOT EXISTS (SELECT FROM jt_payment.refund WHERE payment_id = payment.id AND refund.state IN ('QUEUED', 'REQUESTED'))`,
  },
}

/** What should have been forgotten before an instant and was not. */
export const overdue = async (
  db: Queryable,
  service: keyof typeof kept,
  before: number,
): Promise<{ looked: number; late: Violation[] }> => {
  const [row] = await db.query<{ count: number }>({ text: kept[service].looked, values: [] })
  const late = await db.query<Violation>({ text: kept[service].late, values: [new Date(before)] })
  return { looked: row!.count, late }
}
