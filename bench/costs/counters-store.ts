import type pg from 'pg'

/** Counters of the database server; they only grow. */
export interface Counters {
  readonly walBytes: number
  readonly flushes: number
  readonly tableBytes: number
  readonly commits: number
  /** Statements by service. */
  readonly statements: Readonly<Record<string, number>>
  /** Events by name. */
  readonly events: Readonly<Record<string, number>>
}

const one = async (client: pg.Client, text: string): Promise<Record<string, number>> =>
  (await client.query(text)).rows[0] as Record<string, number>

/** A row `name, count` each, as an object. */
const byName = async (client: pg.Client, text: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await client.query(text)).rows.map((row: { name: string; count: unknown }) => [row.name, Number(row.count)]),
  )

/** Bytes of WAL so far. */
export const walBytes = async (client: pg.Client): Promise<number> =>
  (await one(client, `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS wal`))['wal']!

/** Makes the server count statements; its library must be loaded. */
export const countStatements = (client: pg.Client): Promise<unknown> =>
  client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')

/** Reads the counters. Whoever wants them exact waits a second after the work: servers tell them that often. */
export const countersOf = async (client: pg.Client): Promise<Counters> => {
  const counted = await one(
    client,
    `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS wal,
       (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::float8 AS flushes,
       (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'jt\\_%')::float8 AS bytes,
       (SELECT sum(calls) FROM pg_stat_statements WHERE query = 'COMMIT')::float8 AS commits`,
  )
  const statements = await byName(
    client,
    `SELECT replace(rolname, 'jangteo_', '') AS name, sum(calls) AS count
     FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid WHERE rolname LIKE 'jangteo\\_%' GROUP BY 1`,
  )
  const { rows } = await client.query(
    `SELECT schemaname AS name FROM pg_tables WHERE tablename = 'outbox' AND schemaname LIKE 'jt\\_%'`,
  )
  const outboxes = rows.map(({ name }: { name: string }) => `SELECT name FROM ${name}.outbox`)
  const events =
    outboxes.length > 0
      ? await byName(client, `SELECT name, count(*) FROM (${outboxes.join(' UNION ALL ')}) AS told GROUP BY name`)
      : {}
  return {
    walBytes: counted['wal']!,
    flushes: counted['flushes'] ?? 0,
    tableBytes: counted['bytes'] ?? 0,
    commits: counted['commits'] ?? 0,
    statements,
    events,
  }
}

/** The service that each process of the server works for, by its id. */
export const servedBy = async (client: pg.Client): Promise<Map<number, string>> =>
  new Map(
    (
      await client.query(
        `SELECT pid, application_name AS name FROM pg_stat_activity WHERE application_name LIKE 'jangteo %'`,
      )
    ).rows.map(({ pid, name }: { pid: number; name: string }) => [pid, name.slice('jangteo '.length)]),
  )
