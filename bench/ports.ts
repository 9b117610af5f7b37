import { isFree } from '#tools/engines/ports.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** First of `count` ports in a row on which nobody listens, away from those the system hands out by itself. */
export const freePorts = async (count: number, runtime: Runtime): Promise<number> => {
  for (;;) {
    const first = 12_000 + (Buffer.from(runtime.random(4)).readUInt32LE() % 18_000)
    const free = await Promise.all(Array.from({ length: count }, (_, n) => isFree(first + n)))
    if (free.every(Boolean)) return first
  }
}
