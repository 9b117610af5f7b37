import { markTransient } from '#kernel/failures/transient.ts'

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

/** A broker hung up without a word: it does so to whoever speaks in the clear where TLS is wanted, unnamed or uncertified. */
export const isHungUp = (error: unknown): boolean =>
  within(error).some((each) => /(?:^|: )Connection closed$/.test(String(each['message'])))

/** The innermost message, which says most. */
export const causeOf = (error: unknown): string => {
  const messages = [...within(error)]
    .map((each) => each['message'])
    .filter((each) => typeof each === 'string' && each !== '')
  return (messages.at(-1) as string | undefined) ?? String(error)
}

/** What brokers and we do not agree on: who we are, how one signs in, or whether their certificate is to be believed. */
export type RefusedFor = 'credentials' | 'mechanism' | 'certificate'

/** Brokers are there, and no waiting makes them and us agree. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly by: RefusedFor

  constructor(by: RefusedFor, message: string) {
    super(message)
    this.by = by
  }
}

/** Node.js and OpenSSL by the names they give to a certificate that is not believed. */
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT_ALTNAME_INVALID)$/
const refusedFor = ({ code, apiId }: Record<string, unknown>): RefusedFor | undefined => {
  if (apiId === 'SASL_AUTHENTICATION_FAILED') return 'credentials'
  if (apiId === 'UNSUPPORTED_SASL_MECHANISM') return 'mechanism'
  if (UNTRUSTED.test(String(code))) return 'certificate'
  return undefined
}

/** The refusal in an error, with its own message, if there is one: of the brokers that were asked one is enough. */
const refusalIn = (error: unknown): Refused | undefined => {
  for (const each of within(error)) {
    const by = refusedFor(each)
    if (by) return new Refused(by, `Kafka: ${String(each['message'])}`)
  }
  return undefined
}

/**
 * The error in a line: the client's own tell the same a dozen times. A refusal is told as Refused. Those of
 * brokers that are away, or take their time to come up, pass by themselves. Others stay as they are.
 */
export const inShort = (error: unknown): unknown =>
  String((error as { code?: unknown } | null)?.code).startsWith('PLT_KFK')
    ? (refusalIn(error) ?? markTransient(new Error(`Kafka: ${causeOf(error)}`)))
    : error
