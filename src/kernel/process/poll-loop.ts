import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Logger } from 'pino'
import { untilTick } from '#kernel/time/aligned-ticks.ts'
import { isLogged } from '#kernel/failures/already-logged.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { isTransient } from '#kernel/failures/transient.ts'

/** A loop that runs until stopped. */
export interface PollLoop {
  /** Signals that there may be something to do now. */
  wake(): void
  /** Ends after the step under way. */
  stop(): Promise<void>
}

/** Milliseconds between polls after a signal that found nothing: an event is visible once every older transaction ended. */
const POLLS = [4, 8, 16, 32, 64]
/** Milliseconds of back-off after failures, at most. */
const MAX_BACK_OFF = 5_000
/** While every step finds work the pace grows to this many times the first. */
const PACE_GROWS_TO = 4
/** Failures in a row, some three seconds, before a transient error is logged: a neighbor may be starting. */
const WARN_AFTER = 4
/** Milliseconds between polls while another process holds the work, at most. */
const BUSY_AT_MOST = 500

/**
 * Calls `step` again and again while it finds work; when it finds none, sleeps until woken or for `idle` milliseconds.
 * `pace` milliseconds pass between steps, so that events gather instead of costing a transaction each, and up to four
 * times that while every step finds some: rare events wait little, and a storm costs few steps. No pause follows a step
 * that did `full` things: there are surely more.
 * `step` answers how many things it did, or `busy` when another process holds the work. After an error it retries with
 * exponential back-off, and logs: a transient error after a few tries, any other at once.
 */
export const pollLoop = (
  name: string,
  given: {
    readonly runtime: Runtime
    readonly logger: Logger
    readonly idle: number
    readonly pace?: number
    readonly full?: number
  },
  step: () => Promise<number | 'busy'>,
): PollLoop => {
  const { runtime, logger, idle, pace, full = Infinity } = given
  let stopped = false
  let woken = false
  let sleeping: { readonly until: AbortController; readonly wakeable: boolean } | undefined

  const sleep = async (ms: number, wakeable: boolean): Promise<void> => {
    if (stopped) return
    const until = new AbortController()
    sleeping = { until, wakeable }
    await runtime.sleep(ms, until.signal).catch(() => {})
    sleeping = undefined
  }

  const loop = async (): Promise<void> => {
    let failures = 0
    let warned = false
    let poll = 0
    let inARow = 0
    while (!stopped) {
      try {
        const done = await step()
        if (warned) logger.info({ worker: name, failures }, 'Background worker recovered')
        failures = 0
        warned = false
        if (done !== 0) {
          poll = 0
          if (done === 'busy') await sleep(Math.min(idle, BUSY_AT_MOST), false)
          else if (pace && done < full) await sleep(pace * Math.min(2 ** inARow++, PACE_GROWS_TO), false)
          continue
        }
        inARow = 0
        if (woken) poll = 0
        woken = false
        // Short sleeps see by themselves what a signal is for; only the long one is interrupted.
        const short = POLLS[poll++]
        await sleep(short ?? untilTick(runtime, idle), short === undefined)
      } catch (error) {
        failures++
        // An outage is logged once, not by each of some fifty loops.
        if (!warned && !isLogged(error) && (failures >= WARN_AFTER || !isTransient(error))) {
          logger.warn({ err: error, worker: name }, 'Background worker failed: retrying')
          warned = true
        }
        await sleep(exponentialBackOff(failures, { first: 100, longest: MAX_BACK_OFF }), false)
      }
    }
  }
  const running = loop()

  return {
    wake: () => {
      woken = true
      if (sleeping?.wakeable) sleeping.until.abort()
    },
    stop: async () => {
      stopped = true
      sleeping?.until.abort()
      await running
    },
  }
}
