import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import type { Cache, StaleWhileRevalidateOptions } from '#kernel/cache.ts'
import { withContext } from '#kernel/context.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Counts } from './cache-metrics.ts'
import { freeze } from './freeze.ts'
import type { Shared } from './redis-entries.ts'

/** Milliseconds for which everyone waits for the one answer that is being made; then another is tried. */
const MAKING = 10_000

interface Entry<V> {
  readonly answer: Promise<V>
  /** When it began to be made, by our clock. */
  at: number
  longer: number
  state: 'making' | 'made' | 'renewing'
}

/** A cache in memory that can be told to let go. */
export interface InMemory<V> extends Cache<V> {
  drop(keys: readonly string[]): void
  clear(): void
}

/**
 * Keeps answers in memory, before them what processes share. A fresh answer costs a look into a map; a stale one is given
 * while one newer is made; none is given after the bound. An answer that is let go of while it is being made is given to
 * those who asked before, and not kept.
 */
export const staleWhileRevalidate = <V extends {}>(
  of: StaleWhileRevalidateOptions<V>,
  given: { readonly runtime: Runtime; readonly log: Logger; readonly counts: Counts; readonly shared?: Shared },
): InMemory<V> => {
  const { runtime, log, counts, shared } = given
  const { now } = runtime
  const { freshness, subscribed = freshness } = of
  const entries = new LRUCache<string, Entry<V>>({ max: of.max })
  const goodFor = (): typeof freshness => (shared?.hears() ? subscribed : freshness)

  const life = (answer: V): number => subscribed.bound + (of.longer?.(answer) ?? 0)

  const make = async (key: string): Promise<{ answer: V; at: number; longer: number }> => {
    const seen = shared && (await shared.find(of, key, counts, life))
    if (seen?.found) {
      const { answer, left } = seen.found
      const longer = of.longer?.(answer) ?? 0
      const at = seen.asked - (life(answer) - left)
      if (at >= shared!.since() && seen.asked - at < goodFor().fresh + longer) return { answer, at, longer }
    }
    const at = seen?.asked ?? now()
    const answer = freeze(await of.load(key))
    const longer = of.longer?.(answer) ?? 0
    if (seen) void shared!.store(of, key, seen, answer, life(answer))
    return { answer, at, longer }
  }

  const start = (key: string): Promise<V> => {
    counts['memory miss']++
    const making = make(key)
    const answer = making.then((each) => each.answer)
    const entry: Entry<V> = { answer, at: now(), longer: 0, state: 'making' }
    entries.set(key, entry)
    making.then(
      ({ at, longer }) => Object.assign(entry, { at, longer, state: 'made' }),
      () => {
        if (entries.peek(key) === entry) entries.delete(key)
      },
    )
    return answer
  }

  const renew = (key: string, old: Entry<V>): void => {
    old.state = 'renewing'
    withContext(systemContext(of.name, runtime), () => make(key)).then(
      ({ answer, at, longer }) => {
        if (entries.peek(key) === old) entries.set(key, { answer: Promise.resolve(answer), at, longer, state: 'made' })
      },
      (error: unknown) => {
        old.state = 'made'
        log.debug({ err: error, cache: of.name }, 'Cache refresh failed: serving the stale answer')
      },
    )
  }

  const drop = (keys: readonly string[]): void => {
    for (const key of keys) entries.delete(key)
  }

  return {
    get: (key) => {
      const known = entries.get(key)
      if (known === undefined) return start(key)
      const age = now() - known.at
      const { fresh, bound } = goodFor()
      // A clock that was put back says nothing about an answer's age.
      if (age < 0 || age >= (known.state === 'making' ? MAKING : bound + known.longer)) return start(key)
      if (known.state === 'making' || age < fresh + known.longer) {
        counts['memory hit']++
        return known.answer
      }
      counts['memory stale']++
      if (known.state === 'made') renew(key, known)
      return known.answer
    },
    invalidate: async (keys) => {
      drop(keys)
      if (!shared) return
      await shared.invalidate(of.name, keys, true)
      // Somebody may have taken up again meanwhile what was still shared.
      drop(keys)
    },
    drop,
    clear: () => entries.clear(),
  }
}
