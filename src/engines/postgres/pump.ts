import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'

/** Work that goes on until stopped. */
export interface Pump {
  /** There may be something to do now. */
  wake(): void
  /** Ends after the step under way. */
  stop(): Promise<void>
}

/** Looks after a wake that found nothing yet: an event is seen once every older transaction has ended. */
const LOOKS = [1, 2, 4, 8, 16, 32, 64]

/**
 * Calls `step` again and again while it finds work; when it finds none, sleeps until woken or for `idle` milliseconds.
 * `pace` milliseconds pass between steps, so that events gather instead of costing a transaction each.
 * `step` answers how many things it did, or `busy` when someone else is at it. An error is logged and waited out.
 */
export const pump = (
  name: string,
  given: { readonly runtime: Runtime; readonly logger: Logger; readonly idle: number; readonly pace?: number },
  step: () => Promise<number | 'busy'>,
): Pump => {
  const { runtime, logger, idle, pace } = given
  const stopped = new AbortController()
  let woken = false
  let rouse: AbortController | undefined

  const sleep = async (ms: number): Promise<void> => {
    rouse = new AbortController()
    await runtime.sleep(ms, AbortSignal.any([rouse.signal, stopped.signal])).catch(() => {})
    rouse = undefined
  }

  const loop = async (): Promise<void> => {
    let failures = 0
    let look = LOOKS.length
    while (!stopped.signal.aborted) {
      try {
        const done = await step()
        failures = 0
        if (done === 'busy') await sleep(idle)
        else if (done > 0) {
          look = 0
          if (pace) await runtime.sleep(pace, stopped.signal).catch(() => {})
        } else if (woken) {
          woken = false
          look = 0
        } else await sleep(LOOKS[look++] ?? idle)
      } catch (error) {
        if (stopped.signal.aborted) return
        if (failures++ === 0) logger.warn({ err: error, pump: name }, 'A pump failed and will try again')
        await sleep(Math.min(5_000, 100 * 2 ** failures))
      }
    }
  }
  const running = loop()

  return {
    wake: () => {
      woken = true
      // While it looks at short intervals it will see by itself; only a long sleep is cut short.
      rouse?.abort()
    },
    stop: async () => {
      stopped.abort()
      await running
    },
  }
}
