import type { Runtime } from '#kernel/runtime.ts'

/** Looks whether something the shop stands on answers; rejects when it does not. */
export type Check = () => Promise<unknown>

/** A look at something the shop can do without for a while: it is shown when it is down, and the host stays ready. */
export interface Spare {
  readonly spare: Check
}

/** Everything a host stands on, by name. */
export type Checks = Readonly<Record<string, Check | Spare>>

/** State of one thing the shop stands on. */
export interface Dependency {
  readonly name: string
  readonly status: 'up' | 'down'
  readonly ms: number
  /** False for what the shop can do without: down, it makes no host unready. */
  readonly needed?: false
}

const TIMEOUT = 2_000
/** Milliseconds one look serves all who ask: probes must not become load. */
const FRESH = 500

const withTimeout = async (check: Check, runtime: Runtime): Promise<void> => {
  const done = new AbortController()
  const late = runtime.sleep(TIMEOUT, done.signal).then(
    () => Promise.reject(new Error(`No answer in ${TIMEOUT} ms`)),
    () => {},
  )
  try {
    await Promise.race([check(), late])
  } finally {
    done.abort()
  }
}

/** Looks at everything the shop stands on, by name. */
export const readiness = (
  checks: Checks,
  runtime: Runtime,
): (() => Promise<{ readonly ready: boolean; readonly dependencies: readonly Dependency[] }>) => {
  let lookedAt = -Infinity
  let looking: Promise<readonly Dependency[]> | undefined

  const look = (): Promise<readonly Dependency[]> =>
    Promise.all(
      Object.entries(checks).map(async ([name, check]): Promise<Dependency> => {
        const began = performance.now()
        const spare = typeof check === 'object'
        const up = await withTimeout(spare ? check.spare : check, runtime).then(
          () => true,
          () => false,
        )
        return {
          name,
          status: up ? 'up' : 'down',
          ms: Math.round(performance.now() - began),
          ...(spare && { needed: false as const }),
        }
      }),
    )

  return async () => {
    const now = runtime.now()
    if (looking === undefined || now - lookedAt > FRESH) {
      lookedAt = now
      looking = look()
    }
    const dependencies = await looking
    return { ready: dependencies.every((each) => each.status === 'up' || each.needed === false), dependencies }
  }
}
