import type { LocalEndpoint } from '#kernel/call.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'

/** A service in a host, as far as health, metrics and reports read it. */
export interface ObservedService {
  readonly definition: Pick<ServiceDefinition, 'contract' | 'consumes'>
  readonly endpoint: Pick<LocalEndpoint, 'batches'>
  readonly db: Pick<PostgresDatabase, 'query' | 'server' | 'stats'>
}

/** Messages of a source that a consumer's group has yet to read from Kafka. */
export interface KafkaLag {
  readonly service: string
  readonly consumer: string
  readonly source: string
  readonly messages: number
}

/** A host, as far as health, metrics and reports read it. */
export interface ObservedHost {
  readonly services: readonly ObservedService[]
  /** Where a service's log of events is read. */
  readonly logOf: LogOf
  /** Lag of the consumer groups of this process; empty where events do not travel by Kafka. */
  readonly kafkaLags: () => readonly KafkaLag[]
}
