import type { Logger } from 'pino'
import { untilBeat } from '#kernel/time/aligned-ticks.ts'
import { isNoticed } from '#kernel/failures/already-logged.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { isTransient } from '#kernel/failures/transient.ts'

/** Work that goes on until stopped. */
export interface Pump {
  /** There may be something to do now. */
  wake(): void
  /** Ends after the step under way. */
  stop(): Promise<void>
}

/** Looks after a wake that found nothing yet: an event is seen once every older transaction has ended. */
const LOOKS = [4, 8, 16, 32, 64]
const FAILED_AT_MOST = 5_000
/** While there is work again and again the pause grows to so many times the first. */
const PACE_GROWS_TO = 4
/** Failures in a row, some three seconds, that a neighbour or an engine may take to come up before it is worth a word. */
const PASSING = 4
/** Someone else is at it: they may stop at any time. */
const BUSY_AT_MOST = 500

/**
 * Calls `step` again and again while it finds work; when it finds none, sleeps until woken or for `idle` milliseconds.
 * `pace` milliseconds pass between steps, so that events gather instead of costing a transaction each, and up to four
 * times that while every step finds some: whoever comes now and then is not kept waiting, and a storm costs few steps. No
 * pause follows a step that did `full` things: there are surely more.
 * `step` answers how many things it did, or `busy` when someone else is at it. An error is waited out, and
 * logged: one of ours at once, one that passes by itself when it has not after a few tries.
 */
export const pump = (
  name: string,
  given: {
    readonly runtime: Runtime
    readonly logger: Logger
    readonly idle: number
    readonly pace?: number
    readonly full?: number
  },
  step: () => Promise<number | 'busy'>,
): Pump => {
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
    let look = 0
    let inARow = 0
    while (!stopped) {
      try {
        const done = await step()
        if (warned) logger.info({ pump: name, failures }, 'A pump works again')
        failures = 0
        warned = false
        if (done !== 0) {
          look = 0
          if (done === 'busy') await sleep(Math.min(idle, BUSY_AT_MOST), false)
          else if (pace && done < full) await sleep(pace * Math.min(2 ** inARow++, PACE_GROWS_TO), false)
          continue
        }
        inARow = 0
        if (woken) look = 0
        woken = false
        // Between short looks it will see by itself what it is woken for; only the long sleep is cut short.
        const short = LOOKS[look++]
        await sleep(short ?? untilBeat(runtime, idle), short === undefined)
      } catch (error) {
        failures++
        // Of an outage that is in the log it says nothing more: there are some fifty of them.
        if (!warned && !isNoticed(error) && (failures >= PASSING || !isTransient(error))) {
          logger.warn({ err: error, pump: name }, 'A pump failed and will try again')
          warned = true
        }
        await sleep(Math.min(FAILED_AT_MOST, 100 * 2 ** failures), false)
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
