import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Caches } from './cache.ts'
import type { CallContext } from './context.ts'
import type { Client, Contract, EventType, Operation, OutputOf } from './contract.ts'
import type { Fault } from './fault.ts'
import type { Check } from './invariant.ts'
import type { Platform } from './reports/platform.ts'
import type { Role } from './role.ts'
import type { Runtime } from './runtime.ts'
import type { Database, Tx } from './store.ts'
import { type Declarations, type Settings, settingsFor, type SettingsOf } from './settings/setting.ts'
import { checkConsumers } from './subscriptions.ts'
import { forCause } from './tracing/tracing.ts'

export type { Settings }

type Parsed<Op extends Operation> = z.output<Op['input']>
type Answer<Op extends Operation> = z.input<Op['output']> | (OutputOf<Op> extends void | undefined ? void : never)

/** Does an operation for one input. */
export type Single<Op extends Operation> = (input: Parsed<Op>, context: CallContext) => Promise<Answer<Op>> | Answer<Op>

/** Does an operation for many inputs at once; answers in their order, a Fault for each input refused. */
export interface Batched<Op extends Operation> {
  readonly batch: (
    inputs: readonly Parsed<Op>[],
    contexts: readonly CallContext[],
  ) => Promise<readonly (Answer<Op> | Fault)[]>
  readonly concurrency: number
  readonly max: number
}

export type Handlers<C extends Contract> = {
  readonly [K in keyof C['operations']]: Single<C['operations'][K]> | Batched<C['operations'][K]>
}

/**
 * An operation written for many inputs at once. While fewer than `concurrency` batches run, whatever waits is taken at once;
 * otherwise calls gather, up to `max` in one go. No timer: lingering doubles the median. One input's refusal is answered as a Fault
 * in its place and never fails a neighbour. If `batch` throws, it is called again for halves of the inputs, down to single
 * ones, so that only the caller whose input caused the error gets it; a transient error is answered to all. It is called
 * again only where the contract says that the operation is repeatable: then it must do no more the second time.
 */
export const batched = <I, A>(
  batch: (inputs: readonly I[], contexts: readonly CallContext[]) => Promise<readonly (A | Fault)[]>,
  options: { concurrency?: number; max?: number } = {},
) => ({ batch, concurrency: options.concurrency ?? 2, max: options.max ?? 256 })

/** An event as it arrives: once in effect, in order per key. */
export interface Delivered<P> {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly key: string
  readonly payload: P
  /** Epoch milliseconds of emission. */
  readonly at: number
}

/** What a consumer does with events of one type, a run of them at a time, inside the transaction that marks them consumed. */
export interface Reaction {
  readonly event: EventType
  readonly react: (events: readonly Delivered<any>[], tx: Tx) => Promise<void>
}

/** Reacts to each event by itself. */
export const on = <P extends z.ZodType>(
  event: EventType<P>,
  react: (event: Delivered<z.output<P>>, tx: Tx) => Promise<void>,
): Reaction => ({
  event,
  react: async (events, tx) => {
    for (const each of events) await forCause(each, () => react(each, tx))
  },
})

/** Reacts to a run of events at once: same effect as one by one, in fewer statements. */
export const onMany = <P extends z.ZodType>(
  event: EventType<P>,
  react: (events: readonly Delivered<z.output<P>>[], tx: Tx) => Promise<void>,
): Reaction => ({ event, react })

/** A named reader of the log with a cursor of its own: slow or failing, it holds up no other. */
export interface Consumer {
  readonly name: string
  readonly reactions: readonly Reaction[]
}

export const consumer = (name: string, reactions: readonly Reaction[]): Consumer => ({ name, reactions })

/**
 * Work that comes due: claims due rows (SKIP LOCKED), does them, answers how many. Run again while it answers more than 0:
 * at once, or, where it gathers, after a moment unless it did as many as it does in one go.
 */
export interface Sweep {
  readonly name: string
  /** Milliseconds between looks when nothing was due. */
  readonly every: number
  readonly run: (now: number) => Promise<number>
  readonly gathers?: Gathering
}

/** Lets more come due before it is done together: `pace` milliseconds, unless the last time was `full`. */
interface Gathering {
  readonly pace: number
  readonly full: number
}

export const sweep = (
  name: string,
  every: number,
  run: (now: number) => Promise<number>,
  gathers?: Gathering,
): Sweep => ({ name, every, run, ...(gathers && { gathers }) })

