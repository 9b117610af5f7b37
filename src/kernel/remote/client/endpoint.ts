import type { Logger } from 'pino'
import type { Endpoint } from '#kernel/call.ts'
import type { CallContext } from '#kernel/context.ts'
import { isRepeatable, type Contract, type Operation } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { commonCodes, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { endWith, within } from '#kernel/tracing/tracing.ts'
import { bulkhead } from './bulkhead.ts'
import { attempts, type Ended } from './attempt.ts'
import { instances, type Instance, type InstanceStats, type Origins } from '../instances/instances.ts'
import { isAnswer, type Outcome } from './outcome.ts'
import { reachability } from './reachability.ts'
import { retryBudget, retryPause } from './retry.ts'
import type { HostTls } from '../security/tls.ts'
import type { CallerTokens } from '../security/token.ts'
import { multiplexedPathOf } from '../wire.ts'

/** Limits of one service's calls from one host. */
export interface RemoteLimits {
  /** Calls on their way at once; others wait. */
  readonly inFlight: number
  /** Calls that wait; more are refused with UNAVAILABLE. */
  readonly waiting: number
  /** Connections to one instance. */
  readonly connections: number
  /** Failures in a row that open an instance's breaker, and milliseconds it stays open at first. */
  readonly failures: number
  readonly openFor: number
  /** Times a call is repeated at most, where repeating is safe. */
  readonly retries: number
}

const defaultLimits: RemoteLimits = {
  inFlight: 256,
  waiting: 1_024,
  connections: 128,
  failures: 5,
  openFor: 1_000,
  retries: 2,
}

export interface RemoteStats {
  readonly inFlight: number
  readonly waiting: number
  readonly refused: number
  readonly retried: number
  /** Calls that were sent to a second instance because the first had lost half of their time. */
  readonly hedged: number
  readonly instances: readonly InstanceStats[]
}

/** An endpoint in other hosts, which can be watched and closed. */
export interface RemoteEndpoint extends Endpoint {
  readonly stats: () => RemoteStats
  close(): Promise<void>
}

/** Reaches a service in other hosts: the same meaning as a call in this one, with deadline, retry, breaker and bulkhead. */
export const remoteEndpoint = (given: {
  readonly contract: Contract
  /** Where its instances listen, as `http://host:port` or a place; asked at each call, so that a registry may change it. */
  readonly origins: Origins | (() => Origins)
  /** The caller's zone: instances there are asked first. */
  readonly zone?: string
  /** What the connections prove themselves by. */
  readonly tls?: HostTls | undefined
  readonly tokens: CallerTokens
  readonly runtime: Runtime
  readonly log: Logger
  readonly limits?: Partial<RemoteLimits>
}): RemoteEndpoint => {
  const { contract, tokens, runtime, log } = given
  const { name: service } = contract
  const limits = { ...defaultLimits, ...given.limits }
  const { origins } = given
  const all = instances(typeof origins === 'function' ? origins : () => origins, runtime, {
    ...limits,
    path: multiplexedPathOf(service),
    zone: given.zone,
    tls: given.tls,
    log: log.child({ called: service }),
  })
  const room = bulkhead(service, runtime, limits)
  const budget = retryBudget()
  const reach = reachability(service, { runtime, log })
  const attempt = attempts({ service, all, tokens, runtime })
  let retried = 0
  let hedges = 0

  const table = new Map(
    Object.entries(contract.operations).map(([name, operation]) => {
      const codes = new Set([...commonCodes, ...(operation.faults ?? []).map((each) => each.code)])
      return [name, { operation, codes }]
    }),
  )

  /**
   * An attempt; where repeating is safe, a second one beside it at another instance once half of the time is lost. The first
   * good answer counts. An instance that answers others is only slow, or all are: then the retry budget bounds how many
   * calls are made twice.
   */
  const hedged = async (
    name: string,
    body: string | undefined,
    context: CallContext,
    not?: Instance,
  ): Promise<Ended> => {
    const first = attempt(name, body, context, not)
    if (!first.instance || !isRepeatable(table.get(name)!.operation) || !all.isOtherIn(first.instance))
      return first.ended
    const early = await Promise.race([first.ended, first.halfway])
    if (early) return early
    if (!all.isOtherIn(first.instance) || !(first.isOutlived() || budget.withdraw())) return first.ended
    hedges++
    const second = attempt(name, body, context, first.instance)
    const [one, other] = await Promise.race([
      first.ended.then((ended) => [ended, second] as const),
      second.ended.then((ended) => [ended, first] as const),
    ])
    if (!isAnswer(one.outcome)) return other.ended
    other.giveUp(other === first)
    return one
  }

  const settle = (outcome: Outcome, codes: ReadonlySet<string>, name: string, requestId: string): unknown => {
    if (outcome.kind === 'value' || outcome.kind === 'fault') reach.reached()
    if (outcome.kind === 'value') return outcome.value
    if (outcome.kind === 'late') throw DEADLINE_EXCEEDED()
    const facts = { service, operation: name, requestId }
    if (outcome.kind === 'fault') {
      if (codes.has(outcome.fault.code)) throw outcome.fault
      log.error({ ...facts, code: outcome.fault.code }, 'Service returned a fault its contract does not declare')
      throw INTERNAL(undefined, { cause: outcome.fault })
    }
    throw UNAVAILABLE({ service }, { cause: reach.unreached(facts, outcome.reason) })
  }

  /** What was surely not done may be repeated whatever it is; what may have been done, only where that does no more. */
  const mayRepeat = (outcome: Outcome, operation: Operation): boolean => {
    if (outcome.kind === 'unsent') return true
    const away = outcome.kind === 'lost' || (outcome.kind === 'fault' && UNAVAILABLE.is(outcome.fault))
    return away && isRepeatable(operation)
  }

  const callTraced = async (name: string, input: unknown, context: CallContext): Promise<unknown> => {
    if (!context.span) return callInside(name, input, context)
    const span = context.span.child({ name: `${service}.${name}`, kind: 'client' })
    try {
      const answer = await callInside(name, input, within(context, span))
      span.end()
      return answer
    } catch (error) {
      endWith(span, error)
      throw error
    }
  }

  const callInside = async (name: string, input: unknown, context: CallContext): Promise<unknown> => {
    const { operation, codes } = table.get(name)!
    const body = input === undefined ? undefined : JSON.stringify(input)
    budget.deposit()
    let { instance, outcome } = await hedged(name, body, context)
    if (instance) context.span?.set('server.address', instance.place.origin)
    for (let n = 0; n < limits.retries && mayRepeat(outcome, operation); n++) {
      if (!instance) break
      // Whoever was not there was not burdened either: going on to another costs nobody anything.
      if (!(outcome.kind === 'unsent' && all.isOther(instance))) {
        const pause = retryPause(n, runtime)
        if (runtime.now() + pause >= context.deadline || !budget.withdraw()) break
        await runtime.sleep(pause)
      }
      retried++
      context.span?.set('jangteo.tries', n + 2)
      ;({ instance, outcome } = await hedged(name, body, context, instance))
    }
    return settle(outcome, codes, name, context.requestId)
  }

  return {
    call: async (name, input, context) => {
      if (!table.has(name)) throw new TypeError(`The contract ${service} has no operation ${name}`)
      if (context.deadline <= runtime.now()) throw DEADLINE_EXCEEDED()
      const entering = room.enter(context.deadline)
      if (entering) await entering
      try {
        return await callTraced(name, input, context)
      } catch (error) {
        if (error instanceof Fault) throw error
        log.error({ err: error, service, operation: name, requestId: context.requestId }, 'A call failed on our side')
        throw INTERNAL(undefined, { cause: error })
      } finally {
        room.leave()
      }
    },
    stats: () => ({ ...room.stats(), retried, hedged: hedges, instances: all.stats() }),
    close: all.close,
  }
}
