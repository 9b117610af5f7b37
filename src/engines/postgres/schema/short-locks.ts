import type pg from 'pg'
import { keepAlive } from '#kernel/time/keep-alive.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { watchBlockers } from './blockers.ts'
import type { ConnectionSettings } from '../connection/connection.ts'
import { codeOf } from '../connection/transient-errors.ts'

/** How long a lock is waited for at a time: whoever comes after us waits behind us for as long. */
export const LOCK_TIMEOUT_MS = 1_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000
/** Milliseconds into an attempt until it is looked who holds it up. */
const LOOK_MS = 200

/** Milliseconds after which it is given up, where no setting says. */
const WAIT_TIMEOUT_MS = 300_000

/** Another holds the lock for longer than we wait, or we were chosen to end a deadlock. */
const HELD_UP = new Set(['55P03', '40P01'])

/** What trying again takes. */
export interface LockWait {
  readonly runtime: Runtime
  /** Called with a line about each attempt that was held up. */
  readonly progress: (line: string) => void
  /** Milliseconds after which it is given up. */
  readonly timeoutMs: number
}

/** What was given, and the usual for the rest. */
export const lockWait = (given: Partial<LockWait>): LockWait => ({
  runtime: given.runtime ?? systemRuntime(),
  progress: given.progress ?? (() => {}),
  timeoutMs: given.timeoutMs ?? WAIT_TIMEOUT_MS,
})

const causesOf = (error: unknown): readonly unknown[] =>
  error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error]
const isHeldUp = (error: unknown): boolean => causesOf(error).some((each) => HELD_UP.has(codeOf(each) ?? ''))

/**
 * Does `work` in a transaction of `client` that waits a second at most for each lock. Whatever changes a table queues behind
 * those who read it, and everybody after it queues behind the change: a reader that takes minutes would stop the shop for as
 * long. So a transaction that is held up is rolled back and tried again after a growing pause, in which it holds nothing.
 * `what` names it. Throws CannotStart with who holds it up when it gives up.
 */
export const withShortLocks = async <T>(
  client: pg.Client,
  settings: ConnectionSettings,
  what: string,
  work: () => Promise<T>,
  { runtime, progress, timeoutMs }: LockWait,
): Promise<T> => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const blockers = watchBlockers(settings, rows[0]!.pid)
  const until = runtime.now() + timeoutMs

  const attempt = async (): Promise<T> => {
    await client.query('BEGIN')
    try {
      await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
      const answer = await work()
      await client.query('COMMIT')
      return answer
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    }
  }
  const watched = async (): Promise<T> => {
    const done = new AbortController()
    const watching = (async () => {
      for (;;) {
        await runtime.sleep(LOOK_MS, done.signal)
        await blockers.look()
      }
    })().catch(() => {})
    try {
      return await attempt()
    } finally {
      done.abort()
      await watching
    }
  }
  try {
    return await keepAlive(async () => {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
        try {
          return await watched()
        } catch (error) {
          if (!isHeldUp(error)) throw error
          const by = blockers.seen() ?? 'a lock that another holds'
          if (runtime.now() + pause > until)
            throw new CannotStart(
              `${what} is held up by ${by}; gave up after ${Math.round(timeoutMs / 1_000)} s. ` +
                'Let that end, or end it (SELECT pg_terminate_backend(…)), and start again.',
              { cause: error },
            )
          progress(`${what} is held up by ${by}: trying again in ${Math.round(pause / 1_000)} s`)
          await runtime.sleep(pause)
        }
      }
    })
  } finally {
    await blockers.close()
  }
}
