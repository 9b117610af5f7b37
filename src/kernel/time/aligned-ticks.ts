import type { Runtime } from '../runtime.ts'

/** Milliseconds between two ticks. */
const TICK = 250

const firsts = new WeakMap<Runtime, number>()

/**
 * Milliseconds to sleep, at most `ms`, so that all periodic work of a process wakes at the same tick: its queries leave in
 * one packet, and the process wakes once for all of them. Sleeps shorter than two ticks are not aligned. Processes that
 * started at different moments tick at different moments.
 */
export const untilTick = (runtime: Runtime, ms: number): number => {
  if (ms < 2 * TICK) return ms
  const now = runtime.now()
  let first = firsts.get(runtime)
  if (first === undefined) firsts.set(runtime, (first = now))
  // After the clock was put back the remainder would be negative.
  const past = (((now + ms - first) % TICK) + TICK) % TICK
  return ms - past
}
