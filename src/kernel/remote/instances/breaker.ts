import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { jitter } from '#kernel/time/jitter.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** Keeps calls away from an instance that fails again and again, and lets one through now and then to see. */
export interface Breaker {
  /**
   * Whether a call may go; of a half-open breaker only one at a time, unless nobody was there. Whoever got `true` reports how
   * it went.
   */
  admit(): boolean
  /** Whether `admit` would say yes; takes nothing. */
  readonly wouldAdmit: () => boolean
  succeeded(): void
  /** `nobody`: the connection was refused at once, so that looking again soon costs nobody anything. */
  failed(nobody?: boolean): void
  /** It says nothing about the instance: nobody waited for the end. */
  abandoned(): void
  readonly state: () => BreakerState
  readonly history: () => BreakerHistory
}

/** What a breaker has been through. */
export interface BreakerHistory {
  /** Epoch milliseconds since when it is as it is; nothing when it never was otherwise. */
  readonly since: number | undefined
  /** Times it opened, let a call through to see, and closed again. */
  readonly opened: number
  readonly tried: number
  readonly closed: number
}

/**
 * A breaker that opens after `failures` in a row, for `openFor` milliseconds (give or take a fifth, twice as long each
 * time the trial fails, at most 30 s). Where connections were refused it looks again after 2 s at most, and lets all calls
 * through then: a port on which nobody listens cannot be burdened, and whoever starts behind it is wanted by all who wait.
 * Business faults are answers: they are reported as success.
 */
export const breaker = (runtime: Runtime, given: { readonly failures: number; readonly openFor: number }): Breaker => {
  const longest = 30_000
  const longestOfNobody = 2_000
  let inARow = 0
  let openings = 0
  let openUntil = 0
  let trying = false
  let byNobody = false
  let changedAt: number | undefined
  const times = { opened: 0, tried: 0, closed: 0 }

  const isOpen = (): boolean => openings > 0
  const wouldAdmit = (): boolean => !isOpen() || (runtime.now() >= openUntil && (!trying || byNobody))
  const open = (nobody: boolean): void => {
    const length = exponentialBackOff(openings++, {
      first: given.openFor,
      longest: nobody ? longestOfNobody : longest,
    })
    openUntil = runtime.now() + length * (0.8 + 0.4 * jitter(runtime))
    trying = false
    byNobody = nobody
    changedAt = runtime.now()
    times.opened++
  }

  return {
    wouldAdmit,
    admit: () => {
      if (!wouldAdmit()) return false
      if (isOpen()) {
        trying = true
        times.tried++
      }
      return true
    },
    succeeded: () => {
      inARow = 0
      // An answer to a call that left before the breaker opened does not close it; only the trial's does.
      if (trying) {
        openings = 0
        changedAt = runtime.now()
        times.closed++
      }
      trying = false
    },
    failed: (nobody = false) => {
      inARow++
      if (trying || (!isOpen() && inARow >= given.failures)) open(nobody)
    },
    abandoned: () => {
      trying = false
    },
    state: () => (!isOpen() ? 'closed' : runtime.now() >= openUntil ? 'half-open' : 'open'),
    history: () => ({ ...times, since: isOpen() && runtime.now() >= openUntil ? openUntil : changedAt }),
  }
}
