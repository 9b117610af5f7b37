import type { Runtime } from '#kernel/runtime.ts'
import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import { countSetAside, findBehind, findCursors, type Cursor } from '#engines/postgres/events/lag-store.ts'
import { schemaOf } from '#engines/postgres/events/log.ts'
import { migrationNames } from '#engines/postgres/schema/migrate.ts'
import type { Subscription } from '#kernel/subscriptions.ts'
import type { Attached } from './attach.ts'
import { findMigrations, findServer } from './database-status-store.ts'
import type { Schema } from './stores.ts'

/** With it a schema has the tables of the log. */
const PLATFORM_LOG = 'platform/0001_log.sql'

/** What a schema has of what this version of the shop wants. */
export interface SchemaStatus {
  readonly name: string
  readonly ran: number
  readonly missing: readonly string[]
  /** Migrations of a later version of the shop. */
  readonly ahead: readonly string[]
}

/** How far a consumer is behind a log it reads. */
export interface LagStatus {
  /** `cart.orders`: the service and its consumer. */
  readonly consumer: string
  readonly source: string
  readonly events: number
  /** Epoch milliseconds of the oldest event not read yet. */
  readonly since: number | null
}

/** Status of a shop, read from its databases. */
export interface ShopStatus {
  readonly version: string
  readonly megabytes: number
  /** Whether a process runs services on it now. */
  readonly running: boolean
  readonly schemas: readonly SchemaStatus[]
  readonly lags: readonly LagStatus[]
  /** Events set aside: all, and those that wait for a person. */
  readonly setAside: { readonly all: number; readonly dead: number }
}

const without = (some: readonly string[], all: readonly string[]): string[] =>
  some.filter((each) => !all.includes(each))

/**
 * Looks at a shop through its databases, whether it runs or not, and changes nothing. Events that a consumer does not want
 * are passed over without moving its cursor: they do not count as ahead of it.
 */
export const readShopStatus = async (
  adminOf: Attached['adminOf'],
  schemas: readonly Schema[],
  subscriptions: readonly Subscription[],
  runtime: Runtime,
): Promise<ShopStatus> => {
  // As the administrator: a service's role may not be there yet.
  const within = async <T>(name: string, work: (db: PostgresDatabase) => Promise<T>): Promise<T> => {
    const connection = { ...adminOf(name), schema: schemaOf(name) }
    const db = openDatabase(connection, { name: 'status', runtime, sizes: { shared: 1, exclusive: 1 } })
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  }

  const lagOf = async (service: string, cursor: Cursor): Promise<LagStatus> => {
    const { consumer, source } = cursor
    const wanted = subscriptions.find(
      (each) => each.service === service && each.consumer === consumer && each.source === source,
    )
    const behind = await within(source, (db) => findBehind(db, cursor, wanted?.events))
    return { consumer: `${service}.${consumer}`, source, ...behind }
  }

  const look = async ({ name, migrations }: Schema) => {
    const names = await migrationNames(migrations)
    return within(name, async (db) => {
      const ran = await findMigrations(db)
      const ready = ran.includes(PLATFORM_LOG)
      return {
        schema: { name, ran: ran.length, missing: without(names, ran), ahead: without(ran, names) },
        cursors: ready ? await findCursors(db) : [],
        setAside: ready ? await countSetAside(db) : { all: 0, dead: 0 },
      }
    })
  }

  const server = await within('', findServer)
  // One connection at a time: the command is used when the server has hardly any left.
  const looks: Awaited<ReturnType<typeof look>>[] = []
  for (const each of schemas) looks.push(await look(each))
  const lags: LagStatus[] = []
  for (const { schema, cursors } of looks) for (const each of cursors) lags.push(await lagOf(schema.name, each))
  const sum = (count: (of: { all: number; dead: number }) => number): number =>
    looks.reduce((total, { setAside }) => total + count(setAside), 0)
  return {
    ...server,
    schemas: looks.map((each) => each.schema),
    lags,
    setAside: { all: sum((each) => each.all), dead: sum((each) => each.dead) },
  }
}
