import { keepAlive } from '#kernel/time/keep-alive.ts'
import type { Runtime } from '#kernel/runtime.ts'

const STEP_MS = 10

/**
 * Asks `check` every `step` milliseconds (10 unless told, or by the number of looks so far) until it answers something other than undefined, for about `ms` milliseconds; then answers
 * undefined. The process stays alive meanwhile, although a runtime's sleep alone would let it end.
 */
export const waitFor = async <T>(
  runtime: Runtime,
  ms: number,
  check: () => Promise<T | undefined> | T | undefined,
  step: number | ((looks: number) => number) = STEP_MS,
): Promise<T | undefined> =>
  keepAlive(async () => {
    for (let looks = 1, waited = 0; ; looks++) {
      const answer = await check()
      if (answer !== undefined) return answer
      if (waited >= ms) return undefined
      const pause = typeof step === 'number' ? step : step(looks)
      await runtime.sleep(pause)
      waited += pause
    }
  })
