import { DEADLINE_EXCEEDED } from '../faults.ts'
import type { Runtime } from '../runtime.ts'

/** A deadline and what happens when it passes. */
export interface WatchedDeadline {
  /** Epoch milliseconds. */
  readonly deadline: number
  /** Called once when the instant has passed. */
  expired(): void
}

/** Tracks all deadlines with one shared timer: a timer for each would cost more than many requests do. */
export interface DeadlineWatcher {
  watch(waiting: WatchedDeadline): void
  done(waiting: WatchedDeadline): void
}

/** Milliseconds between two checks: how late an expired deadline may be noticed. */
const CHECK_EVERY = 20

const newDeadlineWatcher = (runtime: Runtime): DeadlineWatcher => {
  const waiting = new Set<WatchedDeadline>()
  let following = false

  const follow = async (): Promise<void> => {
    while (waiting.size > 0) {
      await runtime.sleep(CHECK_EVERY)
      const now = runtime.now()
      for (const each of waiting) {
        if (each.deadline > now) continue
        waiting.delete(each)
        each.expired()
      }
    }
    following = false
  }

  return {
    watch: (each) => {
      waiting.add(each)
      if (following) return
      following = true
      void follow()
    },
    done: (each) => void waiting.delete(each),
  }
}

const known = new WeakMap<Runtime, DeadlineWatcher>()

/** The deadline watcher of a runtime. */
export const deadlineWatcherOf = (runtime: Runtime): DeadlineWatcher => {
  let found = known.get(runtime)
  if (!found) known.set(runtime, (found = newDeadlineWatcher(runtime)))
  return found
}

/** The answer, or DEADLINE_EXCEEDED once the instant has passed; what comes later is dropped. */
export const byDeadline = <T>(answer: Promise<T>, deadline: number, runtime: Runtime): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const all = deadlineWatcherOf(runtime)
    const waiting: WatchedDeadline = { deadline, expired: () => reject(DEADLINE_EXCEEDED()) }
    all.watch(waiting)
    answer.then(
      (value) => {
        all.done(waiting)
        resolve(value)
      },
      (error: unknown) => {
        all.done(waiting)
        reject(error as Error)
      },
    )
  })
