import type { Redis } from 'ioredis'
import type { RedisStore } from './connection.ts'

/** Hears what others publish, on one connection for the whole process. While Redis is away nothing is heard. */
export interface Hearing {
  /** Calls `heard` with each message on the channel, until the function it answers is called. */
  on(channel: string, heard: (message: string) => void): () => void
}

/** `connect` makes the connection, when somebody first listens. */
export const hearing = (connect: () => Redis): Hearing => {
  const listeners = new Map<string, Set<(message: string) => void>>()
  let connection: Redis | undefined

  // A try that fails is made again when Redis is back: there is nobody to tell meanwhile.
  const subscribe = (channels: readonly string[]): void => {
    if (connection?.status === 'ready' && channels.length > 0) connection.subscribe(...channels).catch(() => {})
  }
  const open = (): void => {
    if (connection) return
    connection = connect()
    connection.on('ready', () => subscribe([...listeners.keys()]))
    connection.on('message', (channel: string, message: string) => {
      for (const each of listeners.get(channel) ?? []) each(message)
    })
  }

  return {
    on: (channel, heard) => {
      const known = listeners.get(channel)
      if (known) known.add(heard)
      else listeners.set(channel, new Set([heard]))
      open()
      if (!known) subscribe([channel])
      return () => void listeners.get(channel)?.delete(heard)
    },
  }
}

/** News that processes of a shop tell each other on a channel. While Redis is away they are lost. */
export const spreadBy = (redis: RedisStore, channel: string) => ({
  tell: (news: string): void => void redis.client.publish(redis.key(channel), news).catch(() => {}),
  hear: (heard: (news: string) => void): void => void redis.hear(redis.key(channel), heard),
})
