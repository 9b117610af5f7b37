import { untilTick } from '#kernel/time/aligned-ticks.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { RedisStore } from '../redis/connection.ts'
import type { Link } from './redis-link.ts'

/** Milliseconds between two words to ourselves, and after how many without one we take it that we do not hear. */
const EVERY = 1_000
const DEAF = 2_500

/** What processes tell each other of what they let go of. */
export interface Bus {
  /** Whether this process hears it. */
  readonly hears: () => boolean
  close(): void
}

type Words = readonly [cache: string, keys: readonly string[]]

/** The channel it is told on. */
export const channelOf = (store: RedisStore): string => store.key('cache:forgotten')
export const wordsOf = (cache: string, keys: readonly string[]): string => JSON.stringify([cache, keys] satisfies Words)

const read = (text: string): Words | undefined => {
  try {
    const words: unknown = JSON.parse(text)
    if (!Array.isArray(words) || words.length !== 2) return undefined
    const [cache, keys] = words
    const right = typeof cache === 'string' && Array.isArray(keys) && keys.every((each) => typeof each === 'string')
    return right ? [cache, keys] : undefined
  } catch {
    return undefined
  }
}

/**
 * Hears what other processes let go of. That it hears is known from a word of its own that comes back every second;
 * when it begins to hear (again), `deafUntilNow` says that anything may have been missed.
 */
export const openBus = (
  store: RedisStore,
  link: Link,
  runtime: Runtime,
  given: { readonly forgotten: (cache: string, keys: readonly string[]) => void; readonly deafUntilNow: () => void },
): Bus => {
  const channel = channelOf(store)
  const own = store.key(`cache:heard:${runtime.id()}`)
  const closed = new AbortController()
  const subscriber = store.subscriber()
  let until = -Infinity

  const hears = (): boolean => until > runtime.now()
  subscriber.on('ready', () => {
    subscriber.subscribe(channel, own).catch(() => subscriber.disconnect(true))
  })
  subscriber.on('close', () => {
    until = -Infinity
  })
  subscriber.on('message', (from: string, text: string) => {
    if (from === own) {
      if (!hears()) given.deafUntilNow()
      until = runtime.now() + DEAF
      return
    }
    const words = read(text)
    if (words) given.forgotten(...words)
  })

  const follow = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      await link.ask((redis) => redis.publish(own, ''))
      await runtime.sleep(hears() ? untilTick(runtime, EVERY) : EVERY / 10, closed.signal).catch(() => {})
    }
  }
  void follow()

  return {
    hears,
    close: () => {
      closed.abort()
      subscriber.disconnect()
    },
  }
}
