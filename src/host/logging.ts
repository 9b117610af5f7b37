import { destination, pino, stdSerializers, type DestinationStream, type Logger, type SerializedError } from 'pino'
import type { LogLevel } from '#kernel/report.ts'

/** What PostgreSQL adds to an error: the row and the values at fault. A row holds what people told us; a log must not. */
const telling = ['detail', 'where', 'internalQuery', 'parameters'] as const

const withoutRows = (error: SerializedError): SerializedError => {
  for (const member of telling) delete error[member]
  for (const each of error.aggregateErrors ?? []) withoutRows(each)
  return error
}

const told = (thrown: unknown): unknown =>
  thrown instanceof Error ? withoutRows(stdSerializers.err(thrown)) : stdSerializers.err(thrown as Error)

/** The shop's log: JSON lines, with errors told in full but for the rows they met. */
export const makeLog = (level: string, to: DestinationStream = destination(1)): Logger => {
  const children = new Set<Logger>()
  const log: Logger = pino(
    { level, base: null, serializers: { err: told }, onChild: (child) => void children.add(child as Logger) },
    to,
  )
  childrenOf.set(log, children)
  return log
}

/** Parts of a shop log through children of its log, made once at the start. */
const childrenOf = new WeakMap<Logger, Set<Logger>>()

/** Says how much is logged from now on, by the log and its children; those with a level of their own keep it. Answers what it was. */
export const setLogLevel = (log: Logger, level: LogLevel): LogLevel => {
  const before = log.level as LogLevel
  for (const each of childrenOf.get(log) ?? []) if (each.level === before) each.level = level
  log.level = level
  return before
}
