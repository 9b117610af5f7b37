import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { Fault } from '#kernel/fault.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Milliseconds giving back may take. */
const GIVING_BACK = 5_000

/** Whether a callee refused what was asked: nothing was done. Any other error leaves open whether it was. */
export const isRefusal = (error: unknown): boolean => error instanceof Fault && error.status < 500

/** Does the work on the shop's own behalf, whatever is left of the time of the request that failed. */
export const onOwnTime = <T>(runtime: Runtime, work: () => Promise<T>): Promise<T> =>
  withContext(systemContext('order', runtime, GIVING_BACK), work)
