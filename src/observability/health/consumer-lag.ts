import { instant } from '#kernel/contract.ts'
import type { HostReport } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { countSetAside, findBehind, findCursors } from '#engines/postgres/events/lag-store.ts'
import type { ObservedHost, ObservedService } from '../observed-host.ts'

export type ConsumerLags = Pick<HostReport, 'lags' | 'setAside' | 'unread'>

/** Timeout of a store and lifetime of the cached lags, in milliseconds. */
const TIMEOUT_MS = 500
const FRESH = 2_000

const unknown = { events: null, since: null }

/** How far the consumers of this host are behind, and what they have set aside. A store that does not answer is named. */
export const consumerLagsOf = (
  host: ObservedHost,
  given: { readonly byKafka: boolean; readonly runtime: Runtime },
): (() => Promise<ConsumerLags>) => {
  const { byKafka, runtime } = given
  let lookedAt = -Infinity
  let looking: Promise<ConsumerLags> | undefined

  const read = async ({ definition, db }: ObservedService) => {
    const service = definition.contract.name
    const [cursors, setAside] = await Promise.all([findCursors(db), countSetAside(db)])
    // Events without a reaction are skipped without moving the cursor each time.
    const wanted = new Map(
      Object.entries(definition.consumes).map(([name, events]) => [name, events.map((each) => each.name)] as const),
    )
    const read = byKafka ? [] : cursors.filter((each) => wanted.has(each.consumer))
    const lags = await Promise.all(
      read.map(async (cursor) => {
        const names = wanted.get(cursor.consumer)!
        // A log that cannot be read now, or is not there yet, is not known to hold nothing.
        const { events, since } = await findBehind(host.logOf(cursor.source), cursor, names).catch(() => unknown)
        return {
          service,
          consumer: cursor.consumer,
          source: cursor.source,
          behind: events,
          since: since === null ? null : instant(since),
        }
      }),
    )
    return { service, lags, setAside }
  }

  const look = async (): Promise<ConsumerLags> => {
    const done = new AbortController()
    const late = runtime.sleep(TIMEOUT_MS, done.signal).then(
      () => Promise.reject(new Error(`No answer in ${TIMEOUT_MS} ms`)),
      () => undefined as never,
    )
    const looked = await Promise.allSettled(host.services.map((each) => Promise.race([read(each), late])))
    done.abort()
    const carried = host.kafkaLags().map(({ messages, ...each }) => ({ ...each, behind: messages, since: null }))
    const answered = looked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    return {
      lags: [...answered.flatMap((each) => each.lags), ...carried],
      setAside: answered.map(({ service, setAside }) => ({ service, ...setAside })),
      unread: host.services.flatMap((each, i) =>
        looked[i]!.status === 'rejected' ? [each.definition.contract.name] : [],
      ),
    }
  }

  return () => {
    const now = runtime.now()
    if (looking === undefined || now - lookedAt > FRESH) {
      lookedAt = now
      looking = look()
    }
    return looking
  }
}
