import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import { offsetCheckpointOf, type OffsetCheckpoint } from '#engines/kafka/consume/offset-checkpoint.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import { KAFKA_BATCH, kafkaReaderOf } from '#engines/kafka/consume/consume.ts'
import { RELAY_BATCH, relayOf } from '#engines/kafka/relay/relay.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'
import { pollLoop, type PollLoop } from '#kernel/process/poll-loop.ts'
import type { KafkaLag } from '#src/observability/observed-host.ts'
import type { RunningService } from '../process/host.ts'
import type { EventSignals } from './event-signals.ts'

/** Milliseconds between polls of the outbox without a signal of new events. */
const OUTBOX_POLL = 1_000
/** Milliseconds between two runs of a relay or a consumer at first: events gather meanwhile. */
const PACE = 25

/** Milliseconds between two looks at what a group has taken in while it took in nothing. */
const CHECKPOINT_IDLE = 1_000

/** Events that travel by Kafka. */
export interface KafkaWorkers {
  /** What publishes a service's events, and reads those its consumers want. */
  workersOf(service: RunningService): PollLoop[]
  lags(): readonly KafkaLag[]
  /** The topic a service's log is published to. */
  readonly topicOf: (service: string) => string
}

/** A poll loop that closes what it drove once it has stopped. */
const closing = (driving: PollLoop, close: () => Promise<void>, interrupt = (): void => {}): PollLoop => ({
  wake: driving.wake,
  stop: async () => {
    const stopped = driving.stop()
    interrupt()
    await stopped
    await close()
  },
})

/** Background workers that carry the events of a host's services by Kafka: a relay for each service that emits events, a group member for each consumer. */
export const kafkaWorkers = (given: {
  readonly kafka: Kafka
  readonly logOf: LogOf
  readonly runtime: Runtime
  readonly log: Logger
  readonly signals: EventSignals
  readonly tracer: Tracer
}): KafkaWorkers => {
  const { kafka, logOf, runtime, log, signals, tracer } = given
  const allCheckpoints: {
    readonly service: string
    readonly consumer: string
    readonly source: string
    readonly checkpoint: OffsetCheckpoint
  }[] = []

  const publishing = ({ definition, db }: RunningService): PollLoop[] => {
    const { name } = definition.contract
    if (definition.emits.length === 0) return []
    const logger = log.child({ service: name })
    const retained = definition.emits.some((each) => each.kept === true)
    const relay = relayOf({
      service: name,
      retained,
      db: db.background,
      log: logOf(name),
      kafka,
      runtime,
      logger,
      tracer,
    })
    const driving = pollLoop(
      `${name}.relay`,
      { runtime, logger, idle: OUTBOX_POLL, pace: PACE, full: RELAY_BATCH },
      relay.step,
    )
    signals.on(name, driving.wake)
    return [closing(driving, relay.close)]
  }

  const consuming = ({ definition, db, built }: RunningService): PollLoop[] => {
    const { name } = definition.contract
    const logger = log.child({ service: name })
    return (built.consumers ?? []).flatMap((consumer) => {
      const reader = kafkaReaderOf({ service: name, db: db.background, kafka, runtime, logger, tracer }, consumer)
      const noting = reader.sources.map((source) => {
        const checkpoint = offsetCheckpointOf(reader, source, { db: db.background, log: logOf(source), kafka })
        allCheckpoints.push({ service: name, consumer: consumer.name, source, checkpoint })
        const what = `${name}.${consumer.name}.${source}.checkpoint`
        const pace = kafka.checkpointInterval
        return pollLoop(what, { runtime, logger, idle: CHECKPOINT_IDLE, pace, full: Infinity }, checkpoint.step)
      })
      const reading = pollLoop(
        `${name}.${consumer.name}`,
        { runtime, logger, idle: PACE, pace: PACE, full: KAFKA_BATCH },
        async () => {
          const taken = await reader.step()
          if (taken > 0) for (const each of noting) each.wake()
          return taken
        },
      )
      return [...noting, closing(reading, reader.close, reader.member.interrupt)]
    })
  }

  return {
    topicOf: kafka.topicOf,
    workersOf: (service) => [...publishing(service), ...consuming(service)],
    lags: () =>
      allCheckpoints.flatMap(({ service, consumer, source, checkpoint }) => {
        const messages = checkpoint.lag()
        return messages === undefined ? [] : [{ service, consumer, source, messages }]
      }),
  }
}
