import type { CallContext } from '#kernel/context.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { deadlineWatcherOf, type WatchedDeadline } from '#kernel/time/deadline-watcher.ts'
import type { Instance, Instances } from '../instances/instances.ts'
import { outcomeOf, outcomeOfError, type Outcome } from './outcome.ts'
import type { CallerTokens } from '../security/token.ts'
import { versionChoices } from '../instances/versions.ts'
import { headersOf } from '../wire.ts'

/** How an attempt ended, and at whom. */
export interface Ended {
  readonly instance: Instance | undefined
  readonly outcome: Outcome
}

/** A call on its way to one instance. */
export interface Attempt {
  readonly instance: Instance | undefined
  /** Resolves with how it went, whatever happens, at the latest when the deadline passes. */
  readonly ended: Promise<Ended>
  /** Resolves when half of its time is over; never for what ended before, or had next to no time. */
  readonly halfway: Promise<undefined>
  /** Whether its instance has answered nothing at all since it began, while another of the service has answered. */
  readonly isOutlived: () => boolean
  /** Another attempt was answered first. `lost`: this one had begun before it. */
  giveUp(lost: boolean): void
}

/** Milliseconds, and part of what is left, by which a callee's deadline is nearer than its caller's. */
const HOP = 100
const HOP_PART = 0.1

/** What a callee is given of `left` milliseconds: it has yet to say that it was too late while its caller still listens. */
const givenOf = (left: number): number => left - Math.min(HOP, left * HOP_PART)

/** A timeout counts against an instance only when it was given this many milliseconds. */
const FAIR_WAIT = 1_000
/** Milliseconds without an answer before which nobody asks whether the instance is there at all. */
const SHORTEST_HALF = 100

/** What an outcome says of an instance: to its breaker, and beside the others. Refusals of the business are answers. */
const rate = ({ breaker, outlierState }: Instance, outcome: Outcome, ms: number): void => {
  // Calls that shared a request and failed together are one failure.
  if ('shared' in outcome && outcome.shared) return breaker.abandoned()
  if (outcome.kind === 'unsent') breaker.failed(outcome.nobody)
  else if (outcome.kind === 'lost') breaker.failed()
  else if (outcome.kind !== 'late') breaker.succeeded()
  else if (outcome.counts) breaker.failed()
  else breaker.abandoned()

  if (outcome.kind === 'unsent' && outcome.refused) return outlierState.refused()
  if (outcome.kind === 'late') return outcome.counts ? outlierState.timedOut(ms) : undefined
  const answered = outcome.kind === 'value' || outcome.kind === 'fault'
  outlierState.record(ms, answered && !(outcome.kind === 'fault' && UNAVAILABLE.is(outcome.fault)))
}

/** Makes attempts at calls of a service: chooses an instance, sends, watches the time, and notes how the instance did. */
export const attempts = (given: {
  readonly service: string
  readonly all: Instances
  readonly tokens: CallerTokens
  readonly runtime: Runtime
}) => {
  const { service, all, tokens, runtime } = given
  const waits = deadlineWatcherOf(runtime)
  let answered = 0

  const send = (instance: Instance, name: string, body: string | undefined, context: CallContext): Attempt => {
    const began = runtime.now()
    const left = context.deadline - began
    const before = { own: instance.answers, all: answered }
    const isSilent = (): boolean => instance.answers === before.own
    const ended = Promise.withResolvers<Ended>()
    const halfway = Promise.withResolvers<undefined>()
    let giveUp = (): void => {}
    let open = true
    let waiting: WatchedDeadline | undefined

    const end = (outcome: Outcome): void => {
      if (!open) return
      open = false
      if (waiting) waits.done(waiting)
      instance.inFlight--
      rate(instance, outcome, runtime.now() - began)
      ended.resolve({ instance, outcome })
    }
    const watch = (deadline: number, expired: () => void): void => waits.watch((waiting = { deadline, expired }))
    const late = (): void => {
      if (isSilent() && left >= SHORTEST_HALF) all.suspect(instance)
      giveUp()
      end({ kind: 'late', counts: runtime.now() - began >= FAIR_WAIT })
    }
    if (left / 2 < SHORTEST_HALF) watch(context.deadline, late)
    else
      watch(began + left / 2, () => {
        watch(context.deadline, late)
        if (isSilent()) all.suspect(instance)
        halfway.resolve(undefined)
      })

    instance.inFlight++
    const token = tokens.sign(service, context.caller, context.actor)
    instance.transport
      .send(name, headersOf(context, token, givenOf(left)), body, (stop) => (giveUp = stop))
      .then((answer) => {
        instance.answers++
        answered++
        if (answer.leaving) instance.outlierState.leaving()
        return outcomeOf(answer)
      })
      .catch(outcomeOfError)
      .then(end)
    return {
      instance,
      ended: ended.promise,
      halfway: halfway.promise,
      isOutlived: () => isSilent() && answered > before.all,
      giveUp: (lost) => {
        giveUp()
        end({ kind: 'late', counts: lost && runtime.now() - began >= FAIR_WAIT })
      },
    }
  }

  return (name: string, body: string | undefined, context: CallContext, not?: Instance): Attempt => {
    const { versions } = context
    const instance = all.pick(not, versions === undefined ? undefined : versionChoices(versions).get(service))
    if (instance) return send(instance, name, body, context)
    return {
      instance,
      ended: Promise.resolve({ instance, outcome: { kind: 'unsent', reason: 'no instance answers' } }),
      halfway: new Promise(() => {}),
      isOutlived: () => false,
      giveUp: () => {},
    }
  }
}
