import type { Admin } from '@platformatic/kafka'
import type { Logger } from 'pino'
import { EVENT_AT_MOST } from '#engines/postgres/events/outbox.ts'
import { isThere } from './errors.ts'

/** A topic as a service needs it. */
export interface Topic {
  readonly source: string
  readonly topic: string
  /** Events in it are kept for good, because read models are rebuilt from them. */
  readonly retained: boolean
}

const DAY = 86_400_000
/** As long as the outbox keeps events. */
const RETENTION_DAYS = 14
/** A batch of messages; one event must always fit. */
const BATCH_BYTES_AT_MOST = 8 * EVENT_AT_MOST

const configsOf = ({ retained }: Topic, replicas: number) => [
  { name: 'retention.ms', value: retained ? '-1' : String(RETENTION_DAYS * DAY) },
  { name: 'max.message.bytes', value: String(BATCH_BYTES_AT_MOST) },
  // Acknowledged by two of three: one may be lost with nothing of it.
  { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
  // Whatever others may send, we can read it.
  { name: 'compression.type', value: 'uncompressed' },
  // An event told by a host whose clock is an hour ahead would be refused for ever, and all behind it wait.
  { name: 'message.timestamp.after.max.ms', value: '9223372036854775807' },
  { name: 'unclean.leader.election.enable', value: 'false' },
]

/**
 * Makes the topics that are not there yet. One that is there keeps its number of partitions: with another number a key's
 * later events would lie in another partition than its earlier ones, and could be taken in before them.
 */
export const ensureTopics = async (
  admin: Admin,
  given: { readonly partitions: number; readonly replicas: number; readonly log: Logger },
  topics: readonly Topic[],
): Promise<void> => {
  const there = new Set(await admin.listTopics())
  for (const each of topics.filter(({ topic }) => !there.has(topic))) {
    try {
      await admin.createTopics({
        topics: [each.topic],
        partitions: given.partitions,
        replicas: given.replicas,
        configs: configsOf(each, given.replicas),
      })
    } catch (error) {
      // Another host made it at the same moment.
      if (!isThere(error)) throw error
    }
  }
  const known = topics.filter(({ topic }) => there.has(topic)).map(({ topic }) => topic)
  if (known.length === 0) return
  const metadata = await admin.metadata({ topics: known })
  for (const [topic, { partitionsCount }] of metadata.topics)
    if (partitionsCount !== given.partitions)
      given.log.warn(
        { topic, partitions: partitionsCount, wanted: given.partitions },
        'Kafka topic has another number of partitions than configured',
      )
}
