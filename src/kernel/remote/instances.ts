import type { Runtime } from '../runtime.ts'
import { breaker, type Breaker, type BreakerState } from './breaker.ts'
import { transport, type Transport } from './transport.ts'

/** One process that runs a service. */
export interface Instance {
  readonly origin: string
  readonly transport: Transport
  readonly breaker: Breaker
  inFlight: number
}

export interface InstanceStats {
  readonly origin: string
  readonly inFlight: number
  readonly breaker: BreakerState
}

/** The instances of a service, as the registry names them now. */
export interface Instances {
  /** The least busy one whose breaker lets a call through, another than `not` if there is one. */
  pick(not?: Instance): Instance | undefined
  readonly stats: () => readonly InstanceStats[]
  close(): Promise<void>
}

/** Follows `origins`: connects to new ones, lets calls to those that left end. */
export const instances = (
  origins: () => readonly string[],
  runtime: Runtime,
  given: { readonly connections: number; readonly failures: number; readonly openFor: number },
): Instances => {
  const known = new Map<string, Instance>()
  let current: readonly string[] = []
  let list: readonly Instance[] = []
  let turn = 0

  const follow = (): readonly Instance[] => {
    const now = origins()
    if (now === current) return list
    current = now
    for (const origin of now)
      if (!known.has(origin))
        known.set(origin, {
          origin,
          transport: transport(origin, given.connections),
          breaker: breaker(runtime, given),
          inFlight: 0,
        })
    for (const [origin, left] of known) {
      if (now.includes(origin)) continue
      known.delete(origin)
      void left.transport.close()
    }
    return (list = [...known.values()])
  }

  return {
    pick: (not) => {
      const all = follow()
      let best: Instance | undefined
      // From another place each time, so that equals take turns.
      turn++
      for (let i = 0; i < all.length; i++) {
        const each = all[(turn + i) % all.length]!
        if ((each === not && all.length > 1) || !each.breaker.wouldAdmit()) continue
        if (!best || each.inFlight < best.inFlight) best = each
      }
      return best?.breaker.admit() ? best : undefined
    },
    stats: () => follow().map(({ origin, inFlight, breaker }) => ({ origin, inFlight, breaker: breaker.state() })),
    close: async () => {
      await Promise.all([...known.values()].map((each) => each.transport.close()))
    },
  }
}
