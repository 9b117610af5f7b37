import { DEADLINE_EXCEEDED, UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { deadlineWatcherOf, type WatchedDeadline } from '#kernel/time/deadline-watcher.ts'

/** Keeps one slow service from taking all of this host: so many calls at once, so many waiting, the rest refused. */
export interface Bulkhead {
  /** Resolves when the call may go; rejects with UNAVAILABLE when too many wait, DEADLINE_EXCEEDED when it waited too long. */
  enter(deadline: number): Promise<void> | undefined
  leave(): void
  readonly stats: () => { inFlight: number; waiting: number; refused: number }
}

interface Queued extends WatchedDeadline {
  go(): void
}

export const bulkhead = (
  service: string,
  runtime: Runtime,
  given: { readonly inFlight: number; readonly waiting: number },
): Bulkhead => {
  const waits = deadlineWatcherOf(runtime)
  const queue = new Set<Queued>()
  let inFlight = 0
  let refused = 0

  const wait = (deadline: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const queued: Queued = {
        deadline,
        go: () => {
          waits.done(queued)
          resolve()
        },
        expired: () => {
          queue.delete(queued)
          reject(DEADLINE_EXCEEDED())
        },
      }
      queue.add(queued)
      waits.watch(queued)
    })

  return {
    enter: (deadline) => {
      if (inFlight < given.inFlight) {
        inFlight++
        return undefined
      }
      if (queue.size < given.waiting) return wait(deadline)
      refused++
      return Promise.reject(UNAVAILABLE({ service }))
    },
    leave: () => {
      const [next] = queue
      if (!next) {
        inFlight--
        return
      }
      // Its place passes to the one that waited longest.
      queue.delete(next)
      next.go()
    },
    stats: () => ({ inFlight, waiting: queue.size, refused }),
  }
}
