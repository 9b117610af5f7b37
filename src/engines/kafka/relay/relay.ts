import { ProduceAcks, Producer } from '@platformatic/kafka'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Queryable } from '#kernel/store.ts'
import { untraced, type Span, type Tracer } from '#kernel/tracing/trace.ts'
import type { Logged, Position } from '#engines/postgres/events/log.ts'
import { claimSetAside, heldKeys, setAside, settleSetAside, failSetAside } from '#engines/postgres/events/log-store.ts'
import type { Kafka } from '../connect.ts'
import { causeOf, inShort, isTooLarge, isUnknownTopic } from '../errors.ts'
import { messageOf, type Stored } from '../message.ts'
import { claimTopic, movePublished, readOutbox, relayHasAside, releaseTopic } from './relay-store.ts'

/** Under this name a service's own relay sets events aside. */
const RELAY_CONSUMER = 'relay'
/** Events read at once. */
export const RELAY_BATCH = 1_000
/** Bytes of payloads sent at once: a batch of them must fit into what a topic takes. */
const SENT_AT_ONCE = 2 * 1024 * 1024
/** Seconds the right to publish is taken for; after a death another process takes it over. */
const HELD_SECONDS = 5
/** Milliseconds after which it is renewed. */
const RENEWED_AFTER = 1_500

export interface RelayTools {
  /** The service whose log is published. */
  readonly service: string
  /** Some of its events are kept for good. */
  readonly retained: boolean
  /** Its own store. */
  readonly db: Database
  /** Reads its outbox. */
  readonly log: Queryable
  readonly kafka: Kafka
  readonly runtime: Runtime
  readonly logger: Logger
  /** Goes on with the traces of events. */
  readonly tracer?: Tracer
}

/** Publishes a service's log. `step` answers how many events it published, or `busy` when another process does. */
export interface Relay {
  step(): Promise<number | 'busy'>
  close(): Promise<void>
}

/** Cuts events into runs of so many bytes; one that is larger stands alone. */
export function* runsOf(events: readonly Stored[], bytes = SENT_AT_ONCE): Generator<readonly Stored[]> {
  let run: Stored[] = []
  let size = 0
  for (const each of events) {
    if (run.length > 0 && size + each.payload.length > bytes) {
      yield run
      run = []
      size = 0
    }
    run.push(each)
    size += each.payload.length
  }
  if (run.length > 0) yield run
}

const placeOf = ({ xid, id }: Stored): Position => ({ xid, id })

/**
 * Publishes what lies in a service's outbox, in order, and then moves its place: at least once. One process does it at a
 * time. Should two believe to be the one, each still begins at a place before which all is published and leaves nothing
 * out, so that the first appearance of every event is in order; what appears again is known by its id (decision 0079).
 */
