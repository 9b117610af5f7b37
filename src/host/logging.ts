import { destination, pino, stdSerializers, type DestinationStream, type Logger, type SerializedError } from 'pino'

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
export const makeLog = (level: string, to: DestinationStream = destination(1)): Logger =>
  pino({ level, base: null, serializers: { err: told } }, to)
