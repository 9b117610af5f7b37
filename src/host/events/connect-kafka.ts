import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { hungUp, kafkaSecurity, refusalBy } from './kafka-security.ts'
import { waitForDependency } from '../stores/wait-for-dependency.ts'

/**
 * Reaches Kafka, where it is set and this process runs services, and makes the topics of all services of the shop:
 * whichever host comes first. Waits for brokers that are not there yet, and gives up with a reason: at once where waiting
 * would not help, as with a wrong password. Throws CannotStart.
 */
export const connectKafka = async (
  settings: ProcessSettings,
  given: {
    readonly shop: readonly ServiceDefinition<any>[]
    readonly runs: { readonly services: readonly ServiceDefinition<any>[] }
    readonly runtime: Runtime
    readonly progress: (line: string) => void
    readonly log: Logger
  },
): Promise<Kafka | undefined> => {
  const { shop, runs, runtime, progress, log } = given
  if (settings.KAFKA_BROKERS === '' || runs.services.length === 0) return undefined
  const security = kafkaSecurity(settings)
  const { openKafka } = await import('#engines/kafka/connect.ts')
  const { isHungUp, Refused } = await import('#engines/kafka/errors.ts')
  const kafka = openKafka({
    brokers: settings.KAFKA_BROKERS.split(','),
    security,
    prefix: settings.KAFKA_PREFIX,
    partitions: settings.KAFKA_PARTITIONS,
    replicas: settings.KAFKA_REPLICAS,
    name: 'jangteo',
    log,
  })
  const topics = shop
    .filter((each) => each.emits.length > 0)
    .map((each) => ({
      source: each.contract.name as string,
      retained: each.emits.some((event) => event.kept === true),
    }))
  const prepare = async (): Promise<void> => {
    try {
      await kafka.prepare(topics)
    } catch (error) {
      throw error instanceof Refused ? refusalBy(settings, error) : isHungUp(error) ? hungUp(settings) : error
    }
  }
  await waitForDependency(`Kafka at ${settings.KAFKA_BROKERS} (KAFKA_BROKERS)`, prepare, {
    runtime,
    progress,
    timeoutMs: settings.JANGTEO_START_PATIENCE * 1_000,
  })
  return kafka
}
