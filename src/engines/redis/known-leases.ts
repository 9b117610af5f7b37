import { LEASE, type Lease, type Leases } from './leases.ts'
import type { LeaseContent } from './signed-lease.ts'

/** Milliseconds everybody is given to announce again after Redis was away, or lost what it held. */
export const GRACE = 4_000

/** A process we have heard of. */
export interface Known {
  readonly id: string
  readonly content: LeaseContent
  /** Epoch milliseconds, by our clock, until which its lease is good. */
  readonly ends: number
}

/** Who lives, made from one look at the leases after another. */
export interface KnownLeases {
  /** Takes in what Redis has at `now`. */
  take(leases: Leases, now: number): void
  /** Those who live, oldest first; at a moment, not to be kept. */
  alive(now: number): readonly Known[]
  /** Those who fell silent without saying that they leave. */
  silent(now: number): readonly Known[]
}

/**
 * Believes Redis only as far as it can know: whoever gave up the lease is gone at once, whoever let it run out is gone
 * then; but after Redis was away or came back empty nobody is gone until all had time to announce again.
 */
export const knownLeases = (): KnownLeases => {
  const known = new Map<string, Known>()
  let epoch: string | undefined
  let takenAt = -Infinity
  let graceUntil = -Infinity

  const takeOne = ({ id, left, content }: Lease, now: number): void => {
    if (!content) known.delete(id)
    else known.set(id, { id, content, ends: now + left })
  }

  const isAlive = ({ ends }: Known, now: number): boolean => now < ends || now < graceUntil
  const sorted = (): Known[] => [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1))

  return {
    take: (leases, now) => {
      const lost = epoch !== undefined && (epoch !== leases.epoch || now - takenAt > LEASE)
      if (lost) graceUntil = now + GRACE
      epoch = leases.epoch
      takenAt = now
      for (const each of leases.all) takeOne(each, now)
      const there = new Set(leases.all.map((each) => each.id))
      for (const each of known.values()) if (!there.has(each.id) && !isAlive(each, now)) known.delete(each.id)
    },
    alive: (now) => sorted().filter((each) => isAlive(each, now)),
    silent: (now) => sorted().filter((each) => !isAlive(each, now)),
  }
}
