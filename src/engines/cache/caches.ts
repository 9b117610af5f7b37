import type { Logger } from 'pino'
import type { Caches } from '#kernel/cache.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { RedisStore } from '../redis/connection.ts'
import { type Counted, type Counts, type Level, type Outcome, zeroCounts } from './cache-metrics.ts'
import { validated } from './validated.ts'
import { staleWhileRevalidate, type InMemory } from './stale-while-revalidate.ts'
import { openShared } from './redis-entries.ts'

/** The caches of a process. */
export interface OpenCaches {
  /** Those of one service. */
  of(service: string): Caches
  /** What was looked for and how it went, for metrics. */
  readonly counted: () => readonly Counted[]
  close(): Promise<void>
}

/** Opens the caches of a process: in memory, and with `redis` in what processes share. */
export const openCaches = (given: {
  readonly runtime: Runtime
  readonly log: Logger
  readonly redis?: RedisStore | undefined
}): OpenCaches => {
  const { runtime, log, redis } = given
  const locals = new Map<string, InMemory<any>>()
  const all = new Map<string, Counts>()
  const shared =
    redis &&
    openShared(redis, {
      runtime,
      log,
      forgotten: (cache, keys) => locals.get(cache)?.drop(keys),
      deafUntilNow: () => locals.forEach((each) => each.clear()),
    })
  const countsOf = (name: string): Counts => {
    if (all.has(name)) throw new Error(`There are two caches of the name ${name}`)
    const counts = zeroCounts()
    all.set(name, counts)
    return counts
  }

  return {
    of: (service) => ({
      staleWhileRevalidate: (of) => {
        const named = { ...of, name: `${service}.${of.name}` }
        const made = staleWhileRevalidate(named, {
          runtime,
          log,
          counts: countsOf(named.name),
          ...(shared && { shared }),
        })
        locals.set(named.name, made)
        shared?.listen()
        return made
      },
      validated: (of) => {
        const named = { ...of, name: `${service}.${of.name}` }
        const counts = countsOf(named.name)
        if (shared) return validated(named, shared, counts)
        const load = (key: string) => {
          counts['memory miss']++
          return of.load(key)
        }
        return { get: load, invalidate: () => Promise.resolve() }
      },
    }),
    counted: () =>
      [...all].flatMap(([cache, counts]) =>
        Object.entries(counts).map(([name, count]): Counted => {
          const [level, outcome] = name.split(' ') as [Level, Outcome]
          return { cache, level, outcome, count }
        }),
      ),
    close: async () => shared?.close(),
  }
}
