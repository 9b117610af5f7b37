import type { Starter } from './set.ts'

/**
 * The engines that can be started on this machine without being told more; each is loaded when it is started. The port
 * is the one it is looked for at.
 */
export const starters = {
  redis: { port: 6379, start: async (given) => (await import('./redis.ts')).startRedis(given) },
  kafka: { port: 9092, start: async (given) => (await import('./kafka.ts')).startKafka(given) },
  opensearch: { port: 9200, start: async (given) => (await import('./opensearch.ts')).startOpenSearch(given) },
  zipkin: { port: 9411, start: async (given) => (await import('./zipkin.ts')).startZipkin(given) },
} as const satisfies Readonly<Record<string, Starter>>

export type EngineName = keyof typeof starters

/** The setting that tells the shop an engine's address. */
export const SETTING = {
  redis: 'REDIS_URL',
  kafka: 'KAFKA_BROKERS',
  opensearch: 'OPENSEARCH_URL',
  zipkin: 'ZIPKIN_URL',
} as const satisfies Readonly<Record<EngineName, string>>

export const isEngine = (name: string): name is EngineName => name in starters
