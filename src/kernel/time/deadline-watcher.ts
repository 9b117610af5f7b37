import { DEADLINE_EXCEEDED } from '../faults.ts'
import type { Runtime } from '../runtime.ts'

/** Something that is waited for until an instant. */
export interface Waiting {
  /** Epoch milliseconds. */
  readonly deadline: number
  /** Called once when the instant has passed. */
  expired(): void
}

/** All that is waited for, watched with one clock instead of a timer each. */
export interface Waits {
  watch(waiting: Waiting): void
  done(waiting: Waiting): void
}

/** Milliseconds between two looks: how late a deadline may be noticed. */
const LOOK = 20

const waits = (runtime: Runtime): Waits => {
  const waiting = new Set<Waiting>()
  let following = false

  const follow = async (): Promise<void> => {
    while (waiting.size > 0) {
      await runtime.sleep(LOOK)
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

const known = new WeakMap<Runtime, Waits>()

/** The watch over all waits of a runtime. */
export const waitsOf = (runtime: Runtime): Waits => {
  let found = known.get(runtime)
  if (!found) known.set(runtime, (found = waits(runtime)))
  return found
}

/** The answer, or DEADLINE_EXCEEDED once the instant has passed; what comes later is dropped. */
export const byDeadline = <T>(answer: Promise<T>, deadline: number, runtime: Runtime): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const all = waitsOf(runtime)
    const waiting: Waiting = { deadline, expired: () => reject(DEADLINE_EXCEEDED()) }
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
