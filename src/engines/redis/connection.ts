import { exponentialBackOff } from '#kernel/time/back-off.ts'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { redisAddressOf } from './address.ts'
import { hearing, type Hearing } from './subscriptions.ts'
import { markTransient } from '#kernel/failures/transient.ts'

/** Milliseconds a command may take: what lies in Redis must never be waited for longer than doing without it costs. */
const COMMAND_TIMEOUT = 250
/** Whether a command failed by taking longer: Redis, or this process, is busy; nobody said that it is away. */
export const isSlow = (error: unknown): boolean => error instanceof Error && error.message === 'Command timed out'

/** Milliseconds between two tries to reach a Redis that is away, at most. */
const LONGEST_PAUSE = 1_000

/** A Redis that may be away at any time: whoever uses it can do without. */
export interface RedisStore {
  /** For commands. While Redis is away they fail at once; none is kept for later. */
  readonly client: Redis
  /** The key, channel or stream of this shop that is called `name`: several shops may share one Redis. */
  readonly key: (name: string) => string
  /** What kept it away the last time; nothing while it is there. */
  readonly trouble: () => Error | undefined
  /** Resolves once it was reached, or could not be, for the first time. */
  readonly tried: Promise<void>
  /** Whether Redis answers as far as we know. */
  readonly ready: () => boolean
  /** Hears what other processes publish. */
  readonly hear: Hearing['on']
  /** A connection of its own with the same settings, for subscribing; closed with the store. */
  readonly subscriber: () => Redis
  close(): Promise<void>
}

/**
 * Reaches the Redis at `url`, and goes on trying while it is away: opening never fails and never waits. `name` is shown
 * in Redis's list of clients; `prefix` begins every key.
 */
export const openRedis = (
  url: string,
  {
    name,
    prefix = 'jangteo:',
    log,
    commandTimeout = COMMAND_TIMEOUT,
  }: {
    readonly name: string
    readonly prefix?: string
    readonly log: Pick<Logger, 'info' | 'warn'>
    /** Milliseconds a command may take. */
    readonly commandTimeout?: number
  },
): RedisStore => {
  const connect = (more: object): Redis => {
    const client = new Redis({
      ...redisAddressOf(url),
      connectionName: name,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 2_000,
      retryStrategy: (tries) => exponentialBackOff(tries, { first: 50, longest: LONGEST_PAUSE }),
      ...more,
    })
    let away = false
    client.on('ready', () => {
      if (away) log.info('Redis is back')
      away = false
    })
    // ioredis tells every failed try; one line for each time it goes is enough.
    client.on('error', (error: Error) => {
      if (!away) log.warn({ err: markTransient(error) }, 'Redis is away')
      away = true
    })
    return client
  }
  const client = connect({ commandTimeout })
  let trouble: Error | undefined
  client.on('error', (error: Error) => (trouble = error)).on('ready', () => (trouble = undefined))
  const tried = new Promise<void>((resolve) => {
    for (const event of ['ready', 'error', 'end']) client.once(event, () => resolve())
  })
  const subscribers: Redis[] = []
  const subscriber = (): Redis => {
    const made = connect({ autoResubscribe: true })
    subscribers.push(made)
    return made
  }
  return {
    client,
    trouble: () => trouble,
    tried,
    key: (of) => prefix + of,
    ready: () => client.status === 'ready',
    hear: hearing(subscriber).on,
    subscriber,
    close: async () => {
      for (const each of [client, ...subscribers]) each.disconnect()
    },
  }
}