/** A place in a service's log of events. */
export interface Place {
  readonly xid: string
  readonly id: number
}

/** An event read back from a log. */
export type Recorded<E extends EventType = EventType> = Delivered<z.output<E['payload']>> & {
  readonly place: Place
  /** Why the payload cannot be read, where it does not fit the event's schema: it is then as it was found. */
  readonly unreadable?: string
}

/** What services told the world, for making a read model anew. Only events that are kept are all there. */
export interface History {
  /** At most `limit` events of the given types that `source` told after a place, oldest first; from the beginning without one. */
  read(source: string, events: readonly EventType[], after: Place | undefined, limit: number): Promise<Recorded[]>
}

/** What every service is given; `D` are the settings it declares. */
export interface Tools<D extends Declarations = {}> {
  readonly db: Database
  readonly history: History
  readonly platform: Platform
  readonly cache: Caches
  readonly runtime: Runtime
  readonly log: Logger
  readonly settings: SettingsOf<D>
}

type Needs = { readonly [name: string]: Contract }
type Clients<N extends Needs> = { readonly [K in keyof N]: Client<N[K]> }

/** A figure of a service's own, read whenever Prometheus asks. */
export interface ServiceGauge {
  readonly name: string
  readonly help: string
  readonly read: () => number | Promise<number>
}

/** What a service is made of once it is given its tools. */
export interface Built<C extends Contract> {
  readonly operations: Handlers<C>
  readonly consumers?: readonly Consumer[]
  readonly sweeps?: readonly Sweep[]
  /** Seals anew what lies under a secret that is no longer in use; answers how many values. */
  readonly reseal?: () => Promise<number>
  /** What it tells Prometheus beside what every service does. */
  readonly gauges?: readonly ServiceGauge[]
  /** What it stands on and can do without for a while, by name: readiness shows it. */
  readonly spares?: Readonly<Record<string, () => Promise<unknown>>>
  /** Runs once after migrations, before the first call; may run again after a crash. */
  readonly start?: () => Promise<void>
  /** Ends what `start` began. */
  readonly stop?: () => Promise<void>
}

/** Which events each consumer of a service reacts to, by the consumer's name. */
export type Consumes = { readonly [consumer: string]: readonly EventType<any>[] }

/** A service as `src/shop.ts` lists it. */
export interface ServiceDefinition<C extends Contract = Contract, D extends Declarations = Declarations> {
  readonly contract: C
  /** Contracts of the services it calls. */
  readonly needs: Needs
  /** Events it emits. */
  readonly emits: readonly EventType[]
  /** Events its consumers react to, by the consumer's name. */
  readonly consumes: Consumes
  /** The settings it reads. */
  readonly settings: D
  /** Roles of staff that it introduces. */
  readonly roles: readonly Role[]
  /** What must always hold about its own tables; the audit checks it. */
  readonly invariants: readonly Check[]
  /** Folder of `0001_*.sql` migrations; its schema has the service's name. */
  readonly migrations: URL | undefined
  readonly build: (tools: Omit<Tools, 'settings'> & { readonly settings: Settings; readonly call: any }) => Built<C>
}

/**
 * Defines a service: what it declares about itself, and its wiring. Dependencies are arguments. Building it throws a TypeError
 * when the consumers it builds are not those it declares.
 */
export const service = <C extends Contract, const N extends Needs = {}, const D extends Declarations = {}>(
  contract: C,
  given: {
    readonly needs?: N
    readonly emits?: readonly EventType<any>[]
    readonly consumes?: Consumes
    readonly settings?: D
    readonly roles?: readonly Role[]
    readonly invariants?: readonly Check[]
    readonly migrations?: URL
  },
  build: (tools: Tools<D> & { readonly call: Clients<N> }) => Built<C>,
): ServiceDefinition<C, D> => ({
  contract,
  needs: given.needs ?? {},
  emits: given.emits ?? [],
  consumes: given.consumes ?? {},
  settings: given.settings ?? ({} as D),
  roles: given.roles ?? [],
  invariants: given.invariants ?? [],
  migrations: given.migrations,
  build: (tools) => {
    const built = build({ ...tools, settings: settingsFor(given.settings ?? ({} as D), tools.settings) })
    checkConsumers(contract.name, given.consumes ?? {}, built.consumers ?? [])
    return built
  },
})
