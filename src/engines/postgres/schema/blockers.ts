import type pg from 'pg'
import { truncate } from '#kernel/text.ts'
import { connect, type ConnectionSettings } from '../connection/connection.ts'

/** A session that holds a lock another waits for. Its statements stay out: they may hold personal data. */
interface Blocker {
  readonly pid: number
  readonly name: string | null
  readonly state: string | null
  /** Seconds its transaction is old. */
  readonly age: string | null
}

const looking = async (client: pg.Client, pid: number): Promise<readonly Blocker[]> => {
  const { rows } = await client.query<Blocker>(
    `SELECT blocking.pid, application_name AS name, state,
       round(extract(epoch FROM clock_timestamp() - xact_start))::text AS age
     FROM unnest(pg_blocking_pids($1)) AS blocking (pid) LEFT JOIN pg_stat_activity USING (pid) LIMIT 3`,
    [pid],
  )
  return rows
}

/** `process 4711 ("psql", idle in transaction, for 22 s)`, as far as the role may see it. */
const described = ({ pid, name, state, age }: Blocker): string => {
  if (pid === 0) return 'a prepared transaction (pg_prepared_xacts)'
  const about = [name ? JSON.stringify(truncate(name, 40)) : '', state ?? '', age === null ? '' : `for ${age} s`]
  const known = about.filter((each) => each !== '').join(', ')
  return `process ${pid}${known === '' ? '' : ` (${known})`}`
}

/** Looks at who holds up a session while it waits; over a connection of its own, opened at the first look. */
export interface BlockerWatch {
  look(): Promise<void>
  /** What the last look that found somebody said. */
  seen(): string | undefined
  close(): Promise<void>
}

/**
 * Watches the session `pid`. The connection acts as nobody but its login: as a service's role it would see other sessions
 * without their state.
 */
export const watchBlockers = (settings: ConnectionSettings, pid: number): BlockerWatch => {
  const { role: _, schema: __, ...login } = settings
  let client: Promise<pg.Client> | undefined
  let seen: string | undefined
  return {
    look: async () => {
      client ??= connect(login, 'migrate watch')
      const found = await looking(await client, pid)
      if (found.length > 0) seen = found.map(described).join(' and ')
    },
    seen: () => seen,
    close: async () => {
      await client?.then((each) => each.end()).catch(() => {})
    },
  }
}
