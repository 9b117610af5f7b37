import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import type { Logger } from 'pino'
import type { Place, Registry } from '#kernel/remote/instances/registry.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { isNamed, portsOf, type PlacedHost, type Placement } from './placement.ts'

/** Milliseconds between two looks at DNS names: who joins or leaves is seen within this and one look. */
const LOOK = 1_000

/** Answers the addresses a DNS name has now. */
export type Resolve = (name: string) => Promise<readonly string[]>

const byDns: Resolve = async (name) => (await lookup(name, { all: true })).map((each) => each.address)

type Scheme = 'http' | 'https'

const originOf = (scheme: Scheme, address: string, port: number): string =>
  `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`

const placeOf = ({ name, weight, zone, version }: PlacedHost, origin: string): Place => ({
  origin,
  weight,
  host: name,
  ...(zone !== undefined && { zone }),
  ...(version !== undefined && { version }),
})

/** The addresses of a host's replicas that stand in the placement itself. */
export const fixedPlaces = (host: PlacedHost, scheme: Scheme = 'http'): readonly Place[] =>
  Array.from({ length: host.replicas }, (_, n) =>
    placeOf(host, originOf(scheme, host.address, portsOf(host, n + 1).port)),
  )

const same = (a: readonly Place[], b: readonly Place[]): boolean =>
  a.length === b.length && a.every((each, i) => each.origin === b[i]!.origin)

/**
 * The registry of a placement: addresses stand in it, DNS names are looked up every second, as a headless service of
 * Kubernetes wants. A name that cannot be looked up keeps the addresses it had. Who is dead or about to end is found out
 * by those who call: there is nothing to announce.
 */
export const placedRegistry = (
  placement: Placement,
  given: {
    readonly runtime: Runtime
    readonly log: Pick<Logger, 'warn'>
    readonly scheme?: Scheme
    readonly resolve?: Resolve
  },
): Registry & { readonly looked: () => Promise<void> } => {
  const { runtime, log, scheme = 'http', resolve = byDns } = given
  const known = new Map(placement.hosts.map((host) => [host, isNamed(host) ? [] : fixedPlaces(host, scheme)]))
  const failing = new Set<PlacedHost>()
  const lists = new Map<string, readonly Place[]>()
  const stopped = new AbortController()

  const listOf = (service: string): readonly Place[] =>
    placement.hosts.filter((each) => each.runs.includes(service)).flatMap((each) => known.get(each)!)

  const look = async (host: PlacedHost): Promise<void> => {
    try {
      const addresses = (await resolve(host.address)).toSorted()
      const places = addresses.map((each) => placeOf(host, originOf(scheme, each, host.port)))
      failing.delete(host)
      if (places.length === 0 || same(places, known.get(host)!)) return
      known.set(host, places)
      lists.clear()
    } catch (error) {
      if (!failing.has(host)) log.warn({ err: error, host: host.name }, 'DNS lookup of a host failed')
      failing.add(host)
    }
  }

  const named = placement.hosts.filter(isNamed)
  const lookAll = async (): Promise<void> => void (await Promise.all(named.map(look)))
  let first: Promise<void> | undefined
  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await (first = lookAll())
      await runtime.sleep(LOOK, stopped.signal).catch(() => {})
    }
  }
  const memoize = named.length > 0 ? follow() : Promise.resolve()

  return {
    places: (service) => {
      let list = lists.get(service)
      if (!list) lists.set(service, (list = listOf(service)))
      return list
    },
    hosts: () =>
      placement.hosts.flatMap((host) =>
        known.get(host)!.map((place) => ({ ...place, host: host.name, services: host.runs, ready: true, alive: true })),
      ),
    announce: async () => ({ leave: async () => {} }),
    looked: async () => first,
    close: async () => {
      stopped.abort()
      await memoize
    },
  }
}
