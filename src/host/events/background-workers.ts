import type { Logger } from 'pino'
import { systemContext } from '#kernel/call.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import { inBackground } from '#kernel/tracing/tracing.ts'
import { BATCH, readersOf, type ConsumerTools } from '#engines/postgres/events/consume.ts'
import { pruneInbox, pruneOutbox } from '#engines/postgres/events/log-store.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'
import { logTail } from '#engines/postgres/events/log-tail.ts'
import { pollLoop, type PollLoop } from '#kernel/process/poll-loop.ts'
import { retryDue } from '#engines/postgres/events/retry.ts'
import type { RunningService } from '../process/host.ts'
import type { KafkaWorkers } from './kafka-workers.ts'
import { watchEventLogs } from './log-watcher.ts'
import type { EventSignals } from './event-signals.ts'

/** Milliseconds between polls of a reader without a signal: only a safety net. */
const LOG_POLL = 5_000
/** Milliseconds between two batches of one consumer at first: events gather meanwhile. */
const CONSUMER_PACE = 25
const RETRY_POLL = 500
const PRUNE_POLL = 60_000
const DAY = 86_400_000
/** Retention of events and of inbox entries: longer than any consumer may be stopped. */
const KEPT_DAYS = 14

/** Starts the background work of the services of a host: consumers, retries of events set aside, sweeps, pruning. */
export const startBackgroundWorkers = (
  running: readonly RunningService[],
  given: {
    logOf: LogOf
    runtime: Runtime
    log: Logger
    signals: EventSignals
    tracer: Tracer
    /** Events travel by Kafka instead of being read from the log. */
    carried?: KafkaWorkers | undefined
  },
): PollLoop[] => {
  const { logOf, runtime, log, signals, tracer, carried } = given
  const tail = logTail(logOf)
  const workers = running.flatMap((service) => {
    const { definition, db, built } = service
    const { name } = definition.contract
    const logger = log.child({ service: name })
    const tools: ConsumerTools = { service: name, db: db.background, log: tail, runtime, logger, tracer }
    const consumers = built.consumers ?? []

    const readLogs = (): PollLoop[] =>
      consumers.flatMap((each) =>
        readersOf(tools, each).map((reader) => {
          const reads = pollLoop(
            `${name}.${each.name}`,
            { runtime, logger, idle: LOG_POLL, pace: CONSUMER_PACE, full: BATCH },
            reader.step,
          )
          signals.on(reader.source, reads.wake)
          return reads
        }),
      )
    const reading = carried ? carried.workersOf(service) : readLogs()
    const retrying =
      consumers.length > 0
        ? [pollLoop(`${name}.retry`, { runtime, logger, idle: RETRY_POLL }, () => retryDue(tools, consumers))]
        : []
    const sweeping = (built.sweeps ?? []).map((each) =>
      pollLoop(`${name}.${each.name}`, { runtime, logger, idle: each.every, ...each.gathers }, () =>
        inBackground(tracer, `${name}.${each.name}`, systemContext(name, runtime), () => each.run(runtime.now())),
      ),
    )
    const kept = definition.emits.filter((each) => each.kept).map((each) => each.name)
    const pruning = pollLoop(`${name}.prune`, { runtime, logger, idle: PRUNE_POLL }, async () => {
      const before = runtime.now() - KEPT_DAYS * DAY
      return (await pruneInbox(db, before)) + (await pruneOutbox(db, before, kept, carried?.topicOf(name)))
    })
    return [...reading, ...retrying, ...sweeping, pruning]
  })
  return [...workers, watchEventLogs(logOf, signals, { runtime, logger: log })]
}
