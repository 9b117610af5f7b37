import { Consumer, FetchIsolationLevels, type KafkaRecord, ListOffsetTimestamps } from '@platformatic/kafka'
import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import type { Kafka } from '../connect.ts'
import { endClient } from './leave-group.ts'
import { inShort, isOutOfRange } from '../errors.ts'

/** A message where it lies. */
export interface Placed {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly record: KafkaRecord
}

/** Where a partition ends, and how far the group has come in it: at least to where it begins. */
export interface Progress {
  readonly end: bigint
  readonly come: bigint
}

/** A member of a group: it reads the partitions it was given, from where the group last said it had come. */
export interface Member {
  /** Messages in the order of their partitions, at most about `max`; none when none came within a second. */
  take(max: number): Promise<readonly Placed[]>
  /** Says that the group has come past these messages. */
  done(taken: readonly Placed[]): Promise<void>
  /** Reads again from where the group last said it had come. */
  again(): void
  /** Whether this member looks after the group's book-keeping for a topic: one of all does. */
  readonly ownsCheckpoint: (topic: string) => boolean
  /** Of each partition of a topic; nothing while it does not belong to the group. */
  progress(topic: string): Promise<readonly Progress[]>
  /** Ends the waiting for messages: none will be taken any more. */
  interrupt(): void
  close(): Promise<void>
}

/** Milliseconds a read waits for a message to come. */
const WAIT = 1_000
/** Bytes of one partition read at once, of all. */
const PARTITION_BYTES = 512 * 1024
const BYTES = 4 * 1024 * 1024
/** Milliseconds after which a member that says nothing is taken for dead, and between two signs of life. */
const SESSION = 8_000
const HEARTBEAT = 1_000
/** Milliseconds a new client waits for the old one to have left. */
const LEAVE_WAIT = 2_000
/** Messages read ahead before the next read is asked for. */
const AHEAD = 4_000

