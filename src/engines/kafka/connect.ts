import { Admin, type BaseOptions } from '@platformatic/kafka'
import type { Logger } from 'pino'
import { inShort } from './errors.ts'
import { groupOf, topicOf } from './names.ts'
import { type KafkaSecurity, secured } from './security.ts'
import { ensureTopics, type Topic } from './topics.ts'

/** How a process reaches Kafka, and by which names it knows what lies there. */
export interface Kafka {
  /** What every client of it is opened with. */
  readonly client: BaseOptions
  readonly log: Logger
  readonly topicOf: (source: string) => string
  readonly groupOf: (service: string, consumer: string) => string
  /** Milliseconds between two looks at what a group has taken in, while it takes in more. */
  readonly checkpointInterval: number
  /** Makes sure of the topics of these services; rises while no broker can be reached, with Refused where waiting does not help. */
  prepare(topics: readonly Omit<Topic, 'topic'>[]): Promise<void>
  /** Resolves when a broker answers, and rises when none does. */
  answers(): Promise<void>
  /** Lets go of what `answers` asks by. */
  close(): Promise<void>
}

export interface KafkaSettings {
  /** `host:port`, any of them is enough to find the others. */
  readonly brokers: readonly string[]
  /** How they are reached where not everybody may; in the clear and unnamed without. */
  readonly security?: KafkaSecurity
  /** Before every topic and group, so that several shops may share brokers. */
  readonly prefix: string
  /** Of a topic that is made. */
  readonly partitions: number
  readonly replicas: number
  /** Shown in the brokers' logs. */
  readonly name: string
  /** Milliseconds between two looks at what a group has taken in, while it takes in more; a second unless given. */
  readonly checkpointInterval?: number
  readonly log: Logger
}

/** Names the brokers and how to treat them; nothing is reached before it is needed. */
export const openKafka = (given: KafkaSettings): Kafka => {
  const client: BaseOptions = {
    clientId: given.name,
    bootstrapBrokers: [...given.brokers],
    connectTimeout: 3_000,
    timeout: 10_000,
    // Whoever uses it tries again by itself, with pauses that grow.
    retries: 3,
    retryDelay: 250,
    metadataMaxAge: 5_000,
    ...secured(given.brokers, given.security),
  }
  let asking: Admin | undefined
  const openAdmin = (): Admin => {
    const admin = new Admin({ ...client, retries: 0 })
    // A client without a listener throws what it has to tell.
    admin.on('error', () => {})
    return admin
  }
  return {
    client,
    log: given.log,
    topicOf: (source) => topicOf(given.prefix, source),
    groupOf: (service, consumer) => groupOf(given.prefix, service, consumer),
    checkpointInterval: given.checkpointInterval ?? 1_000,
    prepare: async (topics) => {
      const admin = openAdmin()
      try {
        await ensureTopics(
          admin,
          given,
          topics.map((each) => ({ ...each, topic: topicOf(given.prefix, each.source) })),
        )
      } catch (error) {
        throw inShort(error)
      } finally {
        await admin.close()
      }
    },
    answers: async () => {
      asking ??= openAdmin()
      await asking.metadata({ topics: [], forceUpdate: true })
    },
    close: async () => {
      await asking?.close()
    },
  }
}
