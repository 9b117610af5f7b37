import { type Runtime, systemRuntime } from '#kernel/runtime.ts'

/** A runtime whose clock a test sets. It goes on with real time from wherever it is put. */
export interface SteerableRuntime extends Runtime {
  /** Moves the clock on by milliseconds. */
  advance(ms: number): void
}

export const steerableRuntime = (): SteerableRuntime => {
  let ahead = 0
  const runtime = systemRuntime({ now: () => Date.now() + ahead })
  return { ...runtime, advance: (ms) => void (ahead += ms) }
}