const progressOf = async ({ reader, member }: Joined, topic: string): Promise<readonly Progress[]> => {
  const offsets = async (timestamp: bigint) => (await reader.listOffsets({ topics: [topic], timestamp })).get(topic)!
  const ends = await offsets(ListOffsetTimestamps.LATEST)
  const beginnings = await offsets(ListOffsetTimestamps.EARLIEST)
  const partitions = ends.map((_, partition) => partition)
  const come = (await member.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic)
  return ends.map((end, partition) => {
    const [noted, beginning] = [come?.[partition] ?? 0n, beginnings[partition]!]
    return { end, come: noted > beginning ? noted : beginning }
  })
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`

/** What a member has while it belongs to the group. */
interface Joined {
  /** Belongs to the group: says it is alive, notes how far it has come. */
  readonly member: Consumer
  /** Reads; on a connection of its own, because a read waits for messages and everything behind it with it. */
  readonly reader: Consumer
}

/**
 * Joins a group lazily and stays in it; when anything breaks it leaves and joins anew. Offsets are noted by the caller
 * after the effect, so that whatever is taken twice is what was not noted (decision 0079).
 */
export const memberOf = (
  kafka: Kafka,
  given: {
    readonly group: string
    readonly topics: readonly string[]
    readonly runtime: Runtime
    readonly logger: Logger
  },
): Member => {
  const { group, topics, runtime, logger } = given
  const closing = new AbortController()
  let joined: Joined | undefined
  /** What was read, in order, and not asked for yet. */
  let ahead: Placed[] = []
  /** Where the next read of a partition begins; nothing of partitions that are not ours. */
  let next = new Map<string, bigint>()
  /** Grows whenever what is under way no longer counts. */
  let era = 0
  let stale = true
  let broken: unknown
  const reading = new Map<number, Promise<void>>()

  const options = {
    ...kafka.client,
    groupId: group,
    autocommit: false,
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    // Not at the first joining alone: the client joins anew by itself when it may not note how far it has come, and with
    // its own minute a member that then dies would keep its partitions for as long.
    sessionTimeout: SESSION,
    rebalanceTimeout: SESSION,
    heartbeatInterval: HEARTBEAT,
  }

  const open = (): Consumer => {
    const made = new Consumer(options)
    made.on('error', (error: Error) => (broken ??= error))
    return made
  }

  const leave = async (): Promise<void> => {
    const old = joined
    joined = undefined
    stale = true
    era++
    ahead = []
    reading.clear()
    if (!old) return
    const enough = new AbortController()
    const ended = Promise.all(
      [old.member, old.reader].map((each) => endClient(each, { runtime, logger, signal: closing.signal })),
    )
    // Brokers that hang keep nobody from joining anew once they answer.
    await Promise.race([ended, runtime.sleep(LEAVE_WAIT, enough.signal).catch(() => {})])
    enough.abort()
  }

  const join = async (): Promise<Joined> => {
    if (broken !== undefined) {
      await leave()
      const error = broken
      broken = undefined
      logger.debug({ err: inShort(error), group }, 'Rejoining the Kafka consumer group')
    }
    if (joined) return joined
    const made = { member: open(), reader: open() }
    joined = made
    stale = true
    made.member.on('consumer:group:join', () => (stale = true))
    made.member.on('consumer:heartbeat:stalled', () => (broken ??= new Error('No sign of life reaches the group')))
    made.member.topics.trackAll(...topics)
    made.reader.topics.trackAll(...topics)
    await made.member.joinGroup({})
    return made
  }

  /** Begins each of our partitions where the group has come to, or at its beginning. */
  const begin = async ({ member, reader }: Joined): Promise<void> => {
    stale = false
    era++
    ahead = []
    reading.clear()
    const assigned = (member.assignments ?? []).filter(({ partitions }) => partitions.length > 0)
    next = new Map()
    if (assigned.length === 0) return
    const come = await member.listCommittedOffsets({ topics: assigned })
    const topicsOfOurs = assigned.map(({ topic }) => topic)
    const offsets = (timestamp: bigint) => reader.listOffsets({ topics: topicsOfOurs, timestamp })
    const first = await offsets(ListOffsetTimestamps.EARLIEST)
    const last = await offsets(ListOffsetTimestamps.LATEST)
    const found = new Map<string, bigint>()
    for (const { topic, partitions } of assigned)
      for (const partition of partitions) {
        const beginning = first.get(topic)![partition]!
        const noted = come.get(topic)?.[partition] ?? -1n
        // Let go of since, or of another topic that had the name before: from the beginning.
        const isThere = noted >= beginning && noted <= last.get(topic)![partition]!
        found.set(keyOf(topic, partition), isThere ? noted : beginning)
      }
    next = found
  }

  /** Partitions of ours by the broker that leads them, with what asks for them. */
  const requests = async ({ member, reader }: Joined) => {
    const metadata = await reader.metadata({ topics: [...topics] })
    const byNode = new Map<number, { topicId: string; partitions: { partition: number; fetchOffset: bigint }[] }[]>()
    for (const { topic, partitions } of member.assignments ?? []) {
      const known = metadata.topics.get(topic)
      if (!known) continue
      for (const [node, mine] of Map.groupBy(partitions, (each) => known.partitions[each]!.leader)) {
        if (reading.has(node)) continue
        const wanted = mine.flatMap((partition) => {
          const fetchOffset = next.get(keyOf(topic, partition))
          return fetchOffset === undefined ? [] : [{ partition, fetchOffset }]
        })
        if (wanted.length === 0) continue
        const all = byNode.get(node) ?? []
        all.push({ topicId: known.id, partitions: wanted })
        byNode.set(node, all)
      }
    }
    return { byNode, nameOf: new Map([...metadata.topics].map(([name, { id }]) => [id, name])) }
  }

  const readFrom = async (
    { reader }: Joined,
    node: number,
    wanted: readonly { topicId: string; partitions: { partition: number; fetchOffset: bigint }[] }[],
    nameOf: ReadonlyMap<string, string>,
    asked: number,
  ): Promise<void> => {
    const response = await reader.fetch({
      node,
      maxWaitTime: WAIT,
      minBytes: 1,
      maxBytes: BYTES,
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
      topics: wanted.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map((each) => ({
          ...each,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          partitionMaxBytes: PARTITION_BYTES,
        })),
      })),
    })
    if (asked !== era) return
    for (const { topicId, partitions } of response.responses) {
      const topic = nameOf.get(topicId)
      if (topic === undefined) continue
      for (const { partitionIndex: partition, records } of partitions) {
        const key = keyOf(topic, partition)
        const from = next.get(key)
        if (from === undefined || !records) continue
        let to = from
        for (const batch of records) {
          // What the brokers note for transactions is no message.
          const isControl = (batch.attributes & 32) !== 0
          if (!isControl)
            for (const record of batch.records) {
              const offset = batch.firstOffset + BigInt(record.offsetDelta)
              if (offset >= from) ahead.push({ topic, partition, offset, record })
            }
          const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n
          if (end > to) to = end
        }
        next.set(key, to)
      }
    }
  }

  const readAhead = async (current: Joined): Promise<void> => {
    const asked = era
    const { byNode, nameOf } = await requests(current)
    for (const [node, wanted] of byNode) {
      const read = readFrom(current, node, wanted, nameOf, asked)
        .catch((error: unknown) => {
          if (asked !== era) return
          // Let go of, or another topic of the same name: from its beginning.
          if (isOutOfRange(error)) stale = true
          else broken ??= error
        })
        .finally(() => {
          if (reading.get(node) === read) reading.delete(node)
        })
      reading.set(node, read)
    }
  }

  return {
    take: async (max) => {
      if (closing.signal.aborted) return []
      try {
        const current = await join()
        if (stale) await begin(current)
        if (ahead.length < AHEAD) await readAhead(current)
        if (ahead.length === 0) {
          const wait = new AbortController()
          await Promise.race([
            ...reading.values(),
            runtime.sleep(WAIT, AbortSignal.any([wait.signal, closing.signal])).catch(() => {}),
          ])
          wait.abort()
        }
      } catch (error) {
        broken ??= error
      }
      const error: unknown = broken
      if (error !== undefined && !closing.signal.aborted) throw inShort(error)
      // A rebalance came in between: what we read may be another's by now.
      if (stale || closing.signal.aborted) return []
      return ahead.splice(0, max)
    },
    done: async (taken) => {
      const last = new Map<string, Placed>()
      for (const each of taken) last.set(keyOf(each.topic, each.partition), each)
      if (last.size === 0 || !joined) return
      await joined.member.commit({
        offsets: [...last.values()].map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset: offset + 1n,
          leaderEpoch: -1,
        })),
      })
    },
    again: () => {
      stale = true
    },
    ownsCheckpoint: (topic) =>
      (joined?.member.assignments ?? []).some((each) => each.topic === topic && each.partitions.includes(0)),
    progress: async (topic) => {
      if (!joined || closing.signal.aborted) return []
      try {
        return await progressOf(joined, topic)
      } catch (error) {
        if (closing.signal.aborted) return []
        throw inShort(error)
      }
    },
    interrupt: () => closing.abort(),
    close: async () => {
      closing.abort()
      await leave()
    },
  }
}
