import type { Runtime } from '#kernel/runtime.ts'
import { jitter } from '#kernel/time/jitter.ts'

/** Lets a call be repeated, but never turns an outage into a storm. */
export interface RetryBudget {
  /** A first try was made. */
  deposit(): void
  /** Whether one may be repeated; takes it from the budget. */
  withdraw(): boolean
  readonly left: () => number
}

/** A budget of `share` retries per call, and a few to begin with; at most `most` are saved up. */
export const retryBudget = (share = 0.1, most = 20): RetryBudget => {
  let left = most / 2
  return {
    deposit: () => {
      left = Math.min(most, left + share)
    },
    withdraw: () => {
      if (left < 1) return false
      left--
      return true
    },
    left: () => left,
  }
}

/** Milliseconds to wait before repeating for the `n`th time (from 0): anything up to 25, 50, 100 … */
export const retryPause = (n: number, runtime: Runtime): number => jitter(runtime) * 25 * 2 ** n
