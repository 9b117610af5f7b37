import { awake } from '#kernel/time/keep-alive.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Milliseconds between two tries. */
const AGAIN = 250

/** What waiting does not mend: the server is there and knows no such role, password or database. */
const FINAL = new Set(['28P01', '28000', '3D000'])

const reasonOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string }
  return message || code || String(error)
}

/**
 * Tries until it works, for `ms` milliseconds: an engine may start later than we do. Says once what it waits for and
 * why; throws CannotStart with the last reason when it gives up,
 * or at once when waiting would not help. The process stays alive meanwhile.
 */
export const patiently = async <T>(
  what: string,
  attempt: () => Promise<T>,
  given: { readonly runtime: Runtime; readonly progress: (line: string) => void; readonly ms: number },
): Promise<T> => {
  const { runtime, progress, ms } = given
  const until = runtime.now() + ms
  return awake(async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt()
      } catch (error) {
        if (error instanceof CannotStart) throw error
        const reason = reasonOf(error)
        if (runtime.now() >= until || FINAL.has((error as { code?: string }).code ?? ''))
          throw new CannotStart(
            `${what[0]!.toUpperCase()}${what.slice(1)} cannot be reached: ${reason}.${tries > 1 ? ` Gave up after ${Math.round(ms / 1_000)} s.` : ''}`,
          )
        if (tries === 1) progress(`Waiting for ${what} (${reason})`)
      }
      await runtime.sleep(AGAIN)
    }
  })
}
