import type { Checks } from '#src/observability/health/health.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import type { RedisStore } from '#engines/redis/connection.ts'
import type { ClockWatch } from '#src/observability/health/clock-skew.ts'
import type { Host } from './host.ts'

/** What a process stands on, by name, for readiness. It cannot do without its databases and a clock
 * that is about right; without the rest it goes on. */
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
  // While it is away events wait in the outbox.
  ...(kafka && { kafka: { spare: kafka.answers } }),
  ...Object.fromEntries(
    services.flatMap(({ built }) =>
      Object.entries(built.spares ?? {}).map(([name, spare]) => [name, { spare }] as const),
    ),
  ),
})
