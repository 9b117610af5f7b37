import type { EventType } from '#kernel/contract.ts'
import type { Statement } from '#kernel/store.ts'
import { sql } from './sql.ts'

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
    FROM unnest(${checked.map((each) => String(each[event.key]))}::text[], ${checked.map((each) => JSON.stringify(each))}::jsonb[],
                ${traceparents}::text[])
         WITH ORDINALITY AS given (key, payload, traceparent, place)
    ORDER BY place`
}
