import type { Logger } from 'pino'
import { untilTick } from '#kernel/time/aligned-ticks.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Announcement, KnownHost, Place, Registry } from '#kernel/remote/instances/registry.ts'
import type { Signing } from '#kernel/remote/security/signing.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { markTransient } from '#kernel/failures/transient.ts'
import { isSlow, type RedisStore } from './connection.ts'
import { knownLeases, type Known } from './known-leases.ts'
import { LEASE, leasesAt, type Leases } from './leases.ts'
import type { LeaseContent } from './signed-lease.ts'

/** Milliseconds between two looks, and between two renewals: a lease survives three that fail. */
export const HEARTBEAT = 500
/** Milliseconds between two looks at whether this process is ready; two in a row must say no. */
const READY_EVERY = 2_000

/** A registry that can be waited for. */
export interface LeasedRegistry extends Registry {
  /** Resolves once the leases were seen for the first time; rejects with what keeps them away now. */
  begun(): Promise<void>
}

const placeOf = ({ content: { origin, weight, host, zone, version } }: Known): Place => ({
  origin,
  weight,
  host,
  ...(zone !== undefined && { zone }),
  ...(version !== undefined && { version }),
})

/** One of each address, the youngest: a process that was started again takes the place of the one before. */
const byOrigin = (all: readonly Known[]): Known[] => [
  ...new Map(all.map((each) => [each.content.origin, each])).values(),
]

/**
 * The registry of leases in Redis. Each process renews its own every half second and sees all others' in the same step;
 * who comes, changes or leaves says so at once. Processes that say they are not ready are passed over while others are.
 * A service of which nobody lives keeps those who fell silent, and one nobody ever announced has the places of
 * `otherwise`: better a try than none. While Redis is away the last good list stays.
 */
