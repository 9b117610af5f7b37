import type { Queryable } from '#kernel/store.ts'
import {
  findSetAside,
  listSetAside,
  redrive,
  redriveDead,
  type DeadLetter,
} from '#engines/postgres/events/log-store.ts'

/** A service's own store, by the service's name. */
export type StoreOf = (service: string) => Queryable

/** An event that a service could not take in. */
export interface ServiceDeadLetter extends DeadLetter {
  /** The service whose consumer failed. */
  readonly service: string
}

/** Events that could not be taken in, over all services: the dead first, which wait for a person, then those still tried. */
export const listDeadLetters = async (
  services: readonly string[],
  storeOf: StoreOf,
  limit = 100,
): Promise<ServiceDeadLetter[]> => {
  // One service after another, so that a command gets by with one connection.
  const found: ServiceDeadLetter[] = []
  for (const service of services)
    for (const each of await listSetAside(storeOf(service), limit)) found.push({ service, ...each })
  const rank = { DEAD: 0, RETRYING: 1, WAITING: 2 } as const
  return found.sort((a, b) => rank[a.state] - rank[b.state] || a.at - b.at).slice(0, limit)
}

/** What names one event set aside. */
type Place = Pick<ServiceDeadLetter, 'service' | 'consumer' | 'source' | 'id'>

/** One event set aside; nothing when it has been taken in meanwhile. */
export const findDeadLetter = async (
  { service, consumer, source, id }: Place,
  storeOf: StoreOf,
): Promise<ServiceDeadLetter | undefined> => {
  const found = await findSetAside(storeOf(service), consumer, source, id)
  return found && { service, ...found }
}

/** Has one dead event tried again now, and those waiting behind it after it. False when it is not dead (any more). */
export const redriveDeadLetter = async (
  { service, consumer, source, id }: Place,
  storeOf: StoreOf,
  now: number,
): Promise<boolean> => (await redrive(storeOf(service), consumer, source, id, now)) > 0

/** Has every dead event of the services tried again now; answers how many. */
export const redriveDeadLetters = async (
  services: readonly string[],
  storeOf: StoreOf,
  now: number,
): Promise<number> => {
  let count = 0
  for (const service of services) count += await redriveDead(storeOf(service), now)
  return count
}
