import type { Logger } from 'pino'
import { markLogged } from '#kernel/failures/already-logged.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Milliseconds a service that never answered yet is taken to be coming up with everything else. */
const COMING_UP = 10_000
/** Milliseconds between two warnings about a service that stays away. */
const AGAIN = 60_000

/** Milliseconds without a failure after which an answer says that it is over: until then one may succeed between others. */
const QUIET = 5_000

/** Says in the log that a service cannot be reached: when it begins, now and then while it lasts, and when it is over. */
export interface Reachability {
  /** A call was answered. */
  reached(): void
  /** A call reached nobody; answers the reason as an error, which others need not warn of again. */
  unreached(facts: Readonly<Record<string, unknown>>, reason: string): Error
}

export const reachability = (
  service: string,
  { runtime, log }: { readonly runtime: Runtime; readonly log: Pick<Logger, 'info' | 'warn' | 'debug'> },
): Reachability => {
  const began = runtime.now()
  let everReached = false
  let failing = false
  let failedAt = 0
  let failures = 0
  let saidAt: number | undefined

  return {
    reached: () => {
      everReached = true
      if (!failing || runtime.now() - failedAt < QUIET) return
      if (saidAt !== undefined) log.info({ service, failures }, 'Service reachable again')
      failing = false
      failures = 0
      saidAt = undefined
    },
    unreached: (facts, reason) => {
      failing = true
      failures++
      const now = runtime.now()
      failedAt = now
      const comingUp = !everReached && now - began < COMING_UP
      if (comingUp || (saidAt !== undefined && now - saidAt < AGAIN)) {
        log.debug({ ...facts, reason }, 'Service unreachable')
      } else {
        log.warn({ ...facts, reason, failures }, 'Service unreachable')
        saidAt = now
      }
      return markLogged(new Error(reason))
    },
  }
}
