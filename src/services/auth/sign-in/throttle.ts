const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How failures slow down what comes after them. */
export interface Policy {
  /** Failures that cost nothing but the last of them. */
  readonly free: number
  /** Longest delay, in milliseconds. */
  readonly longest: number
  /** Milliseconds after the last failure at which all are forgotten. */
  readonly memory: number
}

/** Failures remembered under a key. Instants in epoch milliseconds. */
export interface Failures {
  readonly failures: number
  readonly lastAt: number
  readonly blockedUntil: number
}

/** One person guessing at one account from one place: five tries, then 1 s, 2 s, 4 s … 15 minutes. */
export const PAIR: Policy = { free: 5, longest: 15 * MINUTE, memory: 24 * HOUR }

/**
 * One account guessed at from many places. The delay stays short and is not asked of networks the member has signed in
 * from before, so that nobody can lock a person out by guessing at them: yet 20 guesses, then two a minute, find nothing.
 */
export const ACCOUNT: Policy = { free: 20, longest: 30 * SECOND, memory: 24 * HOUR }

/** Many accounts guessed at from one place. Many people share a network, so it is let off long. */
export const networkPolicy = (free: number): Policy => ({ free, longest: 15 * MINUTE, memory: HOUR })

/** Milliseconds to wait after so many failures. */
export const delayAfter = (failures: number, { free, longest }: Policy): number =>
  failures < free ? 0 : Math.min(longest, SECOND * 2 ** Math.min(30, failures - free))

/**
 * Until when an attempt is refused. Never, where there is no delay: an instant of a host whose clock is ahead would block the
 * account and its network on all others for as long as it is.
 */
const blockedUntil = (failures: number, policy: Policy, now: number): number => {
  const delay = delayAfter(failures, policy)
  return delay === 0 ? 0 : now + delay
}

const remembered = (before: Failures | undefined, policy: Policy, now: number): number =>
  before && before.lastAt > now - policy.memory ? before.failures : 0

/** Counts an attempt as failed before it is made, so that attempts side by side cannot slip past the limit together. */
export const counted = (before: Failures | undefined, policy: Policy, now: number): Failures => {
  const failures = remembered(before, policy, now) + 1
  return { failures, lastAt: now, blockedUntil: blockedUntil(failures, policy, now) }
}

/** Takes one attempt back that turned out right. */
export const forgiven = (before: Failures, policy: Policy): Failures => {
  const failures = Math.max(0, before.failures - 1)
  return { ...before, failures, blockedUntil: delayAfter(failures, policy) === 0 ? 0 : before.blockedUntil }
}
