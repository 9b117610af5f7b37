import type { Runtime } from '#kernel/runtime.ts'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { openDatabase, type PostgresDatabase } from '#engines/postgres/database.ts'
import type { Outages } from '#engines/postgres/connection/outage.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'

/** Reads the logs of all services, each in the database it lies in. */
export interface OutboxReaders {
  readonly logOf: LogOf
  close(): Promise<void>
}

/** One store for each database that holds logs; opened when a log in it is first read. */
export const outboxReaders = (
  connectionTo: (source: string) => ConnectionSettings,
  given: { readonly runtime: Runtime; readonly outages: Outages },
): OutboxReaders => {
  const bySource = new Map<string, PostgresDatabase>()
  const byDatabase = new Map<string, PostgresDatabase>()
  return {
    logOf: (source) => {
      const known = bySource.get(source)
      if (known) return known
      const settings = connectionTo(source)
      const place = JSON.stringify(settings)
      const db =
        byDatabase.get(place) ?? openDatabase(settings, { ...given, name: 'relay', sizes: { shared: 2, exclusive: 1 } })
      byDatabase.set(place, db)
      bySource.set(source, db)
      return db
    },
    close: async () => {
      await Promise.all([...byDatabase.values()].map((each) => each.close()))
    },
  }
}
