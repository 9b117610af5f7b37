import type { Logger } from 'pino'
import { refusal } from './call/access.ts'
import { answersFor, microBatcher, type BatcherStats } from './batch.ts'
import { currentContext, withContext, type CallContext } from './context.ts'
import { isRepeatable, type Client, type Contract, type Operation } from './contract.ts'
import { Fault } from './fault.ts'
import { commonCodes, DEADLINE_EXCEEDED, INTERNAL } from './faults.ts'
import { parseInput } from './input/input.ts'
import type { Runtime } from './runtime.ts'
import type { Batched, Handlers, Single } from './service.ts'
import { endWith, within } from './tracing/tracing.ts'
import { byDeadline } from './time/deadline-watcher.ts'

/** Where a contract's operations can be reached: here, or in another host. The shape is the same. */
export interface Endpoint {
  call(operation: string, input: unknown, context: CallContext): Promise<unknown>
}

/** An endpoint in this host, whose batches can be watched and drained. */
export interface LocalEndpoint extends Endpoint {
  readonly batches: () => Readonly<Record<string, BatcherStats>>
  /** Calls under way. */
  readonly inFlight: () => number
  /** Resolves once no call is under way. */
  readonly drained: () => Promise<void>
}

/** Told of every call: for metrics and traces. `outcome` is `ok` or the fault's code, `status` what HTTP would say. */
export type CallObserver = (service: string, operation: string, ms: number, outcome: string, status: number) => void

const isBatched = (handler: unknown): handler is Batched<Operation> => typeof handler === 'object'

/** Milliseconds a call may take when the contract does not say. */
export const DEFAULT_DEADLINE = 5_000

/** The context of the shop's own work: consumers, sweeps, start-up. */
export const systemContext = (caller: string, runtime: Runtime, ms = 30_000): CallContext => ({
  actor: { kind: 'system' },
  caller,
  deadline: runtime.now() + ms,
  locale: 'ko',
  requestId: runtime.id(),
})

/**
 * Serves a contract in this host. Each call is allowed, parsed and answered the same way whether it came from the edge,
 * a neighbour in this process or another host: declared and common faults pass, anything else is logged and becomes INTERNAL.
 */