export const leasedRegistry = (
  redis: RedisStore,
  given: {
    readonly signing: Signing
    readonly runtime: Runtime
    readonly log: Pick<Logger, 'info' | 'warn'>
    readonly otherwise: Registry
  },
): LeasedRegistry => {
  const { runtime, log, otherwise } = given
  const leases = leasesAt(redis.client, redis.key('leases'), { newId: runtime.id, signing: given.signing })
  const news = redis.key('leases:news')
  const known = knownLeases()
  const strange = new Set<string>()
  const lists = new Map<string, readonly Place[]>()
  const stopped = new AbortController()
  let own: { readonly id: string; content: LeaseContent; readonly ready: () => Promise<boolean> } | undefined
  /** When Redis last told: what lived then is what we go by. */
  let at: number | undefined
  let failing = false
  let shape = ''
  let readyAt = runtime.now()
  let unready = 0

  /** Makes the others look at once; those who do not hear it look by themselves soon. */
  const tell = (): void => void redis.client.publish(news, own?.id ?? '').catch(() => {})

  const warnOf = (ids: readonly string[]): void => {
    const fresh = ids.filter((each) => !strange.has(each))
    if (fresh.length > 0) log.warn({ key: redis.key('leases'), fields: fresh }, 'Ignored an undecodable lease in Redis')
    strange.clear()
    for (const each of ids) strange.add(each)
  }

  const take = async (answer: Promise<Leases>): Promise<Leases> => {
    const got = await answer
    const now = runtime.now()
    at = now
    known.take(got, now)
    warnOf(got.strange)
    const next = JSON.stringify(
      [known.alive(now), known.silent(now)].map((all) => all.map(({ id, content }) => [id, content])),
    )
    if (next !== shape) lists.clear()
    shape = next
    if (failing) log.info('Redis registry available again')
    failing = false
    return got
  }

  const heartbeat = (): Promise<Leases> => take(own ? leases.renew(own.id, own.content) : leases.look())

  /** Whether it is ready: a single no may be a moment’s. */
  const lookAtSelf = async (): Promise<void> => {
    if (!own || runtime.now() - readyAt < READY_EVERY) return
    readyAt = runtime.now()
    const mine = own
    const is = await mine.ready()
    unready = is ? 0 : unready + 1
    const ready = unready < 2
    if (ready === mine.content.ready || own !== mine) return
    mine.content = { ...mine.content, ready }
    await heartbeat()
    tell()
  }

  let looking: Promise<Leases> | undefined
  const look = (): Promise<Leases> =>
    (looking ??= heartbeat()
      .catch((error: unknown) => {
        if (!failing && !stopped.signal.aborted)
          log.warn({ err: markTransient(error) }, 'Redis registry unavailable: using the last known hosts')
        failing = true
        throw error
      })
      .finally(() => (looking = undefined)))

  /** A look that begins after now. */
  const lookAnew = async (): Promise<void> => {
    await looking?.catch(() => {})
    await look()
  }

  const follow = async (): Promise<void> => {
    await redis.tried
    while (!stopped.signal.aborted) {
      await look().catch(() => {})
      void lookAtSelf().catch(() => {})
      await runtime.sleep(untilTick(runtime, HEARTBEAT), stopped.signal).catch(() => {})
    }
  }
  const deaf = redis.hear(news, (id) => {
    if (id !== own?.id) void lookAnew().catch(() => {})
  })
  const following = follow()

  const listOf = (service: string, now: number): readonly Place[] => {
    const runs = (each: Known): boolean => each.content.services.includes(service)
    const alive = byOrigin(known.alive(now).filter(runs))
    if (alive.length > 0) {
      const ready = alive.filter((each) => each.content.ready)
      return (ready.length > 0 ? ready : alive).map(placeOf)
    }
    const silent = byOrigin(known.silent(now).filter(runs))
    return silent.length > 0 ? silent.map(placeOf) : otherwise.places(service)
  }

  const refuse = (name: string, other: string): never => {
    const lease = known.alive(runtime.now()).find((each) => each.id === other)
    const where = lease ? `, at ${lease.content.origin} since ${new Date(lease.content.since).toISOString()}` : ''
    throw new CannotStart(
      `A host named ${name} lives already${where}: give this one another name (JANGTEO_HOST_NAME), or stop that one.`,
    )
  }

  /**
   * Takes the name. A process that died a moment ago may still have it: whoever does not renew it loses it. While Redis is
   * away nobody can know; it is told as soon as it is back. One that only takes its time is asked again.
   */
  const claim = async (id: string, content: LeaseContent): Promise<void> => {
    const until = runtime.now() + LEASE + 2 * HEARTBEAT
    for (;;) {
      let taken = ''
      let slow = false
      try {
        taken = (await take(leases.claim(id, content))).taken
      } catch (error) {
        slow = isSlow(error)
      }
      if (taken === '' && !slow) return
      if (runtime.now() > until) {
        if (taken !== '') refuse(content.host, taken)
        return
      }
      await runtime.sleep(HEARTBEAT / 2)
    }
  }

  const announce = async (announcement: Announcement, ready: () => Promise<boolean>) => {
    const id = runtime.id()
    const content: LeaseContent = { ...announcement, ready: true, since: runtime.now() }
    await redis.tried
    await claim(id, content)
    own = { id, content, ready }
    tell()
    const leave = async (): Promise<void> => {
      own = undefined
      await looking?.catch(() => {})
      await take(leases.giveUp(id))
        .then(tell)
        .catch((error: unknown) =>
          log.warn({ err: markTransient(error) }, 'Could not release the lease: it expires by itself'),
        )
    }
    return { leave }
  }

  return {
    begun: async () => {
      await redis.tried
      if (at !== undefined) return
      await lookAnew().catch((error: unknown) => {
        throw redis.trouble() ?? error
      })
    },
    places: (service) => {
      if (at === undefined) return otherwise.places(service)
      let list = lists.get(service)
      if (!list) {
        list = listOf(service, at)
        // What another registry answers may change without our knowing.
        if (list.length > 0 && list !== otherwise.places(service)) lists.set(service, list)
      }
      return list
    },
    hosts: () => {
      const now = at ?? runtime.now()
      const shown =
        (alive: boolean) =>
        ({ content }: Known): KnownHost => ({ ...content, alive })
      // A process that was started again counts, not the one before it; who never announced is where the placement says.
      const all = [...otherwise.hosts(), ...known.silent(now).map(shown(false)), ...known.alive(now).map(shown(true))]
      return [...new Map(all.map((each) => [each.origin, each])).values()]
    },
    announce,
    close: async () => {
      deaf()
      stopped.abort()
      await following
      await otherwise.close()
    },
  }
}
