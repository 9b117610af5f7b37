import type { Queryable } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/log.ts'
import { personal, suspicious } from './secrets.ts'

/** Texts that services write down for others to see. */
export interface Texts {
  readonly service: string
  readonly name: string
  readonly text: string
}

/** What people wrote themselves is theirs: names of goods, reasons for a cancellation. */
const OWN_WORDS = `payload - '{name,description,orderName,reason,brand,options,skus,imageUrls}'::text[]`

const everywhere: readonly Omit<Texts, 'service'>[] = [
  { name: 'outbox', text: `(${OWN_WORDS})::text` },
  { name: 'dead_letter', text: `(${OWN_WORDS})::text || coalesce(error, '')` },
]

const own: Readonly<Record<string, readonly Omit<Texts, 'service'>[]>> = {
  notification: [{ name: 'notification', text: `title::text || body::text || coalesce(link, '')` }],
  payment: [{ name: 'anomaly', text: 'detail' }],
}

/** The texts of a service that are searched. */
export const tablesIn = (service: string): readonly Texts[] =>
  [...everywhere, ...(own[service] ?? [])].map((each) => ({ ...each, service }))

/** How many texts there are. */
export const countTexts = async (db: Queryable, { service, name }: Texts): Promise<number> => {
  const [row] = await db.query<{ count: number }>({
    name: `audit_count_${service}_${name}`,
    text: `SELECT count(*) AS count FROM ${schemaOf(service)}.${name}`,
    values: [],
  })
  return row!.count
}

const matching =
  (kind: string, pattern: string) =>
  (db: Queryable, { service, name, text }: Texts): Promise<{ id: string; text: string }[]> =>
    db.query<{ id: string; text: string }>({
      name: `audit_${kind}_${service}_${name}`,
      text: `SELECT id::text AS id, text FROM (SELECT id, ${text} AS text FROM ${schemaOf(service)}.${name}) AS written
             WHERE text ~ $1 LIMIT 1000`,
      values: [pattern],
    })

/** Texts that may hold a secret. */
export const suspiciousTexts = matching('suspicious', suspicious)

/** Texts that say how a person is reached. */
export const personalTexts = matching('personal', personal)
