import { keepAlive } from '#kernel/time/keep-alive.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Milliseconds between two attempts. */
const RETRY_INTERVAL = 250

/** SQLSTATEs that waiting does not mend: the server is there and knows no such role, password or database. */
const FINAL = new Set(['28P01', '28000', '3D000'])

const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string }
  return message || code || String(error)
}

/**
 * Retries until the attempt succeeds, for at most `timeoutMs` milliseconds: an engine may start later than the host. Reports
 * once what it waits for and why. Throws CannotStart with the last reason when the time is over, or at once for errors that
 * waiting does not mend. Keeps the process alive meanwhile.
 */
export const waitForDependency = async <T>(
  what: string,
  attempt: () => Promise<T>,
  given: { readonly runtime: Runtime; readonly progress: (line: string) => void; readonly timeoutMs: number },
): Promise<T> => {
  const { runtime, progress, timeoutMs } = given
  const until = runtime.now() + timeoutMs
  return keepAlive(async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt()
      } catch (error) {
        if (error instanceof CannotStart) throw error
        const reason = reasonOf(error)
        if (runtime.now() >= until || FINAL.has((error as { code?: string }).code ?? ''))
          throw new CannotStart(
            `${what[0]!.toUpperCase()}${what.slice(1)} cannot be reached: ${reason}.${tries > 1 ? ` Gave up after ${Math.round(timeoutMs / 1_000)} s.` : ''}`,
          )
        if (tries === 1) progress(`Waiting for ${what} (${reason})`)
      }
      await runtime.sleep(RETRY_INTERVAL)
    }
  })
}
