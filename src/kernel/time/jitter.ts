import type { Runtime } from '../runtime.ts'

/** A number from 0 to 1 by chance: spreads what would else happen all at once. */
export const jitter = (runtime: Runtime): number => {
  const [a, b] = runtime.random(2)
  return (a! * 256 + b!) / 65_536
}
