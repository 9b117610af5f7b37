import { exponentialBackOff } from '#kernel/time/back-off.ts'
import { keepAlive } from '../time/keep-alive.ts'
import type { Runtime } from '../runtime.ts'

/** A program that is running: resolves when it ended, with what is known of its end. */
export interface Supervised<E> {
  readonly ended: Promise<E>
}

/** Restarts a program whenever it ends by itself. */
export interface Supervisor<T> {
  /** The run under way, or the last one while it is down. */
  current(): T
  /** Ends the supervision: no restart begins after it, and one under way has settled when it resolves. */
  stop(): Promise<void>
}

/** Milliseconds before the second restart in a row; the first is made at once, and each later pause is twice as long. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 30_000
/** Milliseconds of running after which an end is a new one, not the next of a row. */
const STEADY = 60_000

/** Milliseconds to wait before a restart, after so many restarts in a row. */
export const restartPause = (inARow: number, longest = LONGEST_PAUSE): number =>
  inARow === 0 ? 0 : exponentialBackOff(inARow - 1, { first: FIRST_PAUSE, longest })

/**
 * Supervises a started program: restarts it with growing pauses for as long as it takes, and keeps the process alive
 * meanwhile. `restart` gets a signal that is aborted by `stop`; when it answers nevertheless, its answer is `current`.
 * A program that ends again soon after its restart counts as failing: the pauses go on growing.
 */
export const supervise = <E, T extends Supervised<E>>(
  first: T,
  given: {
    readonly restart: (stopping: AbortSignal) => Promise<T>
    readonly runtime: Runtime
    /** Milliseconds of the longest pause. */
    readonly longest?: number
    /** Called when it ended by itself, when a restart failed for another reason than the last one, and when one succeeded. */
    readonly onEnd?: (end: E) => void
    readonly onFailure?: (error: unknown) => void
    readonly onRestart?: (running: T) => void
  },
): Supervisor<T> => {
  const { restart, runtime, longest, onEnd, onFailure, onRestart } = given
  const stopping = new AbortController()
  const { signal } = stopping
  const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
  let current = first
  let inARow = 0

  const runAgain = async (): Promise<void> => {
    let reason: string | undefined
    while (!signal.aborted) {
      await runtime.sleep(restartPause(inARow++, longest), signal).catch(() => {})
      if (signal.aborted) return
      try {
        current = await restart(signal)
        if (!signal.aborted) onRestart?.(current)
        return
      } catch (error) {
        if (!signal.aborted && reason !== String(error)) onFailure?.(error)
        reason = String(error)
      }
    }
  }
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      const since = runtime.now()
      const end = await Promise.race([current.ended.then((value) => ({ value })), stopped])
      if (!end || signal.aborted) return
      if (runtime.now() - since >= STEADY) inARow = 0
      onEnd?.(end.value)
      await keepAlive(runAgain)
    }
  }
  const following = follow()

  return {
    current: () => current,
    stop: () => {
      stopping.abort()
      return following
    },
  }
}
