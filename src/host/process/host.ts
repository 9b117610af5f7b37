import type { Logger } from 'pino'
import { clientOf, serveLocally, type CallObserver, type Endpoint, type LocalEndpoint } from '#kernel/call.ts'
import type { Client, Contract, EventType } from '#kernel/contract.ts'
import { UNAVAILABLE } from '#kernel/faults.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { noPlatform, type Platform } from '#kernel/reports/platform.ts'
import type { Built, ServiceDefinition, Settings } from '#kernel/service.ts'
import { untraced, type Tracer } from '#kernel/tracing/trace.ts'
import type { ConnectionSettings } from '#engines/postgres/connection/connection.ts'
import { openCaches, type OpenCaches } from '#engines/cache/caches.ts'
import { openDatabase, type PostgresDatabase, type StepHook } from '#engines/postgres/database.ts'
import { outages, type Outages } from '#engines/postgres/connection/outage.ts'
import { isTransientError } from '#engines/postgres/connection/transient-errors.ts'
import type { Kafka } from '#engines/kafka/connect.ts'
import { historyOf, type LogOf } from '#engines/postgres/events/log.ts'
import type { PollLoop } from '#kernel/process/poll-loop.ts'
import { RELAY } from '#engines/postgres/schema/provision.ts'
import type { KafkaLag } from '#src/observability/observed-host.ts'
import { startBackgroundWorkers } from '../events/background-workers.ts'
import { outboxReaders } from '../events/outbox-readers.ts'
import { eventSignals } from '../events/event-signals.ts'

/** A process that runs some services. Which ones is configuration; no service depends on it. */
export interface Host {
  /** A client of any service of the shop, here or elsewhere, on behalf of `caller`. */
  client<C extends Contract>(contract: C, caller?: string): Client<C>
  /** Where a service's operations are reached. */
  endpoint(service: string): Endpoint
  /** The services that run here. */
  readonly services: readonly RunningService[]
  /** Where a service's log of events is read. */
  readonly logOf: LogOf
  /** Messages that groups of this process have yet to take in from Kafka, where this process looks after it. */
  readonly kafkaLags: () => readonly KafkaLag[]
  /** Takes no new work, lets what is under way finish, closes the stores. */
  stop(): Promise<void>
}

/** A service in this host. */
export interface RunningService {
  readonly definition: ServiceDefinition
  readonly endpoint: LocalEndpoint
  readonly db: PostgresDatabase
  readonly built: Built<Contract>
}

export interface HostSettings {
  readonly services: readonly ServiceDefinition<any>[]
  /** Connection of a service's own store; of `relay`, the role that may read outboxes only, to the one `source` lies in. */
  readonly connection: (service: string, source?: string) => ConnectionSettings
  /** Settings of services; a function where they differ by service. */
  readonly settings: Settings | ((service: string) => Settings)
  readonly runtime: Runtime
  readonly log: Logger
  /** Without them answers are kept in memory alone. */
  readonly caches?: OpenCaches
  /** Endpoints of services that run elsewhere. */
  readonly elsewhere?: (service: string) => Endpoint | undefined
  /** Puts something between callers and a service that runs here; for tests, which put a network there. */
  readonly between?: (contract: Contract, endpoint: Endpoint) => Endpoint
  readonly observe?: CallObserver
  /** Puts a counter between callers of this host and a service, wherever it runs. */
  readonly watch?: (service: string, endpoint: Endpoint) => Endpoint
  /** The other processes of the shop, for services that look after them. */
  readonly platform?: Platform
  /** Makes the traces of consumers and sweeps; calls are traced by who makes them. */
  readonly tracer?: Tracer
  /** Checks outputs against their contracts too; for tests. */
  readonly checkOutputs?: boolean
  readonly onStep?: StepHook
  /** Where its stores report how their servers do; one of its own by default. */
  readonly outages?: Outages
  /** How events travel; without it they are read from PostgreSQL. */
  readonly kafka?: Kafka
  /** Whether consumers and sweeps run; a test may drive them itself. */
  readonly background?: boolean
}

