import { after } from 'node:test'
import type { Runtime } from '#kernel/runtime.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import type { ConsumerTools } from '#engines/postgres/events/consume.ts'
import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { logTail } from '#engines/postgres/events/log-tail.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, RELAY, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { silent } from './silent.ts'

/** Stores of a few services in a database of the test's own, closed after the file's last test. */
export interface Stores {
  readonly admin: ConnectionSettings
  readonly runtime: Runtime
  /** May do everything. */
  readonly administrator: PostgresDatabase
  readonly relay: PostgresDatabase
  /** A store of a service's own; each call opens another, as another process would. */
  open(service: string, given?: Partial<Parameters<typeof openDatabase>[1]>): PostgresDatabase
  /** What a consumer of the service stands on. */
  tools(service: string, db?: PostgresDatabase): ConsumerTools
}

const opened: PostgresDatabase[] = []
// Registered while the file loads: inside a hook it would run after the hook.
after(async () => {
  await Promise.all(opened.map((each) => each.close()))
})

/** Makes the schemas of `services` with the platform's tables. Call it in `before`. */
export const freshStores = async (services: readonly string[], runtime: Runtime = systemRuntime()): Promise<Stores> => {
  const admin = (await freshDatabase()).connection
  await provision(admin, services)
  for (const each of services) await migrate(serviceConnection(admin, each), each, undefined)
  const openAs = (settings: ConnectionSettings, name: string, given: Partial<Parameters<typeof openDatabase>[1]>) => {
    const db = openDatabase(settings, { name, runtime, ...given })
    opened.push(db)
    return db
  }
  const open: Stores['open'] = (service, given = {}) => openAs(serviceConnection(admin, service), service, given)
  const relay = open(RELAY, { sizes: { shared: 2, exclusive: 1 } })
  return {
    admin,
    runtime,
    administrator: openAs(admin, 'administrator', {}),
    relay,
    open,
    tools: (service, db = open(service)) => ({ service, db, log: logTail(() => relay), runtime, logger: silent }),
  }
}
