import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { markTransient } from '#kernel/failures/transient.ts'

/** The engine is away, did not answer in time, or was not asked because it is known to be away. */
export class SearchAway extends Error {
  override readonly name = 'SearchAway'
}

/** Whether an engine answers, as far as we know. Requests find out that it is gone; only looks find out that it is back. */
export interface Presence {
  readonly here: () => boolean
  /**
   * Does `work`, which gets a signal to give up, within `ms` milliseconds. Throws SearchAway at once while the engine is
   * away, and also when it goes away meanwhile: one request waits for the deadline, those beside it not even that.
   * Errors of `work` for which `isAway` is true make it away; others pass.
   */
  ask<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** While it is away and it is time: tries `work`, and has it back when that succeeds. Never throws. */
  look(ms: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void>
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 30_000
/** Milliseconds it may stay away before that is worth a word: nobody is refused anything meanwhile. */
const STAYS = 10_000
/** Milliseconds of good answers after which an earlier absence is forgotten. */
const STEADY = 60_000

/**
 * Keeps requests away from an engine that does not answer. The first failure is enough, because doing without it is
 * cheap; the next look comes a quarter of a second later, and each absence soon after another doubles that pause, so that
 * an engine that answers looks but no requests is asked less and less.
 */
export const presence = (given: {
  readonly name: string
  readonly runtime: Runtime
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly isAway: (error: unknown) => boolean
}): Presence => {
  const { name, runtime, log, isAway } = given
  let gone = new AbortController()
  let here = true
  let pause = FIRST_PAUSE / 2
  let changed = -Infinity
  let nextLook = 0
  let why: unknown
  let said = false

  const say = (): void => {
    if (!said) log.warn({ err: markTransient(why) }, `${name} is away`)
    said = true
  }

  const leave = (error: unknown): void => {
    if (!here) return
    here = false
    pause = runtime.now() - changed > STEADY ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 2)
    changed = runtime.now()
    nextLook = changed + pause
    why = error
    // A slow answer or two is no news; that it stays away, or goes again and again, is.
    if (pause > FIRST_PAUSE) say()
    gone.abort()
  }

  const within = async <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const ended = new AbortController()
    const late = runtime.sleep(ms, ended.signal).then((): never => {
      throw new SearchAway(`${name} gave no answer within ${ms} ms`)
    })
    const working = work(ended.signal)
    // Whichever comes second has nobody who waits for it.
    late.catch(() => {})
    working.catch(() => {})
    try {
      return await Promise.race([working, late])
    } finally {
      ended.abort()
    }
  }

  return {
    here: () => here,
    ask: async (ms, work) => {
      if (!here) throw new SearchAway(`${name} is away`)
      const { signal } = gone
      let leaves = (): void => {}
      const left = new Promise<never>((_, reject) => {
        leaves = () => reject(new SearchAway(`${name} is away`))
        signal.addEventListener('abort', leaves)
      })
      left.catch(() => {})
      try {
        return await Promise.race([within(ms, work), left])
      } catch (error) {
        if (!(error instanceof SearchAway) && !isAway(error)) throw error
        if (!signal.aborted) leave(error)
        throw error instanceof SearchAway ? error : new SearchAway(`${name} is away`, { cause: error })
      } finally {
        signal.removeEventListener('abort', leaves)
      }
    },
    look: async (ms, work) => {
      if (here || runtime.now() < nextLook) return
      try {
        await within(ms, work)
      } catch {
        if (runtime.now() - changed >= STAYS) say()
        nextLook = runtime.now() + pause
        return
      }
      here = true
      changed = runtime.now()
      gone = new AbortController()
      if (said) log.info(`${name} is back`)
      said = false
    },
  }
}
