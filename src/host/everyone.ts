import type { Place, Registry } from '#kernel/remote/registry.ts'
import { fixedPlaces } from './placed-registry.ts'
import { isNamed, PARTS, type PlacedHost, type Placement } from './placement.ts'

/** A process of the shop that should be there. */
export interface Expected {
  readonly name: string
  /** Where it takes calls; null for a replica whose address nobody can tell. */
  readonly origin: string | null
  /** Services and parts it should run. */
  readonly runs: readonly string[]
  readonly weight: number
  readonly zone: string | null
}

const replicaName = (host: PlacedHost, n: number): string => (host.replicas > 1 ? `${host.name}-${n}` : host.name)

const expected = (place: Place, name: string, runs: readonly string[]): Expected => ({
  name,
  origin: place.origin,
  runs,
  weight: place.weight,
  zone: place.zone ?? null,
})

/** Those the registry names now, each once, with all it is known to run. */
const announced = (registry: Registry, names: readonly string[]): readonly Expected[] => {
  const found = new Map<string, Expected>()
  for (const service of names)
    for (const place of registry.places(service)) {
      const known = found.get(place.origin)
      const runs = known ? [...known.runs, service] : [service]
      found.set(place.origin, expected(place, place.host ?? place.origin, runs))
    }
  return [...found.values()]
}

/** Those the placement names, of a host behind a DNS name as many as should be there. */
const placed = ({ hosts }: Placement, scheme: 'http' | 'https', found: readonly Expected[]): readonly Expected[] =>
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
export const everyone =
  (
    placement: Placement | undefined,
    given: { readonly services: readonly string[]; readonly scheme: 'http' | 'https' },
  ) =>
  (registry: Registry): readonly Expected[] => {
    const found = announced(registry, [...given.services, ...PARTS])
    if (!placement) return found
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
