import type { Logger } from 'pino'
import type { Runtime } from '#kernel/runtime.ts'
import { choose } from './balance.ts'
import { breaker, type Breaker, type BreakerHistory, type BreakerState } from './breaker.ts'
import { jitter } from '#kernel/time/jitter.ts'
import { isAlive } from './probe.ts'
import { ORDINARY_WEIGHT, type Place } from './registry.ts'
import { outlierDetector, type OutlierState } from './outlier-detection.ts'
import type { HostTls } from '../security/tls.ts'
import { transport, type Transport } from '../client/transport.ts'
import { isChosen, type VersionChoice } from './versions.ts'

/** One process that runs a service. */
export interface Instance {
  readonly place: Place
  readonly transport: Transport
  readonly breaker: Breaker
  readonly outlierState: OutlierState
  inFlight: number
  turn: number
  /** Answers it has given, of whatever kind. */
  answers: number
}

export interface InstanceStats {
  readonly origin: string
  /** Name of its host, where the registry tells it. */
  readonly host: string | undefined
  readonly inFlight: number
  readonly breaker: BreakerState
  readonly history: BreakerHistory
  /** Part of its weight it is given now: 0 while it is left out. */
  readonly share: number
}

/** The instances of a service, as the registry names them now. */
export interface Instances {
  /**
   * One whose breaker lets a call through, by zone, weight and load; another than `not` if there is one. Of the chosen
   * version while any of it answers: a version that is away is no outage.
   */
  pick(not?: Instance, choice?: VersionChoice): Instance | undefined
  /** Whether another than this one could be asked. */
  readonly isOther: (than: Instance) => boolean
  /** Whether another than this one is in, so that it could be asked without asking one that is left out. */
  readonly isOtherIn: (than: Instance) => boolean
  /**
   * It has answered nothing for as long as a call waited: while any other is in, it gets no calls until it gives a sign of
   * life, which it is asked for at once and then again and again.
   */
  suspect(instance: Instance): void
  readonly stats: () => readonly InstanceStats[]
  close(): Promise<void>
}

/** Where a service is: plain addresses count as ordinary places. */
export type Origins = readonly (string | Place)[]

/** Milliseconds between two questions to an instance that has fallen silent. */
const ASKED_EVERY = 500

const placeOf = (given: string | Place): Place =>
  typeof given === 'string' ? { origin: given, weight: ORDINARY_WEIGHT } : given

/** Follows `origins`: connects to new ones, lets calls to those that left end. */
export const instances = (
  origins: () => Origins,
  runtime: Runtime,
  given: {
    /** Path of the service on the internal port. */
    readonly path: string
    readonly connections: number
    readonly failures: number
    readonly openFor: number
    readonly zone?: string | undefined
    readonly tls?: HostTls | undefined
    readonly log: Logger
  },
): Instances => {
  const known = new Map<string, Instance>()
  const outliers = outlierDetector(runtime)
  let current: Origins | undefined
  let list: readonly Instance[] = []
  let turn = 0
  const closed = new AbortController()
  /** Instances that are looked after. */
  const underWay = new Set<Promise<void>>()

  const connect = (place: Place, later: boolean): Instance => ({
    place,
    transport: transport(place.origin, given),
    breaker: breaker(runtime, given),
    outlierState: outliers.add(later),
    inFlight: 0,
    turn: 0,
    answers: 0,
  })

  const follow = (): readonly Instance[] => {
    const now = origins()
    if (now === current) return list
    const later = known.size > 0
    current = now
    const places = now.map(placeOf)
    for (const place of places) {
      const old = known.get(place.origin)
      known.set(place.origin, old ? Object.assign(old, { place }) : connect(place, later))
    }
    for (const [origin, left] of known) {
      if (places.some((each) => each.origin === origin)) continue
      known.delete(origin)
      outliers.remove(left.outlierState)
      void left.transport.close()
    }
    return (list = [...known.values()])
  }

  const candidate = (instance: Instance) => {
    const { place, inFlight } = instance
    const share = instance.outlierState.share()
    return { instance, share, weight: place.weight * share, zone: place.zone, inFlight, turn: instance.turn }
  }

  /** Those of the version that was chosen, while one of them is not left out. */
  const ofVersion = (some: readonly Instance[], choice: VersionChoice): readonly Instance[] => {
    const chosen = some.filter(({ place, outlierState }) => isChosen(place.version, choice) && outlierState.share() > 0)
    return chosen.length > 0 ? chosen : some
  }

  const drawn = (not: Instance | undefined, choice: VersionChoice | undefined): Instance | undefined => {
    const admitted = follow().filter((each) => each.breaker.wouldAdmit())
    const all = admitted.length > 1 ? admitted.filter((each) => each !== not) : admitted
    const others = choice ? ofVersion(all, choice) : all
    if (others.length < 2) return others[0]
    const candidates = others.map(candidate)
    const good = candidates.filter((each) => each.share > 0)
    // With all of them left out any is better than none.
    const rest = good.length > 0 ? good : candidates.map((each) => ({ ...each, weight: each.instance.place.weight }))
    return choose(rest, given.zone, () => jitter(runtime))?.instance
  }

  /** Asks a silent instance for a sign of life until it gives one, or is no instance of the service any more. */
  const lookAfter = async (instance: Instance): Promise<void> => {
    const { origin, host } = instance.place
    const isOurs = (): boolean => !closed.signal.aborted && known.get(origin) === instance
    for (let atOnce = true; isOurs(); atOnce = false) {
      if (await isAlive(origin, { runtime, tls: given.tls, signal: closed.signal })) {
        instance.outlierState.found(atOnce)
        if (!atOnce) given.log.info({ instance: origin, host }, 'Unresponsive instance responds again')
        return
      }
      if (atOnce && isOurs())
        given.log.warn({ instance: origin, host }, 'Instance stopped responding: ejected from load balancing')
      await runtime.sleep(ASKED_EVERY, closed.signal).catch(() => {})
    }
  }

  const isIn = ({ breaker, outlierState }: Instance): boolean => breaker.wouldAdmit() && outlierState.share() > 0

  return {
    suspect: (instance) => {
      if (!instance.outlierState.suspect()) return
      const looking = lookAfter(instance).finally(() => underWay.delete(looking))
      underWay.add(looking)
    },
    isOtherIn: (than) => follow().some((each) => each !== than && isIn(each)),
    pick: (not, choice) => {
      const found = drawn(not, choice)
      if (!found?.breaker.admit()) return undefined
      found.turn = ++turn
      return found
    },
    isOther: (than) => follow().some((each) => each !== than && each.breaker.wouldAdmit()),
    stats: () =>
      follow().map(({ place, inFlight, breaker, outlierState }) => ({
        origin: place.origin,
        host: place.host,
        inFlight,
        breaker: breaker.state(),
        history: breaker.history(),
        share: outlierState.share(),
      })),
    close: async () => {
      closed.abort()
      await Promise.all([...underWay, ...[...known.values()].map((each) => each.transport.close())])
    },
  }
}
