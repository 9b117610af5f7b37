import { randomBytes } from 'node:crypto'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { uuidv7 } from './ids.ts'

/**
 * Time, chance and names as one argument. Nothing else in the shop reads a clock, draws a random number or makes an id,
 * so a test steers all three.
 */
export interface Runtime {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number
  /** `size` unpredictable bytes. */
  random(size: number): Uint8Array
  /** A new UUIDv7, ordered by time of making. */
  id(): string
  /** Resolves after `ms` milliseconds of real time; rejects with an AbortError when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

const POOL = 8_192

/** Unpredictable bytes, asked of the system a pool at a time: asking costs more than the bytes. None is given out twice. */
const pooledBytes = (): ((size: number) => Uint8Array) => {
  let pool = randomBytes(POOL)
  let used = 0
  return (size) => {
    if (size > POOL / 8) return randomBytes(size)
    if (used + size > POOL) {
      pool = randomBytes(POOL)
      used = 0
    }
    return pool.subarray(used, (used += size))
  }
}

/** A runtime on the machine's own clock and entropy. `now` and `random` may be replaced. */
export const systemRuntime = (parts: Partial<Pick<Runtime, 'now' | 'random'>> = {}): Runtime => {
  const now = parts.now ?? Date.now
  const random = parts.random ?? pooledBytes()
  return {
    now,
    random,
    id: uuidv7(now, random),
    sleep: (ms, signal) => sleepFor(ms, undefined, { ...(signal && { signal }), ref: false }),
  }
}
