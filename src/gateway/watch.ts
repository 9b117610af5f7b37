import { Gauge, type Registry } from 'prom-client'
import type { LocalEndpoint } from '#kernel/call.ts'
import type { ServiceGauge } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { behind, cursorsOf, setAsideOf } from './lag-store.ts'

/** A service of this process as metrics see it. */
export interface Watched {
  readonly service: string
  readonly endpoint: Pick<LocalEndpoint, 'batches'>
  readonly db: Queryable & { readonly stats: () => { open: number; waiting: number } }
  readonly gauges?: readonly ServiceGauge[] | undefined
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
const watchConsumers = (registers: Registry[], services: readonly Watched[]): void => {
  const stores = new Map(services.map((each) => [each.service, each.db]))
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
      // A store that is away leaves its own lines out, not everybody's.
      await Promise.allSettled(
        services.map(async ({ service, db }) => {
          for (const { consumer, state, count } of await setAsideOf(db)) aside.set({ service, consumer, state }, count)
          for (const cursor of await cursorsOf(db)) {
            const source = stores.get(cursor.source)
            if (!source) continue
            this.set({ service, consumer: cursor.consumer, source: cursor.source }, await behind(source, cursor))
          }
        }),
      )
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
export const watchServices = (registry: Registry, services: readonly Watched[]): void => {
  watchBatches([registry], services)
  watchPools([registry], services)
  watchConsumers([registry], services)
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
