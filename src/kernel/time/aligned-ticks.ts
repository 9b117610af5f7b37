import type { Runtime } from '../runtime.ts'

/** Milliseconds between two beats. */
const BEAT = 250

const firsts = new WeakMap<Runtime, number>()

/**
 * Milliseconds to sleep for, of about `ms`, so that all of a process who look now and then look in the same moment: what
 * they ask leaves in one packet, and the process wakes once for all of them. Never longer than asked for; short sleeps are
 * as they were asked for. Processes that started at different moments have beats of their own.
 */
export const untilBeat = (runtime: Runtime, ms: number): number => {
  if (ms < 2 * BEAT) return ms
  const now = runtime.now()
  let first = firsts.get(runtime)
  if (first === undefined) firsts.set(runtime, (first = now))
  // A clock that was put back is ahead of no beat.
  const past = (((now + ms - first) % BEAT) + BEAT) % BEAT
  return ms - past
}
