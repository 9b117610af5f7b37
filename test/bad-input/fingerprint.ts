import pg from 'pg'

/** What background work moves by itself, and what is meant to remember refused tries. */
const MOVING = new Set([
  'cursor',
  'inbox',
  'dead_letter',
  'migration',
  // Moves on its own once a mail is queued; what makes one queues a code or a confirmation with it, and those are looked at.
  'mail',
  // Refused tries are remembered on purpose: they are what throttling counts.
  'rate',
  'failure',
  'known_network',
  // Hosts tell the configuration every few seconds that they are there.
  'host',
])

/** Everything the services have stored, as one line for each table: how many rows, and a sum over their contents. */
export interface Fingerprints {
  take(): Promise<ReadonlyMap<string, string>>
  /** The fingerprint once nothing moves any more. */
  quiet(): Promise<ReadonlyMap<string, string>>
  close(): Promise<void>
}

/** Tables in which two fingerprints differ. */
export const changed = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...after].filter(([table, line]) => before.get(table) !== line).map(([table]) => table)

export const fingerprints = async (url: string): Promise<Fingerprints> => {
  const client = new pg.Client({ connectionString: url })
  // The test's database may be gone before this connection is closed.
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ schema: string; name: string }>(`
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname LIKE 'jt\\_%' AND schemaname NOT LIKE 'jt\\_simulator%'
      AND schemaname <> 'jt_catalog' -- a read model: it follows the events, which are looked at
    ORDER BY 1, 2`)
  const tables = rows.filter((each) => !MOVING.has(each.name)).map((each) => `${each.schema}.${each.name}`)
  if (tables.length < 20) throw new Error(`Only ${tables.length} tables were found to look at`)
  const text = tables
    .map(
      (each) =>
        `SELECT '${each}' AS name, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS line FROM ${each} AS t`,
    )
    .join(' UNION ALL ')

  const take = async (): Promise<ReadonlyMap<string, string>> => {
    const found = await client.query<{ name: string; line: string }>(text)
    return new Map(found.rows.map((row) => [row.name, row.line]))
  }
  /** What is on its way to a mailbox will be told of. */
  const mailed = async (): Promise<boolean> =>
    (await client.query("SELECT FROM jt_email.mail WHERE state = 'WAITING'")).rowCount === 0

  return {
    take,
    quiet: async () => {
      let last = await take()
      for (let calm = 0; calm < 3;) {
        await new Promise((resolve) => setTimeout(resolve, 150))
        const now = await take()
        calm = changed(last, now).length === 0 && (await mailed()) ? calm + 1 : 0
        last = now
      }
      return last
    },
    close: () => client.end(),
  }
}
