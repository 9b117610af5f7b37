import type { Logger } from 'pino'
import type { CacheOf } from '#kernel/cache.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { RedisStore } from '../redis/connection.ts'
import { type Bus, channelOf, openBus, wordsOf } from './invalidation-bus.ts'
import type { Counts } from './cache-metrics.ts'
import { decode, encode, gone, MAX_BYTES, newToken, poison, TOKEN_LENGTH } from './entry.ts'
import { AWAY, linkTo, together } from './redis-link.ts'

/** Milliseconds the mark of what was let go of stays: an answer takes less to be made. */
const GONE_FOR = 30_000
const LONGEST_LOAD = 20_000
/** Times remembered that something could not be let go of; the oldest need it least, for the bound is near. */
const MISSED_AT_MOST = 10_000
const WARN_EVERY = 10_000
/** Milliseconds in which what was sent has arrived, if it arrives at all. */
const UNDER_WAY = 10
/** What Redis says of the life of an entry that has no end. */
const FOR_EVER = -1

/** Stores an answer only where nothing has changed since it began to be made. */
const STORE = `if redis.call('GETRANGE', KEYS[1], 0, ${TOKEN_LENGTH - 1}) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3]) return 1 end return 0`

/** What was found under a key before an answer is made: needed to store it. */
export interface Seen {
  readonly token: string
  /** Redis's clock, epoch milliseconds. */
  readonly at: number
  /** Ours. */
  readonly asked: number
}

/** An answer that is shared. */
export interface SharedAnswer<V> {
  readonly answer: V
  readonly token: string
  /** Milliseconds it has yet to live. */
  readonly left: number
}

export interface Shared {
  /**
   * Looks a key up. `life` tells how long an answer may be stored, in milliseconds. `known` is the token of the answer in memory, which is then not sent again: `same` says that it is
   * still the one. Undefined when Redis is away.
   */
  find<V>(
    of: CacheOf<V>,
    key: string,
    counts: Counts,
    life: (answer: V) => number,
    known?: string,
  ): Promise<(Seen & { readonly found?: SharedAnswer<V>; readonly same?: number }) | undefined>
  /** Whether an entry is still there under its key. */
  still<V>(of: CacheOf<V>, key: string, token: string): Promise<boolean>
  /** Stores an answer that was made after `seen`, for `life` milliseconds from then. Answers its token if it was stored. */
  store<V>(of: CacheOf<V>, key: string, seen: Seen, answer: V, life: number): Promise<string | undefined>
  /** Lets go of answers; `kept`: other processes keep them without asking, and are told. */
  invalidate(cache: string, keys: readonly string[], publish: boolean): Promise<void>
  /** Begins to hear what other processes let go of; nobody hears who has nothing to let go of. */
  listen(): void
  /** Whether this process hears at once of what others let go of. */
  readonly hears: () => boolean
  /** Since when Redis has been answering this process. */
  readonly since: () => number
  close(): void
}

/** What was let go of. */
interface Forgotten {
  readonly cache: string
  readonly keys: readonly string[]
  readonly publish: boolean
}

