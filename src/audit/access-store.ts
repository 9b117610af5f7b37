import type { Queryable } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/log.ts'

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

/** Texts fetched in one go. */
const PAGE = 5_000

/** Reads every text, a page after another. */
export const eachText = async (
  db: Queryable,
  { service, name, text }: Texts,
  take: (rows: readonly { id: string; text: string }[]) => void,
): Promise<void> => {
  const wanted = `SELECT id::text AS id, ${text} AS text FROM ${schemaOf(service)}.${name}`
  await db.query({ text: `DECLARE texts NO SCROLL CURSOR FOR ${wanted}`, values: [] })
  for (let more = true; more;) {
    const rows = await db.query<{ id: string; text: string }>({ text: `FETCH ${PAGE} FROM texts`, values: [] })
    take(rows)
    more = rows.length === PAGE
  }
  await db.query({ text: 'CLOSE texts', values: [] })
}
