import type { Queryable } from '#kernel/store.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'

/** Texts that services write down for others to see. */
export interface Texts {
  readonly service: string
  readonly name: string
  readonly text: string
}

/** Members of the catalogue's events that hold what sellers wrote for everybody to read. */
const PUBLISHED = ['name', 'nameEn', 'description', 'brand', 'options', 'skus', 'imageUrls'] as const

/** A payload without them. One that is no object was not written by an event. */
const UNPUBLISHED = `(CASE WHEN jsonb_typeof(payload) = 'object' THEN payload - '{${PUBLISHED.join(',')}}'::text[] ELSE payload END)`

const everywhere = (service: string): readonly Omit<Texts, 'service'>[] => [
  { name: 'outbox', text: `${service === 'product' ? UNPUBLISHED : 'payload'}::text` },
  // Of events of every service, the catalogue's too.
  { name: 'dead_letter', text: `${UNPUBLISHED}::text || coalesce(error, '')` },
]

/** What sellers wrote for everybody to read, as the events have it, of names since changed too. */
export const published: Texts = {
  service: 'product',
  name: 'outbox',
  text: `concat_ws(E'\\n', ${PUBLISHED.map((each) => `payload -> '${each}'`).join(', ')})`,
}

const own: Readonly<Record<string, readonly Omit<Texts, 'service'>[]>> = {
  notification: [{ name: 'notification', text: `title::text || body::text || coalesce(link, '')` }],
  payment: [{ name: 'anomaly', text: 'detail' }],
}

/** The texts of a service that are searched. */
export const tablesIn = (service: string): readonly Texts[] =>
  [...everywhere(service), ...(own[service] ?? [])].map((each) => ({ ...each, service }))

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
