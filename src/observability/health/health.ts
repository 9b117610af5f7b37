import type { Runtime } from '#kernel/runtime.ts'
import { truncate } from '#kernel/text.ts'

/** Checks a dependency; rejects when it does not answer. */
export type Check = () => Promise<unknown>

/** Check of an optional dependency: shown when it is down, while the host stays ready. */
export interface OptionalDependency {
  readonly spare: Check
}

/** The dependencies of a host by name. */
export type Checks = Readonly<Record<string, Check | OptionalDependency>>

/** Result of the readiness checks; the reason of a failure is for the internal port only, apart from what the public may see. */
export interface Readiness {
  readonly ready: boolean
  readonly dependencies: readonly Dependency[]
  readonly why: ReadonlyMap<string, string>
}

/** State of one thing the shop stands on. */
export interface Dependency {
  readonly name: string
  readonly status: 'up' | 'down'
  readonly ms: number
  /** False for what the shop can do without: down, it makes no host unready. */
  readonly needed?: false
}

const TIMEOUT = 2_000
/** Milliseconds a result is shared between probes, so that probes do not become load. */
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

/** The first line of an error; of several, those of all. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ')
  return truncate((error instanceof Error ? error.message : String(error)).split('\n')[0]!, 300)
}

/** Looks at everything the shop stands on, by name. */
export const readiness = (checks: Checks, runtime: Runtime): (() => Promise<Readiness>) => {
  let lookedAt = -Infinity
  let looking: Promise<Readiness> | undefined

  const look = async (): Promise<Readiness> => {
    const why = new Map<string, string>()
    const dependencies = await Promise.all(
      Object.entries(checks).map(async ([name, check]): Promise<Dependency> => {
        const began = performance.now()
        const spare = typeof check === 'object'
        const up = await withTimeout(spare ? check.spare : check, runtime).then(
          () => true,
          (error: unknown) => void why.set(name, reasonOf(error)),
        )
        return {
          name,
          status: up ? 'up' : 'down',
          ms: Math.round(performance.now() - began),
          ...(spare && { needed: false as const }),
        }
      }),
    )
    return { ready: dependencies.every((each) => each.status === 'up' || each.needed === false), dependencies, why }
  }

  return async () => {
    const now = runtime.now()
    if (looking === undefined || now - lookedAt > FRESH) {
      lookedAt = now
      looking = look()
    }
    return looking
  }
}
