import type { CallLimit } from '#kernel/contract.ts'
/** What one address, account or route has done in the window that began with its first call. */
export interface Count {
  /** Names it among all processes. */
  readonly name: string
  /** Calls in this window, those of other processes as last heard. */
  total: number
  /** Calls of this process that the others have not been told of. */
  unsent: number
  /** Epoch milliseconds at which the window ends. */
  endsAt: number
  readonly windowMs: number
  /** Whether it waits to be told. */
  queued: boolean
}

/** Counts of one limit, by whom. */
export interface Counts {
  /** The count of `who` at `now`; one whose window has ended begins anew. */
  of(who: string, now: number): Count
  /** How long its windows are. */
  readonly seconds: number
  readonly size: () => number
}

/** Whoever comes from ever new addresses must not fill our memory: of two generations of so many the older one goes. */
const MOST = 100_000

/** The counts of a limit called `name`. */
export const counts = (name: string, { seconds }: CallLimit): Counts => {
  const windowMs = seconds * 1_000
  let young = new Map<string, Count>()
  let old = new Map<string, Count>()
  let youngSince = -Infinity

  /** Keeps one that is not among the young. What no one asked for during a whole window has ended, and is forgotten. */
  const store = (who: string, count: Count, now: number): Count => {
    if (young.size >= MOST || now - youngSince > windowMs) {
      old = young
      young = new Map()
      youngSince = now
    }
    young.set(who, count)
    return count
  }

  const begin = (who: string, now: number): Count =>
    store(
      who,
      // Others may still count in windows of another length, which end at another time.
      { name: `${name}/${seconds}:${who}`, total: 0, unsent: 0, endsAt: now + windowMs, windowMs, queued: false },
      now,
    )

  return {
    seconds,
    of: (who, now) => {
      const found = young.get(who)
      if (found !== undefined) return now < found.endsAt ? found : begin(who, now)
      const before = old.get(who)
      return before !== undefined && now < before.endsAt ? store(who, before, now) : begin(who, now)
    },
    size: () => young.size + old.size,
  }
}
