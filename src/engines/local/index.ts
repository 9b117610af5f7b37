import type { LocalEngine, StartEngine } from './engine.ts'

/** An engine that can be started on this machine. */
export interface Starter {
  /** The setting that tells the shop its address. */
  readonly setting: string
  /** The port it is looked for at. */
  readonly port: number
  readonly start: (given: StartEngine) => Promise<LocalEngine>
}

/** The engines a cluster stands on besides PostgreSQL; each is loaded when it is started. */
export const starters = {
  redis: {
    setting: 'REDIS_URL',
    port: 6379,
    start: async (given) => (await import('./redis.ts')).startRedis(given),
  },
  kafka: {
    setting: 'KAFKA_BROKERS',
    port: 9092,
    start: async (given) => (await import('./kafka.ts')).startKafka(given),
  },
  opensearch: {
    setting: 'OPENSEARCH_URL',
    port: 9200,
    start: async (given) => (await import('./opensearch.ts')).startOpenSearch(given),
  },
  zipkin: {
    setting: 'ZIPKIN_URL',
    port: 9411,
    start: async (given) => (await import('./zipkin.ts')).startZipkin(given),
  },
} as const satisfies Readonly<Record<string, Starter>>

export type EngineName = keyof typeof starters
