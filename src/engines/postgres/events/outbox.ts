import type { EventType } from '#kernel/contract.ts'
import { PAYLOAD_TOO_LARGE } from '#kernel/faults.ts'
import type { Statement } from '#kernel/store.ts'
import { sql } from '../sql.ts'

/** Bytes of an event's payload as JSON: what carries events has a limit, and none may get stuck on the way. */
export const EVENT_AT_MOST = 512 * 1024

/**
 * The payload as text; throws PAYLOAD_TOO_LARGE where it is oversized, so that the change it tells of is not stored either.
 * An event grows with what was asked for: whoever asked for less would be served.
 */
const textOf = (event: EventType, payload: unknown): string => {
  const text = JSON.stringify(payload)
  const bytes = Buffer.byteLength(text)
  if (bytes > EVENT_AT_MOST)
    throw PAYLOAD_TOO_LARGE(undefined, {
      cause: new RangeError(`The event ${event.name} is oversized: ${bytes} bytes, ${EVENT_AT_MOST} at most`),
    })
  return text
}

/** Stores events in the outbox of the service whose transaction runs it. Payloads are checked against the event's schema: a wrong one never leaves. */
export const appendStatement = (
  event: EventType,
  payloads: readonly unknown[],
  now: number,
  /** For each payload the span that tells it. */
  traceparents: readonly (string | null)[] = [],
): Statement => {
  const checked = payloads.map((each) => event.payload.parse(each) as Record<string, unknown>)
  return sql`
    INSERT INTO outbox (name, version, key, payload, at, traceparent)
    SELECT ${event.name}, ${event.version}, key, payload, ${new Date(now)}, traceparent
    FROM unnest(${checked.map((each) => String(each[event.key]))}::text[], ${checked.map((each) => textOf(event, each))}::jsonb[],
                ${traceparents}::text[])
         WITH ORDINALITY AS given (key, payload, traceparent, place)
    ORDER BY place`
}