export const serveLocally = <C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  given: {
    readonly runtime: Runtime
    readonly log: Logger
    readonly observe?: CallObserver
    readonly checkOutputs?: boolean
    /** What an error means that is no fault: the store being away is UNAVAILABLE. Left out or undefined, it is INTERNAL. */
    readonly translate?: (error: unknown) => Fault | undefined
  },
): LocalEndpoint => {
  const { runtime, log, observe, translate } = given
  const checkOutputs = given.checkOutputs ?? false
  const watched: Record<string, ReturnType<typeof microBatcher>> = {}

  const batchContext = (operation: Operation, versions: string | undefined): CallContext => {
    const system = systemContext(contract.name, runtime, operation.deadline ?? DEFAULT_DEADLINE)
    const context = versions === undefined ? system : { ...system, versions }
    const span = currentContext()?.span
    return span ? within(context, span) : context
  }

  const single = (name: string, operation: Operation): Single<Operation> => {
    const handler = handlers[name as keyof typeof handlers] as Single<Operation> | Batched<Operation>
    if (!isBatched(handler)) return handler
    type Entry = { input: never; context: CallContext }
    const run = (entries: readonly Entry[]): Promise<readonly unknown[]> =>
      withContext(batchContext(operation, entries[0]!.context.versions), () =>
        handler.batch(
          entries.map((each) => each.input),
          entries.map((each) => each.context),
        ),
      )
    const { concurrency: count, max } = handler
    const as = {
      concurrency: count,
      max,
      name: `${contract.name}.${name} batch`,
      inputOf: (entry: Entry) => entry.input,
      // What a batch calls goes to the versions that were chosen for those in it.
      partitionBy: (entry: Entry) => entry.context.versions,
      repeatable: isRepeatable(operation),
    }
    const gathered = microBatcher<Entry, unknown>(as, async (entries) => {
      // Nobody waits any more for what waited too long in the queue.
      const now = runtime.now()
      const waited = entries.filter((each) => each.context.deadline > now)
      if (waited.length === entries.length) return run(entries)
      const answers = waited.length > 0 ? answersFor(await run(waited), waited.length) : []
      let next = 0
      return entries.map((each) => (each.context.deadline > now ? answers[next++] : DEADLINE_EXCEEDED()))
    })
    watched[name] = gathered as never
    return ((input: never, context: CallContext) => gathered.call({ input, context })) as Single<Operation>
  }

  const table = new Map(
    Object.entries(contract.operations).map(([name, operation]) => {
      const declared = new Set((operation.faults ?? []).map((each) => each.code))
      return [name, { operation, declared, run: single(name, operation), title: `${contract.name}.${name}` }]
    }),
  )

  // An outage fails every call of a batch with one error: it is logged once.
  const logged = new WeakSet<object>()

  const settle = (name: string, declared: ReadonlySet<string>, error: unknown, context: CallContext): Fault => {
    if (error instanceof Fault && (declared.has(error.code) || commonCodes.has(error.code))) return error
    const translated = translate?.(error)
    if (typeof error !== 'object' || error === null || !logged.has(error)) {
      if (typeof error === 'object' && error !== null) logged.add(error)
      const facts = { err: error, service: contract.name, operation: name, requestId: context.requestId }
      if (translated) log.warn(facts, 'Operation failed with a transient error')
      else log.error(facts, 'An operation failed')
    }
    return translated ?? INTERNAL(undefined, { cause: error })
  }

  let inFlight = 0
  const whenDrained: (() => void)[] = []

  const call = async (name: string, input: unknown, context: CallContext): Promise<unknown> => {
    const entry = table.get(name)
    if (!entry) throw new TypeError(`The contract ${contract.name} has no operation ${name}`)
    const { operation, declared, run, title } = entry
    inFlight++
    const began = observe ? performance.now() : 0
    const caller = context.span
    const span = caller?.child({ name: title, kind: caller.remote ? 'server' : 'internal', service: contract.name })
    try {
      const refused = refusal(operation.access, context)
      if (refused) throw refused
      if (context.deadline <= runtime.now()) throw DEADLINE_EXCEEDED()
      const parsed = parseInput(operation.input, input)
      if ('fault' in parsed) throw parsed.fault
      const inside = span ? within(context, span) : context
      const output = await withContext(inside, () => run(parsed.value as never, inside))
      if (checkOutputs) operation.output.parse(output)
      span?.end()
      observe?.(contract.name, name, performance.now() - began, 'ok', 200)
      return output
    } catch (error) {
      const fault = settle(name, declared, error, context)
      if (span) endWith(span, fault)
      observe?.(contract.name, name, performance.now() - began, fault.code, fault.status)
      throw fault
    } finally {
      inFlight--
      if (inFlight === 0 && whenDrained.length > 0) for (const resolve of whenDrained.splice(0)) resolve()
    }
  }

  return {
    call,
    batches: () => Object.fromEntries(Object.entries(watched).map(([name, each]) => [name, each.stats()])),
    inFlight: () => inFlight,
    drained: () => (inFlight === 0 ? Promise.resolve() : new Promise<void>((resolve) => whenDrained.push(resolve))),
  }
}

/**
 * A typed client of a contract on behalf of `caller`. The actor, deadline, locale and trace of the call under way travel
 * with it; the deadline only ever shrinks.
 */
export const clientOf = <C extends Contract>(
  contract: C,
  caller: string,
  endpoint: () => Endpoint,
  runtime: Runtime,
): Client<C> => {
  const entries = Object.entries(contract.operations).map(([name, operation]) => {
    const allowance = operation.deadline ?? DEFAULT_DEADLINE
    return [
      name,
      (input: unknown) => {
        const current = currentContext() ?? systemContext(caller, runtime)
        const deadline = Math.min(current.deadline, runtime.now() + allowance)
        const answer = endpoint().call(name, input, { ...current, caller, deadline })
        // Whoever made the call under way watches its own deadline; only a nearer one needs watching here.
        return deadline === current.deadline ? answer : byDeadline(answer, deadline, runtime)
      },
    ]
  })
  return Object.fromEntries(entries) as Client<C>
}
