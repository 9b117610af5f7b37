import type { ChainableCommander, Redis } from 'ioredis'
import type { Runtime } from '#kernel/runtime.ts'
import { deadlineWatcherOf } from '#kernel/time/deadline-watcher.ts'
import type { RedisStore } from '../redis/connection.ts'

/** Milliseconds a command to Redis is waited for; with the looks of `deadlineWatcherOf` nobody waits more than 100 longer. */
const COMMAND_TIMEOUT = 60
/** Milliseconds between two looks whether it is back. */
const LOOK = 200

/** Redis did not answer in time, or is not connected. */
export const AWAY = Symbol('away')

/** What a process has to do with a Redis that may hang, die and come back. */
export interface Link {
  /** Does something with it; AWAY as soon as that cannot be, at once while it is known to be away. Its own refusals rise. */
  ask<T>(work: (redis: Redis) => Promise<T>): Promise<T | typeof AWAY>
  /** Whether it answered last time. */
  readonly isUp: () => boolean
  /** Since when it has been answering, by our clock: what was stored before may have missed that it was let go of. */
  readonly since: () => number
  close(): void
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ReplyError' && !/^(LOADING|MASTERDOWN|CLUSTERDOWN)/.test(error.message)

/** Sends commands together. What Redis refuses is in its place among the answers; a connection that fails rejects. */
export const together = async (commands: ChainableCommander): Promise<readonly (readonly [Error | null, any])[]> => {
  const answers = (await commands.exec()) ?? []
  const failed = answers.find(([error]) => error && !isRefusal(error))
  if (failed) throw failed[0]!
  return answers as readonly (readonly [Error | null, any])[]
}

/**
 * Watches over a connection: the first command it does not answer in time is the last it is asked, until a look of ours
 * finds it well again. `back` is done before anybody else asks it.
 */
export const linkTo = (store: RedisStore, runtime: Runtime, back: (redis: Redis) => Promise<unknown>): Link => {
  const waits = deadlineWatcherOf(runtime)
  const closed = new AbortController()
  let up = true
  let since = -Infinity

  const withTimeout = <T>(work: (redis: Redis) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const waiting = {
        deadline: runtime.now() + COMMAND_TIMEOUT,
        // An answer that has come while this process was busy is taken first.
        expired: () => void setImmediate(() => reject(new Error('Redis did not answer in time'))),
      }
      waits.watch(waiting)
      work(store.client).then(
        (answer) => {
          waits.done(waiting)
          resolve(answer)
        },
        (error: unknown) => {
          waits.done(waiting)
          reject(error as Error)
        },
      )
    })

  const recover = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await runtime.sleep(LOOK, closed.signal).catch(() => {})
      if (closed.signal.aborted || !store.ready()) continue
      try {
        await withTimeout((redis) => redis.ping())
        await withTimeout(back)
      } catch {
        continue
      }
      since = runtime.now()
      up = true
      return
    }
  }

  const lost = (): void => {
    if (!up || closed.signal.aborted) return
    up = false
    void recover()
  }
  // It may be gone and back between two commands of ours, and have forgotten what it was told last.
  store.client.on('close', lost)

  return {
    ask: async (work) => {
      if (!up) return AWAY
      try {
        return await withTimeout(work)
      } catch (error) {
        if (isRefusal(error)) throw error
        lost()
        return AWAY
      }
    },
    isUp: () => up,
    since: () => since,
    close: () => {
      store.client.off('close', lost)
      closed.abort()
    },
  }
}
