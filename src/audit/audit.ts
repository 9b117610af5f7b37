import type { Runtime } from '#kernel/runtime.ts'
import { errorText } from '#kernel/failures/error-text.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { subscriptionsOf } from '#kernel/subscriptions.ts'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { isTransientError } from '#engines/postgres/connection/transient-errors.ts'
import { access } from './personal-data/access.ts'
import { acknowledged } from './purchases/acknowledged.ts'
import { carts } from './purchases/carts.ts'
import { catalogue } from './events/catalogue.ts'
import { events } from './events/events.ts'
import { erasure } from './personal-data/erasure.ts'
import { Tally, type Check, type View, type Violation } from '#kernel/invariant.ts'
import { provider } from './purchases/provider.ts'
import { purchases } from './purchases/purchases.ts'
import { type Snapshots, takeSnapshots } from './snapshots.ts'

/** What was found about one invariant. */
export interface Finding {
  readonly family: string
  readonly invariant: string
  /** How many things were looked at; null where the shop has nothing of the kind. */
  readonly looked: number | null
  /** Things not right yet whose cause is younger than the grace. */
  readonly inFlight: number
  readonly violations: number
  /** Whether they are for a person to put right in time, and break no promise: the report's violations leave them out. */
  readonly advisory: boolean
  /** The first violations. */
  readonly listed: readonly Violation[]
}

export interface AuditReport {
  /** Epoch milliseconds of the instant that was looked at. */
  readonly at: number
  readonly findings: readonly Finding[]
  readonly violations: number
  /** What else a person should put right. */
  readonly advisories: number
  readonly inFlight: number
}

/** Work between services is done within seconds; after this long it counts as lost. */
export const GRACE = 5 * 60_000

/** Stores besides the services' that are looked into where they are. */
const SIMULATORS = ['simulator_toss']

/** Families in the order of the report; others follow. */
const FAMILIES = ['money', 'stock', 'orders', 'events', 'catalogue', 'names', 'access']
const rankOf = (family: string): number => (FAMILIES.includes(family) ? FAMILIES.indexOf(family) : FAMILIES.length)

/** A check that a service declares. Throws a TypeError for one that reads other stores too: it belongs here, not to the service. */
const ownCheck = ({ contract }: ServiceDefinition<any>, check: Check): Check => {
  if (check.needs.length !== 1 || check.needs[0] !== contract.name)
    throw new TypeError(
      `The service ${contract.name} declares an invariant over ${check.needs.join(', ')}: what spans services stands in src/audit.`,
    )
  return check
}

/** What an audit is given besides the data. */
export interface AuditOptions {
  readonly services: readonly ServiceDefinition<any>[]
  readonly runtime: Runtime
  /** Milliseconds; five minutes unless told. */
  readonly grace?: number
  /** Ids of orders that customers were told of. */
  readonly acknowledged?: readonly string[]
}

/** Every store an audit of these services looks into. */
export const storesOf = ({ services }: Pick<AuditOptions, 'services'>): string[] => [
  ...services.map((each) => each.contract.name as string),
  ...SIMULATORS,
]

/** Audits what snapshots show. */
export const auditOf = async (
  snapshots: Omit<Snapshots, 'close'>,
  { services, runtime, grace = GRACE, acknowledged: ids }: AuditOptions,
): Promise<AuditReport> => {
  const names = services.map((each) => each.contract.name as string)
  const checks: readonly Check[] = [
    ...services.flatMap((each) => each.invariants.map((check) => ownCheck(each, check))),
    provider,
    purchases,
    ...(ids ? [acknowledged(ids)] : []),
    events(subscriptionsOf(services), names),
    catalogue,
    carts,
    access(names),
    erasure,
  ]
  const view: View = { store: snapshots.store, has: snapshots.has, now: await snapshots.time(runtime.now()), grace }
  const findings: Finding[] = []
  const inOrder = checks.toSorted((a, b) => rankOf(a.family) - rankOf(b.family))
  for (const each of inOrder) findings.push(...(await examined(each, view, snapshots)))
  const sum = (pick: (finding: Finding) => number) => findings.reduce((total, each) => total + pick(each), 0)
  return {
    at: view.now,
    findings,
    violations: sum((each) => (each.advisory ? 0 : each.violations)),
    advisories: sum((each) => (each.advisory ? each.violations : 0)),
    inFlight: sum((each) => each.inFlight),
  }
}

/**
 * Checks what must always hold over live data, at one instant. Reads only, and holds up nobody. What work
 * between services leaves for a moment is in flight while its cause is younger than the grace.
 */
export const audit = async (
  given: AuditOptions & { readonly adminOf: (service: string) => ConnectionSettings },
): Promise<AuditReport> => {
  const snapshots = await takeSnapshots(given.adminOf, storesOf(given))
  try {
    return await auditOf(snapshots, given)
  } finally {
    await snapshots.close()
  }
}

/** Examines one check. One that fails over what it reads is a violation of all its invariants: the others go on. */
const examined = async (
  { family, needs, invariants, advisory = false, examine }: Check,
  view: View,
  { attempt }: Pick<Snapshots, 'attempt'>,
): Promise<Finding[]> => {
  const tallies = new Map(invariants.map((each) => [each, new Tally(view)]))
  const here = needs.every(view.has)
  if (here)
    await attempt(() => examine(view, (invariant) => tallies.get(invariant)!)).catch((error: unknown) => {
      if (isTransientError(error)) throw error
      for (const each of tallies.values()) each.wrong('–', `could not be examined to the end: ${errorText(error)}`)
    })
  return [...tallies].map(([invariant, { looked, inFlight, violations, listed }]) => ({
    family,
    invariant,
    looked: here ? looked : null,
    inFlight,
    violations,
    advisory,
    listed,
  }))
}
