import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { headOf, type LogOf } from '#engines/postgres/events/log.ts'
import { isNotThereYet } from '#engines/postgres/connection/transient-errors.ts'
import { pollLoop, type PollLoop } from '#kernel/process/poll-loop.ts'
import type { EventSignals } from './event-signals.ts'

/** Milliseconds between polls: the longest that events of other processes wait. */
const LOOK = 250

/**
 * Looks for events that other processes stored, once for all readers of this process: wakes those of a source whose
 * last event has changed. A source whose schema is not there yet is looked for again.
 */
export const watchEventLogs = (
  logOf: LogOf,
  signals: EventSignals,
  { runtime, logger }: { readonly runtime: Runtime; readonly logger: Logger },
): PollLoop => {
  const heads = new Map<string, string>()
  const look = async (source: string): Promise<void> => {
    const head = await headOf(logOf(source), source)
    const place = head && `${head.xid}:${head.id}`
    if (place === undefined || heads.get(source) === place) return
    heads.set(source, place)
    signals.wake(source)
  }
  return pollLoop('log.watch', { runtime, logger, idle: LOOK }, async () => {
    const looked = await Promise.allSettled(signals.sources().map(look))
    const failed = looked.find((each) => each.status === 'rejected' && !isNotThereYet(each.reason))
    if (failed?.status === 'rejected') throw failed.reason
    return 0
  })
}