export const relayOf = (tools: RelayTools): Relay => {
  const { service, db, log, kafka, runtime, logger, tracer = untraced } = tools
  const topic = kafka.topicOf(service)
  const holder = runtime.id()
  let producer: Producer | undefined
  let place: Position | undefined
  let topicId: string | undefined
  let claimedAt = 0
  let aside = false

  const open = (): Producer => {
    const made = new Producer({ ...kafka.client, idempotent: true, acks: ProduceAcks.ALL })
    made.on('error', (error: Error) => logger.warn({ err: inShort(error), topic }, 'Kafka producer connection failed'))
    return made
  }

  /** Forgets what it believes of the topic and its place in it. */
  const startOver = async (): Promise<void> => {
    place = undefined
    const old = producer
    producer = undefined
    await old?.close().catch(() => {})
  }

  /** The position up to which everything is published; undefined while another process holds the publishing lease. */
  const publishedUpTo = async (): Promise<Position | undefined> => {
    const metadata = await (producer ??= open()).metadata({ topics: [topic] })
    const id = metadata.topics.get(topic)!.id
    const now = runtime.now()
    if (place && topicId === id && now >= claimedAt && now - claimedAt < RENEWED_AFTER) return place
    const claimed = await claimTopic(db, topic, id, holder, HELD_SECONDS)
    if (claimed && !place) aside = await relayHasAside(db, RELAY_CONSUMER)
    if (claimed && claimed.xid === '0' && !place)
      logger.info({ topic }, 'Publishing a Kafka topic from the beginning of the log')
    claimedAt = now
    topicId = id
    place = claimed
    return place
  }

  /** A span for the way of an event that was told in a trace; consumers go on from there. */
  const publishing = ({ name, traceparent }: Stored): Span | undefined =>
    traceparent === null
      ? undefined
      : tracer.follow(traceparent)?.child({
          name: `${name} publish`,
          kind: 'producer',
          service,
          attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': topic },
        })

  const send = async (events: readonly Stored[]): Promise<void> => {
    const spans = events.map(publishing)
    const messages = events.map((each, i) =>
      messageOf(topic, service, spans[i] ? { ...each, traceparent: spans[i].traceparent } : each),
    )
    try {
      await producer!.send({ messages })
      for (const each of spans) each?.end()
    } catch (error) {
      for (const each of spans) each?.end('NOT_PUBLISHED')
      throw error
    }
  }

  const loggedOf = (event: Stored): Logged => ({
    id: `${service}:${event.id}`,
    source: service,
    name: event.name,
    version: event.version,
    key: event.key,
    payload: JSON.parse(event.payload) as unknown,
    at: event.at,
    position: placeOf(event),
  })

  /** Sends events in order; one that the brokers find too large is set aside, and with it the later ones of its key. */
  const sendOrSetAside = async (events: readonly Stored[]): Promise<void> => {
    try {
      await send(events)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      if (events.length > 1) {
        const half = events.length >> 1
        await sendOrSetAside(events.slice(0, half))
        await sendOrSetAside(await withoutHeld(events.slice(half)))
        return
      }
      const [event] = events as readonly [Stored]
      logger.error(
        { event: `${service}:${event.id}`, name: event.name },
        'Kafka rejected an event as too large: event parked',
      )
      await db.query(setAside(RELAY_CONSUMER, loggedOf(event), 'DEAD', 1, runtime.now(), causeOf(error)))
      aside = true
    }
  }

  /** Sets events aside whose key has one set aside; answers the others. */
  const withoutHeld = async (events: readonly Stored[]): Promise<readonly Stored[]> => {
    if (!aside || events.length === 0) return events
    return db.tx(`${service}.relay.set-aside`, async (tx) => {
      const held = await heldKeys(tx, RELAY_CONSUMER, service, [...new Set(events.map((each) => each.key))])
      for (const each of events)
        if (held.has(each.key))
          void tx.query(setAside(RELAY_CONSUMER, loggedOf(each), 'WAITING', 0, runtime.now(), null))
      return events.filter((each) => !held.has(each.key))
    })
  }

  /** Sends one event that a person put back, and lets the next of its key be sent. Answers how many it tried. */
  const sendAgain = async (): Promise<number> => {
    const sent = await db.tx(`${service}.relay.retry`, async (tx) => {
      const due = await claimSetAside(tx, RELAY_CONSUMER, runtime.now())
      if (!due) return 0
      try {
        await send([{ ...due, ...due.position, payload: JSON.stringify(due.payload), traceparent: null }])
        await tx.query(settleSetAside(due, runtime.now()))
      } catch (error) {
        if (!isTooLarge(error)) throw error
        await tx.query(failSetAside(due, true, runtime.now(), causeOf(error)))
      }
      return 1
    })
    aside = await relayHasAside(db, RELAY_CONSUMER)
    return sent
  }

  const publish = async (): Promise<number | 'busy'> => {
    const from = await publishedUpTo()
    if (!from) return 'busy'
    const again = aside ? await sendAgain() : 0
    const events = await readOutbox(log, service, from, RELAY_BATCH)
    for (const run of runsOf(events)) {
      const free = await withoutHeld(run)
      if (free.length > 0) await sendOrSetAside(free)
      const to = placeOf(run.at(-1)!)
      if (!(await movePublished(db, topic, holder, place!, to))) {
        place = undefined
        return 'busy'
      }
      place = to
    }
    return events.length + again
  }

  return {
    step: async () => {
      try {
        return await publish()
      } catch (error) {
        await startOver()
        // Whoever lost the brokers' disks finds the topics again, and all events in them.
        if (isUnknownTopic(error)) await kafka.prepare([{ source: service, retained: tools.retained }])
        throw inShort(error)
      }
    },
    close: async () => {
      await startOver()
      await db.query(releaseTopic(topic, holder)).catch((error: unknown) => {
        // It comes free by itself in a few seconds.
        logger.debug({ err: error, topic }, 'Could not release the publishing lease')
      })
    },
  }
}
