import { Gauge, type Registry } from 'prom-client'
import type { LocalEndpoint } from '#kernel/call.ts'
import type { ServiceGauge } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { findPublished } from '#engines/kafka/relay-store.ts'
import type { LogOf } from '#engines/postgres/log.ts'
import { behind, cursorsOf, setAsideOf, type Cursor } from './lag-store.ts'

/** A service of this process as metrics see it. */
export interface Watched {
  readonly service: string
  readonly endpoint: Pick<LocalEndpoint, 'batches'>
  /** It tells events. */
  readonly tells?: boolean
  readonly db: Queryable & { readonly stats: () => { open: number; waiting: number } }
  readonly gauges?: readonly ServiceGauge[] | undefined
}

/** Logs of events as metrics see them, wherever they lie. */
export interface WatchedEvents {
  readonly logOf: LogOf
  /** Where events travel by Kafka. */
  readonly kafka?: {
    readonly topicOf: (source: string) => string
    readonly lags: () => readonly {
      readonly service: string
      readonly consumer: string
      readonly source: string
      readonly messages: number
    }[]
  }
}

/** Batches: how many, how full, and what waits for a free lane. */
const watchBatches = (registers: Registry[], services: readonly Watched[]): void => {
  const labelNames = ['service', 'operation']
  const batches = new Gauge({ name: 'jangteo_batches_total', help: 'Batches run', labelNames, registers })
  const inputs = new Gauge({
    name: 'jangteo_batch_inputs_total',
    help: 'Inputs carried by batches',
    labelNames,
    registers,
  })
  new Gauge({
    name: 'jangteo_batch_waiting',
    help: 'Inputs that wait for a free lane',
    labelNames,
    registers,
    collect() {
      for (const { service, endpoint } of services)
        for (const [operation, stats] of Object.entries(endpoint.batches())) {
          batches.set({ service, operation }, stats.batches)
          inputs.set({ service, operation }, stats.inputs)
          this.set({ service, operation }, stats.waiting)
        }
    },
  })
}

/** Connections to the stores, and transactions that wait for one. */
const watchPools = (registers: Registry[], services: readonly Watched[]): void => {
  const labelNames = ['service']
  const waiting = new Gauge({
    name: 'jangteo_pool_waiting',
    help: 'Transactions that wait for a connection',
    labelNames,
    registers,
  })
  new Gauge({
    name: 'jangteo_pool_open',
    help: 'Open connections',
    labelNames,
    registers,
    collect() {
      for (const { service, db } of services) {
        const stats = db.stats()
        this.set({ service }, stats.open)
        waiting.set({ service }, stats.waiting)
      }
    },
  })
}

/** How far consumers are behind the logs they read, and what they have set aside. */
const watchConsumers = (registers: Registry[], services: readonly Watched[], logOf: LogOf): void => {
  const aside = new Gauge({
    name: 'jangteo_events_set_aside',
    help: 'Events set aside: RETRYING, WAITING behind another of the same key, DEAD until a person looks',
    labelNames: ['service', 'consumer', 'state'],
    registers,
  })
  new Gauge({
    name: 'jangteo_events_behind',
    help: 'Events a consumer has yet to read of a log, up to 10000',
    labelNames: ['service', 'consumer', 'source'],
    registers,
    async collect() {
      aside.reset()
      this.reset()
      const tellLag = async (service: string, cursor: Cursor): Promise<void> => {
        const { consumer, source } = cursor
        this.set({ service, consumer, source }, await behind(logOf(source), source, cursor))
      }
      // A store that is away leaves its own lines out, not everybody's; neither does a log that is in another.
      await Promise.allSettled(
        services.map(async ({ service, db }) => {
          for (const { consumer, state, count } of await setAsideOf(db)) aside.set({ service, consumer, state }, count)
          await Promise.allSettled((await cursorsOf(db)).map((cursor) => tellLag(service, cursor)))
        }),
      )
    },
  })
}

/** What of a log is not at Kafka yet, and what of it groups have yet to take in from there. */
const watchKafka = (registers: Registry[], services: readonly Watched[], { logOf, kafka }: WatchedEvents): void => {
  new Gauge({
    name: 'jangteo_events_unpublished',
    help: 'Events of a service that are not published to Kafka yet, up to 10000',
    labelNames: ['service'],
    registers,
    async collect() {
      this.reset()
      const tell = async (service: string, topic: string): Promise<void> => {
        const place = (await findPublished(logOf(service), service, topic)) ?? { xid: '0', id: 0 }
        this.set({ service }, await behind(logOf(service), service, place))
      }
      if (kafka)
        await Promise.allSettled(
          services.flatMap(({ service, tells }) => (tells ? [tell(service, kafka.topicOf(service))] : [])),
        )
    },
  })
  new Gauge({
    name: 'jangteo_kafka_behind',
    help: 'Messages a consumer’s group has yet to take in from Kafka; told by the one member that looks after it',
    labelNames: ['service', 'consumer', 'source'],
    registers,
    collect() {
      this.reset()
      for (const { service, consumer, source, messages } of kafka?.lags() ?? [])
        this.set({ service, consumer, source }, messages)
    },
  })
}

/** Figures of the services' own. */
const watchGauges = (registers: Registry[], services: readonly Watched[]): void => {
  for (const { name, help, read } of services.flatMap((each) => each.gauges ?? []))
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // One that cannot be read leaves its own line out, not everybody's.
        const [value] = await Promise.allSettled([Promise.resolve().then(read)])
        if (value.status === 'fulfilled') this.set(value.value)
        else this.remove()
      },
    })
}

/** Adds what the services of this process tell of themselves. Looked at when asked for, never in between. */
export const watchServices = (registry: Registry, services: readonly Watched[], events: WatchedEvents): void => {
  watchBatches([registry], services)
  watchPools([registry], services)
  watchConsumers([registry], services, events.logOf)
  watchKafka([registry], services, events)
  watchGauges([registry], services)
}

/** A counter of a cache as metrics see it. */
export interface WatchedCache {
  readonly cache: string
  readonly level: string
  readonly outcome: string
  readonly count: number
}

/** Adds how often caches could answer, by level (memory, redis) and how it went. */
export const watchCaches = (registry: Registry, counted: () => readonly WatchedCache[]): void => {
  new Gauge({
    name: 'jangteo_cache_total',
    help: 'Looks into caches: hit, stale (given while a newer answer is made), miss, poisoned (not believed), away',
    labelNames: ['cache', 'level', 'outcome'],
    registers: [registry],
    collect() {
      for (const { cache, level, outcome, count } of counted())
        if (count > 0) this.set({ cache, level, outcome }, count)
    },
  })
}
