import type { KnownHost, Place, Registry } from '#kernel/remote/instances/registry.ts'
import { fixedPlaces } from './placed-registry.ts'
import { isNamed, type PlacedHost, type Placement } from './placement.ts'

/** A process of the shop that should be there. */
export interface ExpectedHost {
  readonly name: string
  /** Where it takes calls; null for a replica whose address is unknown. */
  readonly origin: string | null
  /** Services and parts it should run. */
  readonly runs: readonly string[]
  readonly weight: number
  readonly zone: string | null
}

const replicaName = (host: PlacedHost, n: number): string => (host.replicas > 1 ? `${host.name}-${n}` : host.name)

const expected = (place: Place, name: string, runs: readonly string[]): ExpectedHost => ({
  name,
  origin: place.origin,
  runs,
  weight: place.weight,
  zone: place.zone ?? null,
})

const announced = (hosts: readonly KnownHost[]): readonly ExpectedHost[] =>
  hosts.map((each) => expected(each, each.host, each.services))

/** Those the placement names, of a host behind a DNS name as many as should be there. */
const placed = (
  { hosts }: Placement,
  scheme: 'http' | 'https',
  found: readonly ExpectedHost[],
): readonly ExpectedHost[] =>
  hosts.flatMap((host) => {
    if (!isNamed(host))
      return fixedPlaces(host, scheme).map((place, n) => expected(place, replicaName(host, n + 1), host.runs))
    const there = found.filter((each) => host.runs.some((run) => each.runs.includes(run)))
    const { weight, zone = null, runs } = host
    return Array.from({ length: Math.max(0, host.replicas - there.length) }, (_, n) => ({
      name: replicaName(host, there.length + n + 1),
      origin: null,
      runs,
      weight,
      zone,
    }))
  })

/**
 * Every process the shop should have: those the registry names, and those the placement does. A host that ended leaves the
 * registry; the placement still says that it is missing.
 */
export const expectedHosts =
  (placement: Placement | undefined, given: { readonly scheme: 'http' | 'https' }) =>
  (registry: Registry): readonly ExpectedHost[] => {
    const hosts = registry.hosts()
    // Those who fell silent are missed, until they are forgotten.
    if (!placement) return announced(hosts)
    const found = announced(hosts.filter((each) => each.alive))
    const wanted = placed(placement, given.scheme, found)
    const places = new Map(wanted.map((each) => [each.origin, each]))
    const names = new Set(found.map((each) => each.name))
    return [
      // The placement's name tells the replicas of a host apart.
      ...found.map((each) => places.get(each.origin) ?? each),
      ...wanted.filter(
        (each) =>
          !found.some((other) => other.origin === each.origin) && !(each.origin !== null && names.has(each.name)),
      ),
    ]
  }