/** Starts a host: opens the stores, builds the services, then starts consumers and sweeps. Schemas must be up to date. */
export const startHost = async (given: HostSettings): Promise<Host> => {
  const { runtime, log, tracer = untraced } = given
  const signals = eventSignals()
  const endpoints = new Map<string, Endpoint>()
  const watched = new Map<Endpoint, Endpoint>()
  const platform = given.platform ?? noPlatform
  const caches = given.caches ?? openCaches({ runtime, log })

  const endpoint = (service: string): Endpoint => {
    const found = endpoints.get(service) ?? given.elsewhere?.(service)
    if (!found) throw new Error(`No host runs the service ${service}`)
    if (!given.watch) return found
    let counted = watched.get(found)
    if (!counted) watched.set(found, (counted = given.watch(service, found)))
    return counted
  }

  const reported = given.outages ?? outages({ runtime, log })
  const logs = outboxReaders((source) => given.connection(RELAY, source), { runtime, outages: reported })
  const history = historyOf(logs.logOf)

  const settingsOf = (service: string): Settings =>
    typeof given.settings === 'function' ? given.settings(service) : given.settings

  const running = given.services.map((definition): RunningService => {
    const { name } = definition.contract
    const logger = log.child({ service: name })
    const db = openDatabase(given.connection(name), {
      name,
      runtime,
      outages: reported,
      emitted: () => signals.wake(name),
      ...(given.onStep && { onStep: given.onStep }),
    })
    const call = Object.fromEntries(
      Object.entries(definition.needs).map(([as, needed]) => [
        as,
        clientOf(needed, name, () => endpoint(needed.name), runtime),
      ]),
    )
    const built = definition.build({
      db,
      history,
      platform,
      cache: caches.of(name),
      runtime,
      log: logger,
      settings: settingsOf(name),
      call,
    })
    const served = serveLocally(definition.contract, built.operations, {
      runtime,
      log: logger,
      translate: (error) => (isTransientError(error) ? UNAVAILABLE({ service: name }, { cause: error }) : undefined),
      ...(given.observe && { observe: given.observe }),
      ...(given.checkOutputs && { checkOutputs: true }),
    })
    endpoints.set(name, given.between?.(definition.contract, served) ?? served)
    return { definition, endpoint: served, db, built }
  })

  const close = async (): Promise<void> => {
    await Promise.all([...running.map((each) => each.db), logs].map((each) => each.close()))
  }
  try {
    for (const each of running) await each.built.start?.()
  } catch (error) {
    // Open connections would keep alive a process that has nothing to do.
    await close()
    throw error
  }

  const carry = given.kafka && (await import('../events/kafka-workers.ts')).kafkaWorkers
  const carried = carry?.({ kafka: given.kafka!, logOf: logs.logOf, runtime, log, signals, tracer })
  const workers: PollLoop[] =
    given.background === false
      ? []
      : startBackgroundWorkers(running, { logOf: logs.logOf, runtime, log, signals, tracer, carried })

  return {
    client: (contract, caller = 'edge') => clientOf(contract, caller, () => endpoint(contract.name), runtime),
    endpoint,
    services: running,
    logOf: logs.logOf,
    kafkaLags: () => carried?.lags() ?? [],
    stop: async () => {
      await Promise.all(workers.map((each) => each.stop()))
      // A call under way in one may yet call another that seemed done.
      const underWay = (): boolean => running.some((each) => each.endpoint.inFlight() > 0)
      do await Promise.all(running.map((each) => each.endpoint.drained()))
      while (underWay())
      await Promise.all(running.map((each) => each.built.stop?.()))
      await close()
    },
  }
}

/** Every event the services emit. */
export const eventsOf = (services: readonly ServiceDefinition<any>[]): readonly EventType[] =>
  services.flatMap((each) => each.emits)
