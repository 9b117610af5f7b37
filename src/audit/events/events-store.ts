import type { Queryable, Statement } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'

/** Statements about the platform's tables are the same for every service but for the schema. */
const inSchema = (name: string, service: string, text: (schema: string) => string, values: unknown[]): Statement => ({
  name: `audit_${name}_${service}`,
  text: text(schemaOf(service)),
  values,
})

/** A place in a log as text that sorts like it. */
const PLACE = `lpad(xid::text, 20, '0') || ':' || lpad(id::text, 20, '0')`

/** An event of a log; `id` is its place, as text that sorts. */
export interface EventSeen {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly at: number
}

/** Events of a source by their names, from an instant on, after a place. */
export const readEvents = (
  db: Queryable,
  source: string,
  names: readonly string[],
  since: number,
  after: string,
  limit: number,
): Promise<EventSeen[]> => {
  const [xid = '0', id = '0'] = after === '' ? [] : after.split(':').map((each) => String(BigInt(each)))
  return db.query<EventSeen>(
    inSchema(
      'events',
      source,
      (schema) => `
        SELECT ${PLACE} AS id, id AS number, name, at FROM ${schema}.outbox
        WHERE (xid, outbox.id) > ($1::text::xid8, $2::bigint) AND name = ANY ($3) AND at > $4
        ORDER BY xid, outbox.id LIMIT $5`,
      [xid, id, names, new Date(since), limit],
    ),
  )
}

/** Where a consumer stands, as text that sorts like places. */
export const cursorOf = async (
  db: Queryable,
  service: string,
  consumer: string,
  source: string,
): Promise<string | undefined> => {
  const [row] = await db.query<{ place: string }>(
    inSchema(
      'cursor',
      service,
      (schema) => `SELECT ${PLACE} AS place FROM ${schema}.cursor WHERE consumer = $1 AND source = $2`,
      [consumer, source],
    ),
  )
  return row?.place
}

const numbersIn =
  (table: 'inbox' | 'dead_letter') =>
  async (db: Queryable, service: string, consumer: string, source: string, ids: readonly number[]) => {
    const rows = await db.query<{ id: number }>(
      inSchema(
        table,
        service,
        (schema) => `SELECT id FROM ${schema}.${table} WHERE consumer = $1 AND source = $2 AND id = ANY ($3::bigint[])`,
        [consumer, source, ids],
      ),
    )
    return new Set(rows.map((row) => row.id))
  }

/** Which events a consumer has taken in. */
export const takenIn = numbersIn('inbox')

/** Which events lie set aside for a consumer. */
export const setAsideOf = numbersIn('dead_letter')

/** An event set aside. */
export interface Letter {
  readonly id: string
  readonly consumer: string
  readonly name: string
  readonly state: 'RETRYING' | 'WAITING' | 'DEAD'
  readonly attempts: number
  readonly at: number
  readonly error: string | null
}

/** Everything set aside in a service. */
export const lettersOf = (db: Queryable, service: string): Promise<Letter[]> =>
  db.query<Letter>(
    inSchema(
      'letters',
      service,
      (schema) => `
        SELECT source || ':' || id AS id, consumer, name, state, attempts, at, error FROM ${schema}.dead_letter
        ORDER BY source, xid, dead_letter.id LIMIT 10000`,
      [],
    ),
  )
