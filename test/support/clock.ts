import { type Runtime, systemRuntime } from '#kernel/runtime.ts'

/** A runtime whose clock a test sets. */
export interface SteerableRuntime extends Runtime {
  /** Moves the clock on by milliseconds. */
  advance(ms: number): void
}

/** It goes on with real time from wherever it is put. */
export const steerableRuntime = (): SteerableRuntime => {
  let ahead = 0
  const runtime = systemRuntime({ now: () => Date.now() + ahead })
  return { ...runtime, advance: (ms) => void (ahead += ms) }
}

/** Its clock stands still until it is moved, however slow the machine is. Sleeps last as long as they do. */
export const stillRuntime = (): SteerableRuntime => {
  let now = Date.now()
  const runtime = systemRuntime({ now: () => now })
  return { ...runtime, advance: (ms) => void (now += ms) }
}

/**
 * Its clock moves by sleeping alone: once nothing else is left to do in this process, it leaps to where the next sleep ends.
 * For what waits for nothing outside.
 */
export const leapingRuntime = (): Runtime => {
  let now = Date.now()
  const sleeping = new Set<{ readonly until: number; wake(): void }>()
  let leaping = false
  const leap = (): void => {
    const [next] = [...sleeping].toSorted((a, b) => a.until - b.until)
    leaping = next !== undefined
    if (!next) return
    now = Math.max(now, next.until)
    next.wake()
    setImmediate(leap)
  }
  return {
    ...systemRuntime({ now: () => now }),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const one = {
          until: now + ms,
          wake: () => {
            sleeping.delete(one)
            resolve()
          },
        }
        sleeping.add(one)
        signal?.addEventListener('abort', () => {
          sleeping.delete(one)
          reject(signal.reason as Error)
        })
        if (!leaping) setImmediate(leap)
        leaping = true
      }),
  }
}

/** A runtime, of whose sleeps those of just `ms` milliseconds end when the test says so. */
export const holdingSleeps = <R extends Runtime>(of: R, ms: number) => {
  const held: (() => void)[] = []
  const runtime: R = {
    ...of,
    sleep: (each, signal) => {
      if (each !== ms) return of.sleep(each, signal)
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        held.push(resolve)
        signal?.addEventListener('abort', () => reject(signal.reason as Error))
      })
    },
  }
  return {
    runtime,
    /** How many sleep now. */
    held: (): number => held.length,
    wake: (): void => {
      for (const end of held.splice(0)) end()
    },
  }
}
