/** Errors of the client hold others: an aggregate its parts, one that was wrapped its cause. */
function* within(error: unknown): Generator<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null) return
  yield error as Record<string, unknown>
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  yield* within(cause)
  if (Array.isArray(errors)) for (const each of errors) yield* within(each)
}

const hasApiId = (error: unknown, ids: ReadonlySet<string>): boolean =>
  within(error).some((each) => ids.has(String(each['apiId'])))

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
const EXISTS = new Set(['TOPIC_ALREADY_EXISTS'])
const UNKNOWN = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'])
const OUT_OF_RANGE = new Set(['OFFSET_OUT_OF_RANGE'])

/** The brokers take no message of this size. */
export const isTooLarge = (error: unknown): boolean => hasApiId(error, TOO_LARGE)

/** A topic of this name is there already. */
export const isThere = (error: unknown): boolean => hasApiId(error, EXISTS)

/** There is no such topic: the brokers say so, or the client by itself. */
export const isUnknownTopic = (error: unknown): boolean =>
  hasApiId(error, UNKNOWN) || within(error).some((each) => String(each['message']).startsWith('Unknown topic'))

/** The place we wanted to read from is not (or no longer) in the topic. */
export const isOutOfRange = (error: unknown): boolean => hasApiId(error, OUT_OF_RANGE)

/** The innermost message, which says most. */
export const causeOf = (error: unknown): string => {
  const told = [...within(error)]
    .map((each) => each['message'])
    .filter((each) => typeof each === 'string' && each !== '')
  return (told.at(-1) as string | undefined) ?? String(error)
}

/** The error in a line: the client's own tell the same a dozen times. Others stay as they are. */
export const inShort = (error: unknown): unknown =>
  String((error as { code?: unknown } | null)?.code).startsWith('PLT_KFK')
    ? new Error(`Kafka: ${causeOf(error)}`)
    : error
