import type { Socket } from 'node:net'
import pg from 'pg'
import { CannotStart } from '#kernel/cannot-start.ts'
import { databaseAddressOf, type Encryption } from './url.ts'
import { truncate } from '#kernel/text.ts'

/** How to reach a service's schema. */
export interface ConnectionSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
  /** Not encrypted unless told. */
  readonly ssl?: Encryption
  /** Role to act as, and schema to find tables in. */
  readonly role?: string
  readonly schema?: string
}

const INT8 = 20
const INT8_ARRAY = 1016
const TIMESTAMPTZ = 1184

const int8Array = pg.types.getTypeParser(INT8_ARRAY as never) as (text: string) => (string | null)[]

/** bigint as a number (amounts, counters: all safe integers), timestamptz as epoch milliseconds. */
const parsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number
    if (oid === INT8_ARRAY)
      return (text: string) => int8Array(text).map((each) => (each === null ? null : Number(each)))
    if (oid === TIMESTAMPTZ) return (text: string) => Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z'))
    return pg.types.getTypeParser(oid, format as 'text')
  }) as typeof pg.types.getTypeParser,
}

/** How long a statement may take, as PostgreSQL writes it. */
const STATEMENT_TIMEOUT = '30s'

/** What PgBouncer says of `options`. */
const REFUSED_OPTIONS = /unsupported startup parameter/

const pooled = ({ host, port }: ConnectionSettings, cause?: unknown): CannotStart =>
  new CannotStart(
    `What answers at ${host}:${port} does not pass on what a session asks for, as poolers do: services would not act ` +
      'as their own roles. Give the address of PostgreSQL itself.',
    { cause },
  )

/** What the driver says of a server that knows no TLS, or has none for us. */
const NO_TLS = /does not support SSL|There was an error establishing an SSL connection/

const unencrypted = ({ host, port }: ConnectionSettings, cause: unknown): CannotStart =>
  new CannotStart(
    `PostgreSQL at ${host}:${port} offers no TLS, and its address asks for it: set TLS up there, or sslmode=disable where ` +
      'nobody can listen.',
    { cause },
  )

/** Makes sure that the session is the one that was asked for: a pooler may have dropped the role, and the limits with it. */
const asAskedFor = async (client: pg.Client, settings: ConnectionSettings): Promise<void> => {
  const { rows } = await client.query<{ limit: string; role: string }>(
    `SELECT current_setting('statement_timeout') AS limit, current_setting('role') AS role`,
  )
  const { limit, role } = rows[0]!
  if (limit === STATEMENT_TIMEOUT && role === (settings.role ?? 'none')) return
  await client.end()
  throw pooled(settings)
}

/**
 * Opens a pipelined connection that acts as the service's role in the service's schema. Statements give up after 30 s.
 * Throws CannotStart where something between drops what the session asks for.
 */
export const connect = async (settings: ConnectionSettings, name: string): Promise<pg.Client> => {
  const options = [
    ...(settings.role ? [`-c role=${settings.role}`] : []),
    ...(settings.schema ? [`-c search_path=${settings.schema}`] : []),
    '-c timezone=UTC',
    `-c statement_timeout=${STATEMENT_TIMEOUT}`,
    '-c lock_timeout=5s',
    '-c idle_in_transaction_session_timeout=60s',
  ].join(' ')
  const client = new pg.Client({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    database: settings.database,
    ...(settings.password && { password: settings.password }),
    // Said in any case: left open, the driver would go by PGSSLMODE, and take what it does not know for none.
    ssl: settings.ssl ?? false,
    application_name: truncate(`jangteo ${name}`, 63),
    options,
    types: parsers,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // Whoever uses it next is told; said here, it would end the process of whoever uses it now and then.
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    if (NO_TLS.test(error.message)) throw unencrypted(settings, error)
    throw REFUSED_OPTIONS.test(error.message) ? pooled(settings, error) : error
  })
  await asAskedFor(client, settings)
  gatherWrites(client)
  return client
}

/**
 * What is sent in one turn of the event loop leaves in one packet: a transaction's statements, and those of callers who
 * share the connection. Each packet costs two system calls and a switch of processes, more than most statements do.
 */
const gatherWrites = (client: pg.Client): void => {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const { write } = stream
  let gathering = false
  stream.write = ((...given: Parameters<typeof write>) => {
    if (!gathering) {
      gathering = true
      stream.cork()
      setImmediate(() => {
        gathering = false
        stream.uncork()
      })
    }
    return write.apply(stream, given)
  }) as typeof write
}

/** Settings from a `postgres://` address. Throws InvalidAddress. */
export const fromUrl = (url: string): ConnectionSettings => databaseAddressOf(url)
