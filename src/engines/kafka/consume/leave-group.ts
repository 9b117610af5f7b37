import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { inShort } from '../errors.ts'

/** Milliseconds after which a client that could not leave its group tries again. */
const AGAIN = 500

/**
 * Ends a client for good. A coordinator that has just come back may refuse to let it go; left at that, the client would
 * go on saying that it is alive, or even join anew, and keep partitions that nobody reads. Tries until it is let go, or
 * once more where `signal` says that the process ends.
 */
export const endClient = async (
  client: { close(force: boolean): Promise<void> },
  given: { readonly runtime: Runtime; readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> => {
  const { runtime, logger, signal } = given
  for (;;) {
    const last = signal.aborted
    try {
      return await client.close(true)
    } catch (error) {
      logger.debug({ err: inShort(error) }, 'A client of Kafka was not let go by its group')
      if (last) return
      await runtime.sleep(AGAIN, signal).catch(() => {})
    }
  }
}
