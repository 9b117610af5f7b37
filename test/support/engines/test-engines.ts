import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { openCaches, type OpenCaches } from '#engines/cache/caches.ts'
import { openKafka, type Kafka } from '#engines/kafka/connect.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { engineAddress } from './engines.ts'

/** What a test host stands on besides PostgreSQL, by names of its own on the engines that all tests share. */
export interface TestEngines {
  readonly kafka: Kafka
  readonly caches: OpenCaches
  close(): Promise<void>
}

export const openTestEngines = async (
  services: readonly ServiceDefinition<any>[],
  runtime: Runtime,
  log: Logger,
): Promise<TestEngines> => {
  const own = `t${randomUUID().slice(0, 8)}`
  const kafka = openKafka({
    brokers: [engineAddress('kafka')],
    prefix: `${own}.`,
    partitions: 2,
    replicas: 1,
    name: own,
    // Tests wait for what consumers have taken in again and again.
    checkpointInterval: 20,
    log,
  })
  await kafka.prepare(
    services
      .filter((each) => each.emits.length > 0)
      .map((each) => ({ source: each.contract.name, retained: each.emits.some((event) => event.kept === true) })),
  )
  const redis = openRedis(engineAddress('redis'), { name: own, prefix: `${own}:`, log })
  const caches = openCaches({ runtime, log, redis })
  return {
    kafka,
    caches,
    close: async () => {
      await caches.close()
      await redis.close()
    },
  }
}
