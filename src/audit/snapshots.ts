import type { Queryable } from '#kernel/store.ts'
import { connect, type ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { run } from '#engines/postgres/transaction.ts'
import { existingSchemas, isShopConnected, lastWordOf } from './snapshot-store.ts'

/** Every store of a shop, each server at one instant. */
export interface Snapshots {
  store(service: string): Queryable
  has(service: string): boolean
  /**
   * The instant (epoch milliseconds) by which to judge what is late: `now` while the shop runs. In a shop that is stopped
   * nothing goes on: its time stands where it last told of something.
   */
  time(now: number): Promise<number>
  /**
   * Does a piece of work that may fail, such as a statement that meets a value it cannot read: the snapshots can be used
   * on afterwards. Rejects as the work does, and with what came of it where a server is lost.
   */
  attempt<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A server as it was at one instant. */
export interface Frozen {
  readonly store: Queryable
  /** Services whose schemas are there. */
  readonly schemas: ReadonlySet<string>
}

/** Freezes a server: what commits from now on is not seen. Writes nothing and holds up nobody. */
const freeze = async (admin: ConnectionSettings) => {
  const client = await connect(admin, 'audit')
  await client.query(`
    BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0`)
  const store: Queryable = { query: (statement) => run(client, statement) }
  return { store, schemas: await existingSchemas(store), end: () => client.end() }
}

/** The stores of services on servers that are frozen; `serverOf` tells which service is on which. */
export const snapshotsOn = (
  serverOf: (service: string) => Frozen,
  services: readonly string[],
): Omit<Snapshots, 'close'> => {
  const has = (service: string): boolean => serverOf(service).schemas.has(service)
  const servers = [...new Set(services.map(serverOf))]
  const everywhere = (text: string): Promise<unknown> =>
    Promise.all(servers.map((each) => each.store.query({ text, values: [] })))
  return {
    store: (service) => serverOf(service).store,
    has,
    time: async (now) => {
      const connected = await Promise.all(servers.map((each) => isShopConnected(each.store)))
      if (connected.includes(true)) return now
      const words = await Promise.all(services.filter(has).map((each) => lastWordOf(serverOf(each).store, each)))
      return Math.min(now, Math.max(0, ...words))
    },
    attempt: async (work) => {
      await everywhere('SAVEPOINT attempt')
      try {
        return await work()
      } finally {
        await everywhere('ROLLBACK TO SAVEPOINT attempt')
      }
    },
  }
}

/**
 * Takes a snapshot of every server the services' stores are on. One server means one instant for all services; across
 * servers the instants lie some milliseconds apart, which the grace of a check covers.
 */
export const takeSnapshots = async (
  adminOf: (service: string) => ConnectionSettings,
  services: readonly string[],
): Promise<Snapshots> => {
  const nameOf = (service: string): string => JSON.stringify(adminOf(service))
  const admins = new Map(services.map((each) => [nameOf(each), adminOf(each)]))
  const frozen = new Map(
    await Promise.all([...admins].map(async ([name, admin]) => [name, await freeze(admin)] as const)),
  )
  return {
    ...snapshotsOn((service) => frozen.get(nameOf(service))!, services),
    close: async () => {
      await Promise.all([...frozen.values()].map((each) => each.end()))
    },
  }
}
