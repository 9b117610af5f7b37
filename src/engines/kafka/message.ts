import type { KafkaRecord } from '@platformatic/kafka'
import { sourceOf } from '#kernel/contract.ts'
import { isStorable, storable, unstorableAt } from '#kernel/text/storable-text.ts'
import { truncate } from '#kernel/text.ts'
import type { Logged } from '#engines/postgres/events/log.ts'
import { EVENT_AT_MOST } from '#engines/postgres/events/outbox.ts'

/** An event as the outbox holds it; the payload as JSON text, which nobody on the way needs to understand. */
export interface Stored {
  readonly xid: string
  readonly id: number
  readonly name: string
  readonly version: number
  readonly key: string
  readonly payload: string
  /** Epoch milliseconds of emission. */
  readonly at: number
  readonly traceparent: string | null
}

/** A message as the producer takes it: headers say what the event is, the value is its payload. */
export interface Outgoing {
  readonly topic: string
  readonly key: Buffer
  readonly value: Buffer
  readonly timestamp: bigint
  readonly headers: Map<Buffer, Buffer>
}

const ID = Buffer.from('event-id')
const XID = Buffer.from('event-xid')
const NAME = Buffer.from('event-name')
const VERSION = Buffer.from('event-version')
const AT = Buffer.from('event-at')
const TRACEPARENT = Buffer.from('traceparent')

/** The message that carries an event of `source`. */
export const messageOf = (topic: string, source: string, event: Stored): Outgoing => {
  const headers = new Map([
    [ID, Buffer.from(`${source}:${event.id}`)],
    [XID, Buffer.from(event.xid)],
    [NAME, Buffer.from(event.name)],
    [VERSION, Buffer.from(String(event.version))],
    [AT, Buffer.from(String(event.at))],
  ])
  if (event.traceparent) headers.set(TRACEPARENT, Buffer.from(event.traceparent))
  return {
    topic,
    key: Buffer.from(event.key),
    value: Buffer.from(event.payload),
    timestamp: BigInt(event.at),
    headers,
  }
}

/** A message that is not an event of ours, and why we think so. */
export interface ForeignPayload {
  readonly cause: string
  readonly name: string
  readonly key: string
  /** As much of its value as helps to find who sent it. */
  readonly sample: string
  /** Epoch milliseconds it says it is of; 0 where it says nothing. */
  readonly at: number
}

/** What a message turned out to be: an event to take in, one that nobody here wants, or not one of ours. */
export type Received = { readonly event: Logged } | { readonly foreign: ForeignPayload } | 'unwanted'

const SAMPLE = 1_000
const EVENT_ID = /^([a-z][a-z0-9_]*):(\d{1,15})$/
/** The last instant a date can be. */
const LATEST = 8_640_000_000_000_000 - 1
const XID8 = /^\d{1,20}$/
/** The largest values of PostgreSQL's `xid8` and `integer`. */
const LAST_XID = 2n ** 64n - 1n
const LAST_VERSION = 2 ** 31 - 1
const WHOLE = /^\d{1,15}$/
const EVENT_NAME = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/

const isXid = (text: string): boolean => XID8.test(text) && BigInt(text) <= LAST_XID
const isVersion = (text: string): boolean => WHOLE.test(text) && Number(text) <= LAST_VERSION

/** Text that PostgreSQL can store. */
const printable = (bytes: Buffer | null, most: number): string =>
  bytes === null ? '' : storable(bytes.toString('utf8', 0, most))

const parsed = (value: Buffer): unknown => {
  try {
    return JSON.parse(value.toString())
  } catch {
    return undefined
  }
}

/**
 * Reads a message of the topic of `source`. Whatever lies in a topic is looked at with suspicion: anyone who may write
 * there can write anything. Payloads are parsed only of events whose name is among the `wanted`.
 */
export const receive = (source: string, wanted: { has(name: string): boolean }, record: KafkaRecord): Received => {
  const headers: Record<string, string> = {}
  for (const [name, value] of record.headers) if (name && value) headers[name.toString('latin1')] = value.toString()
  const name = headers['event-name'] ?? ''

  const foreign = (cause: string): Received => ({
    foreign: {
      cause,
      name: truncate(storable(name), 200) || '?',
      key: printable(record.key, 200),
      sample: printable(record.value, SAMPLE),
      at: WHOLE.test(headers['event-at'] ?? '') ? Math.min(Number(headers['event-at']), LATEST) : 0,
    },
  })

  const [, from, id] = EVENT_ID.exec(headers['event-id'] ?? '') ?? []
  if (!from || !id || !isXid(headers['event-xid'] ?? '')) return foreign('it has not the headers of an event')
  if (from !== source || sourceOf(name) !== source) return foreign(`it tells of ${from} in the topic of ${source}`)
  const version = headers['event-version'] ?? ''
  const at = headers['event-at'] ?? ''
  if (!EVENT_NAME.test(name) || !isVersion(version) || !WHOLE.test(at) || record.key === null)
    return foreign('its headers make no sense')
  if (!wanted.has(name)) return 'unwanted'
  if (record.value === null) return foreign('it has no payload')
  if (record.value.length > EVENT_AT_MOST)
    return foreign(`it is oversized: ${record.value.length} bytes, ${EVENT_AT_MOST} at most`)
  const payload = parsed(record.value)
  if (typeof payload !== 'object' || payload === null) return foreign('its payload is not a JSON object')
  const key = record.key.toString()
  // The outbox can hold no such text; set aside as an event, it could not be stored either, and would be met for ever.
  if (!isStorable(key) || unstorableAt(payload) !== undefined) return foreign('it holds text that cannot be stored')
  return {
    event: {
      id: headers['event-id']!,
      source,
      name,
      version: Number(version),
      key,
      payload,
      at: Number(at),
      position: { xid: headers['event-xid']!, id: Number(id) },
      ...(headers['traceparent'] && { traceparent: headers['traceparent'] }),
    },
  }
}
