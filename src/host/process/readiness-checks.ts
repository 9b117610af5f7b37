import type { Checks } from '#src/observability/health/health.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import type { ClockWatch } from '#src/observability/health/clock-skew.ts'
import type { Host } from './host.ts'

/** Readiness checks by name. Required: the databases and a clock
 * that is about right. Everything else is optional. */
export const checksOf = (
  { services }: Host,
  redis: RedisStore | undefined,
  kafka: Kafka | undefined,
  clock: ClockWatch,
): Checks => ({
  ...Object.fromEntries(
    services.map(({ definition, db }) => [
      `database of ${definition.contract.name}`,
      () => db.query({ text: 'SELECT 1', values: [] }),
    ]),
  ),
  clock: clock.check,
  ...(redis && { redis: { spare: () => redis.client.ping() } }),
  // While Kafka is unavailable events wait in the outbox.
  ...(kafka && { kafka: { spare: kafka.answers } }),
  ...Object.fromEntries(
    services.flatMap(({ built }) =>
      Object.entries(built.spares ?? {}).map(([name, spare]) => [name, { spare }] as const),
    ),
  ),
})
