import { RATE_LIMITED } from '#kernel/faults.ts'
import { networkOf } from '#kernel/net/network.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Route } from '../api/routes.ts'
import { counts, type Count, type Counts } from './counts.ts'
import { memoize } from '../memoize.ts'
import { policiesOf, type By, type Policy, type Rules } from './policies.ts'
import type { DistributedCounter } from './distributed-counter.ts'

/** What the caller is told of limits: how the tightest of those that concern the request stands. */
export interface RateLimitHeaders {
  /** Header fields: name, value, name, value. */
  readonly headers: string[]
  /** Part of it that is left. */
  least: number
}

/** Counts the requests of one route, and refuses those that are too many. */
export interface Limiter {
  /**
   * Counts a request from an address, and against what the route allows to everybody. Throws RATE_LIMITED, or answers a
   * promise where other processes are asked first.
   */
  arrived(address: string, answer: RateLimitHeaders): void | Promise<void>
  /** The same for the account that makes it. */
  by(account: string, answer: RateLimitHeaders): void | Promise<void>
}

/** The limits of a gateway. */
export interface Limits {
  /** Of an operation; without one, of pages and streams. */
  of(route?: Pick<Route, 'id' | 'operation'>): Limiter
  stop(): Promise<void>
}

interface Limit extends Policy {
  readonly counts: Counts
}

/** What is counted: requests of an operation, or of `pages`, under policies as headers tell them. */
interface Counted {
  readonly operation: string
  readonly policies: string
}

const FIELD = 'ratelimit'
const POLICY = 'ratelimit-policy'

/** The client as limits know it: subscribers of IPv6 own a network, not an address. */
const clientOf = (address: string): string => (address.includes(':') ? networkOf(address) : address)

const free: Limiter = { arrived: () => {}, by: () => {} }

/** Header fields by draft-ietf-httpapi-ratelimit-headers-10: the policies of a route, and how the tightest stands. */
const policyText = (policies: readonly Policy[]): string =>
  policies.map(({ name, quota }) => `"${name}";q=${quota.calls};w=${quota.seconds}`).join(', ')

const setHeader = (headers: string[], name: string, value: string): void => {
  const at = headers.indexOf(name)
  if (at === -1) headers.push(name, value)
  else headers[at + 1] = value
}

/**
 * Counts requests in windows that begin with the first one. Counting is done in this process; what other processes of the
 * gateway count arrives a moment later (`distributedCounter`), or, for exact limits, before the request goes on.
 */
export const limits = (given: {
  readonly runtime: Runtime
  readonly distributedCounter: DistributedCounter
  /** What is set now; the same object as long as it is the same. */
  readonly rules: () => Rules
  /** Told of each request that a limit refuses. */
  readonly refused?: (operation: string, limit: string) => void
}): Limits => {
  const { runtime, distributedCounter, rules, refused } = given
  // Routes share the counts of their class. New rules find what was counted, unless it was in windows of another length.
  const known = new Map<string, Counts>()
  const countsOf = ({ name, quota }: Policy): Counts => {
    const found = known.get(name)
    if (found?.seconds === quota.seconds) return found
    const made = counts(name, quota)
    known.set(name, made)
    return made
  }
  const limitOf = (policy: Policy): Limit => ({ ...policy, counts: countsOf(policy) })

  const writeHeaders = (
    answer: RateLimitHeaders,
    policies: string,
    { name, quota }: Limit,
    count: Count,
    now: number,
  ): void => {
    const { headers } = answer
    const left = Math.max(0, quota.calls - count.total)
    if (left / quota.calls >= answer.least) return
    answer.least = left / quota.calls
    const seconds = Math.max(1, Math.ceil((count.endsAt - now) / 1_000))
    setHeader(headers, POLICY, policies)
    setHeader(headers, FIELD, `"${name}";r=${left};t=${seconds}`)
  }

  const refuse = ({ operation }: Counted, { name }: Limit, count: Count, now: number): never => {
    refused?.(operation, name)
    throw RATE_LIMITED(undefined, { retryAfter: Math.max(1, (count.endsAt - now) / 1_000) })
  }

  /** Asks the other processes which call of the window it is. */
  const agree = async (all: readonly [Limit, Count][], answer: RateLimitHeaders, counted: Counted): Promise<void> => {
    const which = await Promise.all(all.map(([, each]) => distributedCounter.now(each)))
    const now = runtime.now()
    for (const [i, [limit, each]] of all.entries()) {
      writeHeaders(answer, counted.policies, limit, each, now)
      if (which[i]! > limit.quota.calls) refuse(counted, limit, each, now)
    }
  }

  /** Counts against limits of which none may be exceeded. */
  const count = (
    all: readonly Limit[],
    whoOf: (limit: Limit) => string,
    answer: RateLimitHeaders,
    counted: Counted,
  ) => {
    const now = runtime.now()
    let exact: [Limit, Count][] | undefined
    for (const limit of all) {
      const found = limit.counts.of(whoOf(limit), now)
      // Whoever is refused is not counted: the window ends when it ends, however often is tried.
      if (found.total >= limit.quota.calls) {
        writeHeaders(answer, counted.policies, limit, found, now)
        refuse(counted, limit, found, now)
      }
      found.total++
      found.unsent++
      if (limit.exact) (exact ??= []).push([limit, found])
      else distributedCounter.soon(found)
      writeHeaders(answer, counted.policies, limit, found, now)
    }
    return exact && agree(exact, answer, counted)
  }

  const limiterOf = (route: Parameters<Limits['of']>[0], now: Rules): Limiter => {
    const policies = policiesOf(route, now)
    if (policies.length === 0) return free
    const counted = { operation: route?.id ?? 'pages', policies: policyText(policies) }
    const only = (...bys: By[]): readonly Limit[] => policies.filter((each) => bys.includes(each.by)).map(limitOf)
    const ofAddress = only('address', 'all')
    const ofAccount = only('account')
    return {
      arrived: (address, answer) => {
        const client = clientOf(address)
        return count(ofAddress, (limit) => (limit.by === 'all' ? 'all' : client), answer, counted)
      },
      by: (account, answer) => count(ofAccount, () => account, answer, counted),
    }
  }

  return {
    of: (route) => {
      const limiter = memoize(rules, (now) => limiterOf(route, now))
      return {
        arrived: (address, answer) => limiter().arrived(address, answer),
        by: (account, answer) => limiter().by(account, answer),
      }
    },
    stop: distributedCounter.stop,
  }
}