/** The level of caches that processes share. `forgotten` is told what other processes let go of. */
export const openShared = (
  store: RedisStore,
  given: {
    readonly runtime: Runtime
    readonly log: Logger
    readonly forgotten: (cache: string, keys: readonly string[]) => void
    readonly deafUntilNow: () => void
  },
): Shared => {
  const { runtime, log } = given
  const missed = new Set<Forgotten>()
  const at = (cache: string, key: string): string => store.key(`cache:${cache}:${key}`)

  const letGo = async (all: readonly Forgotten[]): Promise<void> => {
    const pipeline = store.client.pipeline()
    const mark = gone(newToken(runtime))
    const names = all.flatMap(({ cache, keys }) => keys.map((key) => at(cache, key)))
    for (const name of names) pipeline.set(name, mark, 'PX', GONE_FOR)
    for (const each of all) if (each.publish) pipeline.publish(channelOf(store), wordsOf(each.cache, each.keys))
    const results = await together(pipeline)
    const refused = names.filter((_, n) => results[n]?.[0])
    // A Redis without room for a mark has room for less.
    if (refused.length > 0) await store.client.unlink(refused)
  }
  const link = linkTo(store, runtime, async () => {
    for (const each of missed) {
      await letGo([each])
      missed.delete(each)
    }
  })
  let bus: Bus | undefined

  /** Those who let go of something in the same turn share the way. */
  const sent = async (all: readonly Forgotten[]): Promise<void> => {
    for (const each of all) missed.add(each)
    while (missed.size > MISSED_AT_MOST) missed.delete(missed.values().next().value!)
    if (link.isUp()) {
      const done = await link.ask(() => letGo(all)).catch(() => AWAY)
      if (done !== AWAY) for (const each of all) missed.delete(each)
    } else if (store.ready()) {
      // One that hangs reads this before whatever is asked of it from now on; there is a moment for it to get there.
      await Promise.race([letGo(all).catch(() => {}), runtime.sleep(UNDER_WAY)])
    }
  }
  let gathering: { readonly all: Forgotten[]; readonly done: Promise<void> } | undefined
  const gather = (one: Forgotten): Promise<void> => {
    if (!gathering) {
      const all: Forgotten[] = []
      const done = Promise.resolve().then(() => {
        gathering = undefined
        return sent(all)
      })
      gathering = { all, done }
    }
    gathering.all.push(one)
    return gathering.done
  }

  let warnedAt = -Infinity
  let unreported = 0
  const poisoned = (cache: string, why: string): void => {
    unreported++
    if (runtime.now() - warnedAt < WARN_EVERY) return
    warnedAt = runtime.now()
    log.warn({ cache, why, count: unreported }, 'Dropped an undecodable cache entry in Redis')
    unreported = 0
  }

  const look = async (key: string, bytes: number) => {
    // In this order: an entry that takes the place of another in between is given too short a life, never too long.
    const results = await link.ask((redis) =>
      together(
        redis
          .pipeline()
          .time()
          .pttl(key)
          .getrangeBuffer(key, 0, bytes - 1),
      ),
    )
    if (results === AWAY) return undefined
    const [time, pttl, range] = results
    // Whoever refuses even this, as one that wants a password does, is as good as away.
    if (time![0] || pttl![0]) return undefined
    const [seconds, micros] = time![1] as [number | string, number | string]
    return {
      at: Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000),
      left: Number(pttl![1]),
      bytes: range![0] ? undefined : (range![1] as Buffer),
    }
  }

  return {
    find: async (of, key, counts, life, known) => {
      const asked = runtime.now()
      const name = at(of.name, key)
      let seen = await look(name, known === undefined ? MAX_BYTES + 1 : TOKEN_LENGTH)
      if (seen && known !== undefined) {
        if (seen.left > 0 && seen.bytes?.toString('latin1') === known) {
          counts['redis hit']++
          return { token: known, at: seen.at, asked, same: seen.left }
        }
        seen = await look(name, MAX_BYTES + 1)
      }
      if (!seen) {
        counts['redis away']++
        return undefined
      }
      if (seen.bytes?.length === 0) {
        counts['redis miss']++
        return { token: '', at: seen.at, asked }
      }
      const decoded = seen.bytes ? decode(seen.bytes, of.shape, of.schema) : poison('it is no text')
      const livesTooLong =
        seen.left === FOR_EVER || (decoded.kind === 'answer' && seen.left > Math.ceil(life(decoded.answer)))
      if (decoded.kind === 'poisoned' || livesTooLong) {
        counts['redis poisoned']++
        poisoned(of.name, decoded.kind === 'poisoned' ? decoded.why : 'it would stay for too long')
        const token = newToken(runtime)
        const dropped = await link.ask((redis) => redis.set(name, gone(token), 'PX', GONE_FOR))
        return dropped === AWAY ? undefined : { token, at: seen.at, asked }
      }
      const { token } = decoded
      if (decoded.kind !== 'answer' || seen.left <= 0) {
        counts['redis miss']++
        return { token, at: seen.at, asked }
      }
      counts['redis hit']++
      return { token, at: seen.at, asked, found: { answer: decoded.answer, token, left: seen.left } }
    },
    still: async (of, key, token) => {
      const seen = await look(at(of.name, key), TOKEN_LENGTH)
      return seen?.bytes?.toString('latin1') === token
    },
    store: async (of, key, seen, answer, life) => {
      if (runtime.now() - seen.asked > Math.min(life, LONGEST_LOAD)) return undefined
      const token = newToken(runtime)
      const entry = encode(token, of.shape, answer)
      if (Buffer.byteLength(entry) > MAX_BYTES) return undefined
      // By the clock of Redis and from before the answer was made: a Redis that hangs meanwhile keeps it no longer.
      const until = seen.at + Math.floor(life)
      const stored = await link
        .ask((redis) => redis.eval(STORE, 1, at(of.name, key), seen.token, entry, until))
        // A Redis that is full refuses.
        .catch(() => 0)
      return stored === 1 ? token : undefined
    },
    invalidate: (cache, keys, publish) => (keys.length === 0 ? Promise.resolve() : gather({ cache, keys, publish })),
    listen: () => void (bus ??= openBus(store, link, runtime, given)),
    hears: () => bus?.hears() ?? false,
    since: link.since,
    close: () => {
      bus?.close()
      link.close()
    },
  }
}
