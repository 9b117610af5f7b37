import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Logger } from 'pino'
import { isolate } from './isolate.ts'
import { isTransient } from './transient.ts'

/** Milliseconds until what failed is tried again: a second, doubling to ten minutes. */
const pauseAfter = (tries: number): number => exponentialBackOff(tries - 1, { first: 1_000, longest: 600_000 })

/**
 * The work of a sweep that does many due things in one transaction: one of them that makes it fail is isolated, logged and
 * tried again later and later, and keeps none of the others from being done. Answers the sweep's `run`, which answers how
 * many were done.
 *
 * `find` names at most `limit` things that are due, the longest due first, without locking them; `work` does those of some
 * that are still due and that nobody else has locked, in one transaction, and answers how many. An outage rises as it is.
 */
export const dueWork = (given: {
  readonly log: Logger
  /** What is done, for the log: `expire an order`. */
  readonly what: string
  readonly most: number
  readonly find: (now: number, limit: number) => Promise<readonly string[]>
  readonly work: (ids: readonly string[], now: number) => Promise<number>
}): ((now: number) => Promise<number>) => {
  const { log, what, most, find, work } = given
  const failing = new Map<string, { readonly tries: number; readonly again: number }>()

  return async (now) => {
    const found = await find(now, most + failing.size)
    const known = new Set(found)
    for (const id of failing.keys()) if (!known.has(id)) failing.delete(id)
    const due = found.filter((id) => (failing.get(id)?.again ?? now) <= now).slice(0, most)
    let done = 0
    let outage: unknown
    await isolate(
      due,
      async (part) => {
        done += await work(part, now)
        for (const id of part) failing.delete(id)
      },
      (id, error) => {
        if (isTransient(error)) return void (outage = error)
        const tries = (failing.get(id)?.tries ?? 0) + 1
        failing.set(id, { tries, again: now + pauseAfter(tries) })
        log.error({ err: error, id, tries }, `Could not ${what}: the others go on`)
      },
    )
    if (outage !== undefined) throw outage
    return done
  }
}
