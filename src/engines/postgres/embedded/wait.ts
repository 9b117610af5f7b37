import { MessageChannel } from 'node:worker_threads'
import type { Runtime } from '#kernel/runtime.ts'

const STEP_MS = 10

/**
 * Asks `check` every `step` milliseconds (10 unless told) until it answers something other than undefined, for about `ms` milliseconds; then answers
 * undefined. The process stays alive meanwhile, although a runtime's sleep alone would let it end.
 */
export const waitFor = async <T>(
  runtime: Runtime,
  ms: number,
  check: () => Promise<T | undefined> | T | undefined,
  step = STEP_MS,
): Promise<T | undefined> => {
  const { port1 } = new MessageChannel()
  port1.ref()
  try {
    for (let waited = 0; ; waited += step) {
      const answer = await check()
      if (answer !== undefined) return answer
      if (waited >= ms) return undefined
      await runtime.sleep(step)
    }
  } finally {
    port1.close()
  }
}
