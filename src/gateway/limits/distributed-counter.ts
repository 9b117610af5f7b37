import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { markTransient } from '#kernel/failures/transient.ts'
import type { Count } from './counts.ts'

/** Adds calls to counts that all processes share; answers for each its total and the milliseconds left of its window. */
export type AddShared = (
  adds: readonly { readonly name: string; readonly calls: number; readonly windowMs: number }[],
) => Promise<readonly { readonly total: number; readonly left: number }[]>

/** Tells the other processes what was counted here, and hears what they counted. */
export interface DistributedCounter {
  /** Tells of a count soon. */
  soon(count: Count): void
  /** Tells of a call just counted and answers which of its window it is, over all processes; of this one while others cannot be asked. */
  now(count: Count): Promise<number>
  stop(): Promise<void>
}

/** Milliseconds calls gather before they are told: what other processes may let through meanwhile is the overshoot. */
const EVERY = 100

/** What was told of a count, and what it then was. */
interface Added {
  readonly sent: number
  readonly total: number
}

/** Without `add` every process counts for itself. */
export const distributedCounter = (
  add: AddShared | undefined,
  given: { readonly runtime: Runtime; readonly log: Pick<Logger, 'warn' | 'info'> },
): DistributedCounter => {
  const { runtime, log } = given
  const stopped = new AbortController()
  let waiting: Count[] = []
  let urgent: Promise<ReadonlyMap<Count, Added> | undefined> | undefined
  let failing = false

  const take = (count: Count, sent: number, answer: { readonly total: number; readonly left: number }): void => {
    // Less than we know of: the window there has just begun anew, or Redis has lost it. Ours goes on to its end.
    if (answer.total < count.total - count.unsent) return
    count.total = answer.total + count.unsent
    if (sent > 0) count.endsAt = runtime.now() + answer.left
  }

  const flush = async (): Promise<ReadonlyMap<Count, Added> | undefined> => {
    const batch = waiting
    if (!add || batch.length === 0) return undefined
    waiting = []
    const sent = batch.map((count) => {
      const calls = count.unsent
      count.unsent = 0
      count.queued = false
      return calls
    })
    try {
      const answers = await add(batch.map(({ name, windowMs }, i) => ({ name, windowMs, calls: sent[i]! })))
      answers.forEach((answer, i) => take(batch[i]!, sent[i]!, answer))
      if (failing) log.info('Rate limits are shared through Redis again')
      failing = false
      return new Map(batch.map((count, i) => [count, { sent: sent[i]!, total: answers[i]!.total }]))
    } catch (error) {
      // What could not be told stays counted here; the next call tells it with its own.
      batch.forEach((count, i) => (count.unsent += sent[i]!))
      if (!failing && !stopped.signal.aborted)
        log.warn(
          { err: markTransient(error) },
          'Rate limits are not shared through Redis: each process counts by itself',
        )
      failing = true
      return undefined
    }
  }

  const soon = (count: Count): void => {
    if (!add || count.queued) return
    count.queued = true
    waiting.push(count)
  }

  const follow = async (): Promise<void> => {
    while (add && !stopped.signal.aborted) {
      await runtime.sleep(EVERY, stopped.signal).catch(() => {})
      await flush()
    }
  }
  const memoize = follow()

  return {
    soon,
    now: async (count) => {
      const { total, unsent } = count
      if (!add) return total
      soon(count)
      // Those who ask in the same turn share a way.
      urgent ??= Promise.resolve().then(() => {
        urgent = undefined
        return flush()
      })
      const added = (await urgent)?.get(count)
      return added ? added.total - added.sent + unsent : total
    },
    stop: async () => {
      stopped.abort()
      await memoize
    },
  }
}
