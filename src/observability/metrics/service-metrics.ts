import { Gauge, type Registry } from 'prom-client'
import type { BatcherStats } from '#kernel/batch.ts'
import type { LocalEndpoint } from '#kernel/call.ts'
import type { Consumer, ServiceGauge } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { findPublished } from '#engines/kafka/relay/relay-store.ts'
import { COUNTED, findBehind, findCursors, findSetAside, type Cursor } from '#engines/postgres/events/lag-store.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'
import type { KafkaLag } from '../observed-host.ts'
import { observableGauge, observableCounter, type Series } from './observable-metrics.ts'

/** A service of this process as metrics see it. */
export interface MeasuredService {
  readonly service: string
  readonly endpoint: Pick<LocalEndpoint, 'batches'>
  /** Emits events. */
  readonly emitsEvents?: boolean
  readonly db: Queryable & { readonly stats: () => { open: number; waiting: number } }
  readonly gauges?: readonly ServiceGauge[] | undefined
  readonly consumers?: readonly Consumer[] | undefined
}

/** Logs of events as metrics see them, wherever they lie. */
export interface MeasuredEvents {
  readonly logOf: LogOf
  /** Where events travel by Kafka. */
  readonly kafka?: {
    readonly topicOf: (source: string) => string
    readonly lags: () => readonly KafkaLag[]
  }
}

/** Batches: how many, how full, and what waits for a free lane. */
const watchBatches = (registers: Registry[], services: readonly MeasuredService[]): void => {
  const labelNames = ['service', 'operation']
  const each = (count: (stats: BatcherStats) => number) => () =>
    services.flatMap(({ service, endpoint }) =>
      Object.entries(endpoint.batches()).map(([operation, stats]): Series => [{ service, operation }, count(stats)]),
    )
  const common = { labelNames, registers }
  observableCounter({
    ...common,
    name: 'jangteo_batches_total',
    help: 'Batches run',
    read: each(({ batches }) => batches),
  })
  observableCounter({
    ...common,
    name: 'jangteo_batch_inputs_total',
    help: 'Inputs carried by batches',
    read: each(({ inputs }) => inputs),
  })
  observableCounter({
    ...common,
    name: 'jangteo_batch_splits_total',
    help: 'Failing batches, and parts of them, split in two to isolate the inputs at fault',
    read: each(({ splits }) => splits),
  })
  observableGauge({
    ...common,
    name: 'jangteo_batch_waiting',
    help: 'Inputs that wait for a free lane',
    read: each(({ waiting }) => waiting),
  })
}

/** Connections to the stores, and transactions that wait for one. */
const watchPools = (registers: Registry[], services: readonly MeasuredService[]): void => {
  const common = { labelNames: ['service'], registers }
  const each = (of: 'open' | 'waiting') => () =>
    services.map(({ service, db }): Series => [{ service }, db.stats()[of]])
  observableGauge({
    ...common,
    name: 'jangteo_pool_waiting',
    help: 'Transactions that wait for a connection',
    read: each('waiting'),
  })
  observableGauge({ ...common, name: 'jangteo_pool_open', help: 'Open connections', read: each('open') })
}

/** Events of a log after a place, up to those that are counted. */
const behind = async (logOf: LogOf, after: Omit<Cursor, 'consumer'>, names?: readonly string[]): Promise<number> =>
  Math.min(COUNTED, (await findBehind(logOf(after.source), after, names)).events)

/** How far consumers are behind the logs they read, and what they have set aside. */
const watchConsumers = (registers: Registry[], services: readonly MeasuredService[], logOf: LogOf): void => {
  new Gauge({
    name: 'jangteo_events_set_aside',
    help: 'Events set aside: RETRYING, WAITING behind another of the same key, DEAD until a person looks',
    labelNames: ['service', 'consumer', 'state'],
    registers,
    async collect() {
      this.reset()
      await Promise.allSettled(
        services.map(async ({ service, db }) => {
          for (const { consumer, state, count } of await findSetAside(db)) this.set({ service, consumer, state }, count)
        }),
      )
    },
  })
  new Gauge({
    name: 'jangteo_events_behind',
    help: 'Events a consumer has yet to read of a log, up to 10000',
    labelNames: ['service', 'consumer', 'source'],
    registers,
    async collect() {
      this.reset()
      const setLag = async ({ service, consumers = [] }: MeasuredService, cursor: Cursor): Promise<void> => {
        const { consumer, source } = cursor
        const wanted = consumers.find((each) => each.name === consumer)?.reactions.map(({ event }) => event.name)
        if (!wanted) return
        // Events it does not want are passed over without moving its cursor each time.
        this.set({ service, consumer, source }, await behind(logOf, cursor, wanted))
      }
      // An unavailable store omits its own series only; so does a log in another database.
      await Promise.allSettled(
        services.map(async (each) => {
          await Promise.allSettled((await findCursors(each.db)).map((cursor) => setLag(each, cursor)))
        }),
      )
    },
  })
}

