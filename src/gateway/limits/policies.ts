import { CannotStart } from '#kernel/cannot-start.ts'
import type { CallLimit, Operation } from '#kernel/contract.ts'
import type { Route } from '../api/routes.ts'

/** By whom a limit counts: each address, each account, or everybody together. */
export type By = 'address' | 'account' | 'all'

/** One limit that concerns a route. */
export interface Policy {
  /** `reads.address`, `auth.signIn.address`: as in settings and headers. */
  readonly name: string
  readonly by: By
  readonly quota: CallLimit
  /** Whether processes agree before each call, instead of soon after. */
  readonly exact: boolean
}

/** What is set of limits. */
export interface Rules {
  readonly overrides: Overrides
  /** Multiplies the calls of every limit; 0 lifts all. */
  readonly factor: number
}

/** Overrides of limits by name; undefined lifts one. */
export type Overrides = ReadonlyMap<string, CallLimit | undefined>

/** What any caller may do in a minute, over all routes. Many people may share an address. */
const classes: Readonly<Record<string, CallLimit>> = {
  'reads.address': { calls: 6_000, seconds: 60 },
  'reads.account': { calls: 1_200, seconds: 60 },
  'writes.address': { calls: 1_200, seconds: 60 },
  'writes.account': { calls: 240, seconds: 60 },
}

const BYS: readonly By[] = ['address', 'account', 'all']

/** Reads `reads.address=6000/60,auth.signIn.address=off`, as settings have checked it. */
export const readOverrides = (text: string): Overrides =>
  new Map(
    text
      .split(',')
      .filter((each) => each !== '')
      .map((each) => {
        const [name, quota] = each.split('=') as [string, string]
        const [calls, seconds] = quota.split('/').map(Number) as [number, number]
        return [name, quota === 'off' ? undefined : { calls, seconds }]
      }),
  )

const isRead = ({ method }: Pick<Operation, 'method'>): boolean => method === 'GET'

/** The limits of a kind of request with the settings applied; `factor` multiplies the calls, 0 lifts all limits. */
export const policiesOf = (
  route: Pick<Route, 'id' | 'operation'> | undefined,
  given: { readonly overrides: Overrides; readonly factor: number },
): readonly Policy[] => {
  const { overrides, factor } = given
  if (factor === 0) return []
  const kind = !route || isRead(route.operation) ? 'reads' : 'writes'
  const own = route?.operation.limits ?? {}
  const known: [string, By, CallLimit | undefined][] = BYS.flatMap((by) => {
    const common: [string, By, CallLimit | undefined][] = [[`${kind}.${by}`, by, classes[`${kind}.${by}`]]]
    return route ? [...common, [`${route.id}.${by}`, by, own[by]] as [string, By, CallLimit | undefined]] : common
  })
  return known.flatMap(([name, by, standard]) => {
    const quota = overrides.has(name) ? overrides.get(name) : standard
    if (!quota) return []
    const exact = own.exact === true && name.startsWith(`${route?.id}.`)
    return [{ name, by, exact, quota: { calls: quota.calls * factor, seconds: quota.seconds } }]
  })
}

/** Names of overrides that are no limit of any route. */
export const unknownLimits = (overrides: Overrides, routes: readonly Pick<Route, 'id'>[]): readonly string[] => {
  const known = new Set(
    ['reads', 'writes', ...routes.map((each) => each.id)].flatMap((of) => BYS.map((by) => `${of}.${by}`)),
  )
  return [...overrides.keys()].filter((each) => !known.has(each))
}

/** Throws CannotStart for settings that name limits of no route. */
export const refuseUnknown = (overrides: Overrides, routes: readonly Pick<Route, 'id'>[]): void => {
  const unknown = unknownLimits(overrides, routes)
  if (unknown.length > 0)
    throw new CannotStart(
      `RATE_LIMITS names ${unknown.join(', ')}, which no route has: give reads, writes or an operation (auth.signIn), then .address, .account or .all.`,
    )
}
