import type { OpenCaches } from '#engines/cache/caches.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import type { Telemetry } from '#engines/telemetry/telemetry.ts'
import type { Metrics } from '#src/observability/metrics/metrics.ts'
import {
  registerCacheMetrics,
  registerServiceMetrics,
  registerTraceMetrics,
} from '#src/observability/metrics/service-metrics.ts'
import type { LiveConfig } from '../config/live-config.ts'
import type { Host } from './host.ts'
import type { Remotes } from '../cluster/remote-services.ts'
import { registerConfigMetrics } from '../config/config-metrics.ts'
import { registerRedisMetrics } from '#src/observability/metrics/redis-metrics.ts'
import { registerRemoteMetrics } from '#src/observability/metrics/remote-metrics.ts'

/** Registers the metrics of every part of a process. */
export const registerMetrics = (
  { registry }: Metrics,
  parts: {
    readonly host: Host
    readonly kafka: Kafka | undefined
    readonly redis: RedisStore | undefined
    readonly caches: OpenCaches
    readonly telemetry: Telemetry
    readonly config: LiveConfig
    readonly elsewhere: Remotes | undefined
  },
): void => {
  const { host, kafka, redis, caches, telemetry, config, elsewhere } = parts
  registerServiceMetrics(
    registry,
    host.services.map(({ definition, endpoint, db, built }) => ({
      service: definition.contract.name,
      endpoint,
      db,
      gauges: built.gauges,
      consumers: built.consumers,
      emitsEvents: definition.emits.length > 0,
    })),
    { logOf: host.logOf, ...(kafka && { kafka: { topicOf: kafka.topicOf, lags: host.kafkaLags } }) },
  )
  registerCacheMetrics(registry, caches.counted)
  registerTraceMetrics(registry, telemetry.stats)
  registerConfigMetrics(registry, config.state)
  registerRedisMetrics(registry, redis)
  if (elsewhere) registerRemoteMetrics(registry, elsewhere.all)
}