/** What of a log is not at Kafka yet, and what of it groups have yet to take in from there. */
const watchKafka = (
  registers: Registry[],
  services: readonly MeasuredService[],
  { logOf, kafka }: MeasuredEvents,
): void => {
  new Gauge({
    name: 'jangteo_events_unpublished',
    help: 'Events of a service that are not published to Kafka yet, up to 10000',
    labelNames: ['service'],
    registers,
    async collect() {
      this.reset()
      const setUnpublished = async (service: string, topic: string): Promise<void> => {
        const place = (await findPublished(logOf(service), service, topic)) ?? { xid: '0', id: 0 }
        this.set({ service }, await behind(logOf, { source: service, ...place }))
      }
      if (kafka)
        await Promise.allSettled(
          services.flatMap(({ service, emitsEvents }) =>
            emitsEvents ? [setUnpublished(service, kafka.topicOf(service))] : [],
          ),
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
const watchGauges = (registers: Registry[], services: readonly MeasuredService[]): void => {
  for (const { name, help, read } of services.flatMap((each) => each.gauges ?? []))
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // A cache that cannot be read omits its own series only.
        const [value] = await Promise.allSettled([Promise.resolve().then(read)])
        if (value.status === 'fulfilled') this.set(value.value)
        else this.remove()
      },
    })
}

/** Registers the metrics of this process's services. They are read at scrape time only. */
export const registerServiceMetrics = (
  registry: Registry,
  services: readonly MeasuredService[],
  events: MeasuredEvents,
): void => {
  watchBatches([registry], services)
  watchPools([registry], services)
  watchConsumers([registry], services, events.logOf)
  watchKafka([registry], services, events)
  watchGauges([registry], services)
}

/** A counter of a cache as metrics see it. */
export interface MeasuredCache {
  readonly cache: string
  readonly level: string
  readonly outcome: string
  readonly count: number
}

/** Adds how often caches could answer, by level (memory, redis) and how it went. */
export const registerCacheMetrics = (registry: Registry, counted: () => readonly MeasuredCache[]): void => {
  observableCounter({
    name: 'jangteo_cache_total',
    help: 'Looks into caches: hit, stale (given while a newer answer is made), miss, poisoned (not believed), away',
    labelNames: ['cache', 'level', 'outcome'],
    registers: [registry],
    read: () =>
      counted().flatMap(({ cache, level, outcome, count }): Series[] =>
        count > 0 ? [[{ cache, level, outcome }, count]] : [],
      ),
  })
}

/** Adds what became of the spans that were to be sent, by collector. */
export const registerTraceMetrics = (
  registry: Registry,
  stats: () => Readonly<Record<string, { readonly sent: number; readonly dropped: number; readonly waiting: number }>>,
): void => {
  const registers = [registry]
  observableCounter({
    name: 'jangteo_trace_spans_total',
    help: 'Spans sent to a collector, or dropped because it was away or too slow',
    labelNames: ['collector', 'outcome'],
    registers,
    read: () =>
      Object.entries(stats()).flatMap(([collector, { sent, dropped }]): Series[] => [
        [{ collector, outcome: 'sent' }, sent],
        [{ collector, outcome: 'dropped' }, dropped],
      ]),
  })
  observableGauge({
    name: 'jangteo_trace_waiting',
    help: 'Spans that wait to be sent',
    labelNames: ['collector'],
    registers,
    read: () => Object.entries(stats()).map(([collector, { waiting }]): Series => [{ collector }, waiting]),
  })
}
