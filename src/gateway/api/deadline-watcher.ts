import type { Runtime } from '#kernel/runtime.ts'

/** Something that must be answered by an instant. */
export interface Waiting {
  /** Epoch milliseconds. */
  readonly deadline: number
  /** Called once when the instant has passed. */
  expired(): void
}

/** Watches all requests under way with one clock instead of a timer each. */
export interface DeadlineWatcher {
  watch(waiting: Waiting): void
  done(waiting: Waiting): void
  readonly size: () => number
  stop(): Promise<void>
}

/** Milliseconds between two looks: how late a deadline may be noticed. */
const LOOK = 100

export const deadlineWatcher = (runtime: Runtime): DeadlineWatcher => {
  const waiting = new Set<Waiting>()
  const stopped = new AbortController()

  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await runtime.sleep(LOOK, stopped.signal).catch(() => {})
      const now = runtime.now()
      for (const each of waiting) {
        if (each.deadline > now) continue
        waiting.delete(each)
        each.expired()
      }
    }
  }
  const running = follow()

  return {
    watch: (each) => void waiting.add(each),
    done: (each) => void waiting.delete(each),
    size: () => waiting.size,
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}
