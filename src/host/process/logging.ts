import {
  destination,
  pino,
  stdSerializers,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  type SerializedError,
} from 'pino'
import { currentContext } from '#kernel/context.ts'
import { isLogged } from '#kernel/failures/already-logged.ts'
import type { LogLevel } from '#kernel/reports/host-report.ts'
import { isTransient } from '#kernel/failures/transient.ts'

/** What PostgreSQL adds to an error: the row and the values at fault. A row holds personal data; a log must not. */
const PERSONAL = ['detail', 'where', 'internalQuery', 'parameters'] as const

const withoutRows = (error: SerializedError): SerializedError => {
  for (const member of PERSONAL) delete error[member]
  for (const each of error.aggregateErrors ?? []) withoutRows(each)
  return error
}

/** Error codes of the system and of HTTP clients for an unreachable peer: their stacks show frames of Node.js only. */
const OF_NETWORK = /^(E(CONN\w+|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|UND_ERR_\w+)$/

const isOfNetwork = (error: unknown): boolean => {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown }
  if (typeof code === 'string' && OF_NETWORK.test(code)) return true
  return (
    (cause !== undefined && cause !== error && isOfNetwork(cause)) ||
    (Array.isArray(errors) && errors.some(isOfNetwork))
  )
}

/** Stacks are logged for errors that need a person; transient errors are logged without. */
const withoutStack = (error: Partial<SerializedError>): Partial<SerializedError> => {
  delete error.stack
  for (const each of error.aggregateErrors ?? []) withoutStack(each)
  return error
}

const serializeError = (thrown: unknown): unknown => {
  if (!(thrown instanceof Error)) return stdSerializers.err(thrown as Error)
  const error = withoutRows(stdSerializers.err(thrown))
  return isTransient(thrown) || isOfNetwork(thrown) ? withoutStack(error) : error
}

/**
 * An outage is one warning when it begins. What others meant to warn of because of it repeats that line, a hundred times
 * over: it goes to debug. Errors stay what they are, because they say what came of it.
 */
const onceAnOutage: NonNullable<LoggerOptions['hooks']>['logMethod'] = function (given, method, level) {
  const [facts] = given as unknown as [unknown]
  const err = typeof facts === 'object' && facts !== null && 'err' in facts ? facts.err : undefined
  if (level === this.levels.values['warn'] && err !== undefined && isLogged(err)) this.debug(...given)
  else method.apply(this, given)
}

/** Which request a line belongs to, and which trace, where one is under way. */
const belonging = (): object => {
  const context = currentContext()
  if (!context) return {}
  const { requestId, span } = context
  return { requestId, ...(span && { traceId: span.traceId }) }
}

/** The log of each service, made from that of the whole. */
const parts = new WeakMap<object, Map<string, Logger[]>>()

/** The shop's log: JSON lines; errors in full, without the rows they concern. */
export const makeLog = (level: string, to: DestinationStream = destination(1)): Logger => {
  const services = new Map<string, Logger[]>()
  const log = pino(
    {
      level,
      base: null,
      serializers: { err: serializeError },
      mixin: belonging,
      hooks: { logMethod: onceAnOutage },
      onChild: (child) => {
        const { service } = child.bindings()
        if (typeof service === 'string') services.set(service, [...(services.get(service) ?? []), child as Logger])
      },
    },
    to,
  )
  parts.set(log, services)
  return log
}

/**
 * Says how much is logged from now on: by one service of the process, or by all of it. Services with a level of their own
 * keep it when that of all is set. Answers what it was; nothing when there is no such service here.
 */
export const setLogLevel = (log: Logger, level: LogLevel, service?: string): LogLevel | undefined => {
  const services = parts.get(log) ?? new Map<string, Logger[]>()
  const its = service === undefined ? [log, ...[...services.values()].flat()] : (services.get(service) ?? [])
  const before = its[0]?.level as LogLevel | undefined
  for (const each of its) if (service !== undefined || each.level === before) each.level = level
  return before
}

/** How much is logged by the process, and by each of its services. */
export const logLevels = (
  log: Logger,
): { readonly level: LogLevel; readonly services: Readonly<Record<string, LogLevel>> } => ({
  level: log.level as LogLevel,
  services: Object.fromEntries(
    [...(parts.get(log) ?? new Map<string, Logger[]>())].map(([name, its]) => [name, its[0]!.level as LogLevel]),
  ),
})
