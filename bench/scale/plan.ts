import { isDatabase, isEngine, isOutside, type Level, type TopologyCosts } from '../costs/costs.ts'
import { figure, markdown } from '../costs/tables.ts'
import { fit } from './fit.ts'
import { type Outcome, simulate } from './simulate.ts'

/** How full a process or a database may be on a good day: the rest is for bursts, and for the loss of one of them. */
export const FULL = 0.6
/** What is assumed of machines nobody measured here. */
export const ASSUMED = {
  /** Cores of the largest database server one would buy without thinking twice. */
  serverCores: 32,
  /** Milliseconds of a commit: a local disk with a protected cache, or a replica near by that acknowledges. */
  flushMs: 1,
  /** Milliseconds between two hosts, one way. */
  hopMs: 0.15,
  /** Milliseconds until Toss has confirmed. */
  tossMs: 200,
}

/** Connections of a service in a process: two that are shared, three for transactions. */
const CONNECTIONS = 5
/** Hosts that do nothing for a purchase: one of each is kept, and a second in case. */
const KEPT = 2

/** What so many orders a second need. */
export interface Need {
  readonly perSecond: number
  /** Processes by kind, a core each. */
  readonly processes: Readonly<Record<string, number>>
  /** Cores of PostgreSQL by service, and of what no service has for itself. */
  readonly databaseCores: Readonly<Record<string, number>>
  readonly servers: number
  readonly connections: number
  readonly walMegabytes: number
  readonly networkMegabytes: number
  readonly events: number
  readonly partitions: number
  /** Gigabytes tables grow by in a day of a tenth of this, as shops are busy an hour or two. */
  readonly gigabytesADay: number
}

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((all, each) => all + each, 0)

const many = ({ levels }: TopologyCosts): Level => levels.at(-1)!

/** Kinds of process that a purchase keeps busy, with microseconds each. */
export const busyKinds = (topology: TopologyCosts): readonly (readonly [string, number])[] =>
  Object.entries(many(topology).cpu).filter(([kind]) => !isOutside(kind) && !isDatabase(kind) && !isEngine(kind))

const databaseKinds = (topology: TopologyCosts): readonly (readonly [string, number])[] =>
  Object.entries(many(topology).cpu)
    .filter(([kind]) => isDatabase(kind))
    .map(([kind, micros]): [string, number] => [kind.slice('database '.length), micros])

const coresFor = (perSecond: number, micros: number): number => (perSecond * micros) / 1e6 / FULL

/** What so many orders a second need, by what a purchase costs among many on hosts of its own. */
export const needOf = (topology: TopologyCosts, perSecond: number): Need => {
  const level = many(topology)
  const busy = new Map(busyKinds(topology))
  const kinds = Object.keys(topology.kinds).filter((each) => !isOutside(each) && !isDatabase(each) && !isEngine(each))
  const processes = Object.fromEntries(
    kinds.map((kind) => [kind, Math.max(KEPT, Math.ceil(coresFor(perSecond, busy.get(kind) ?? 0)))]),
  )
  const databaseCores = Object.fromEntries(
    databaseKinds(topology).map(([service, micros]) => [service, coresFor(perSecond, micros)]),
  )
  const cores = sum(databaseCores)
  const mostOfOne = Math.max(...Object.values(databaseCores))
  const consumers = Math.max(
    ...['cart', 'catalog', 'notification', 'product', 'order'].map((each) => processes[each] ?? 0),
  )
  return {
    perSecond,
    processes,
    databaseCores,
    servers:
      cores <= ASSUMED.serverCores
        ? 1
        : Math.max(1, Math.ceil(mostOfOne / ASSUMED.serverCores), Math.ceil(cores / ASSUMED.serverCores)),
    connections: Object.entries(processes).reduce(
      (all, [kind, count]) => all + (kind === 'edge' ? 0 : count * CONNECTIONS),
      0,
    ),
    walMegabytes: (perSecond * level.walBytes) / 1e6,
    networkMegabytes: (perSecond * level.networkBytes) / 1e6,
    events: perSecond * sum(level.events),
    partitions: Math.max(6, consumers * 2),
    gigabytesADay: (perSecond * level.tableBytes * 86_400 * 0.1) / 1e9,
  }
}

/** Lets as many come as a need was reckoned for; larger ones as equal shards, of which one is simulated. */
export const tryOut = (topology: TopologyCosts, need: Need, shards: number, seconds = 1): Outcome => {
  const of = needOf(topology, need.perSecond / shards)
  const total = sum(of.processes)
  return simulate({
    demand: fit(topology),
    replicas: of.processes,
    cores: { hosts: total, database: Math.max(2, Math.ceil(sum(of.databaseCores))) },
    flushMs: ASSUMED.flushMs,
    hopMs: ASSUMED.hopMs,
    tossMs: ASSUMED.tossMs,
    arrivals: { perSecond: of.perSecond },
    seconds,
  })
}

const TARGETS = [
  { perSecond: 1_000, shards: 1 },
  { perSecond: 10_000, shards: 5 },
  { perSecond: 100_000, shards: 50 },
]

/** Needs of 1,000, 10,000 and 100,000 orders a second, and what the simulation makes of them. */
export const needsTable = (topology: TopologyCosts): string => {
  const tried = TARGETS.map(({ perSecond, shards }) => {
    const need = needOf(topology, perSecond)
    return { need, shards, outcome: tryOut(topology, need, shards) }
  })
  const row = (name: string, of: (each: (typeof tried)[number]) => string): string[] => [name, ...tried.map(of)]
  const kinds = busyKinds(topology)
    .filter(([, micros]) => micros >= 20)
    .map(([kind]) => kind)
  return markdown(
    ['orders/s', ...TARGETS.map(({ perSecond }) => figure(perSecond))],
    [
      ...kinds.map((kind) => row(`hosts: ${kind}`, ({ need }) => figure(need.processes[kind] ?? 0))),
      row('hosts, all, a core each', ({ need }) => figure(sum(need.processes))),
      row('cores of PostgreSQL', ({ need }) => figure(Math.ceil(sum(need.databaseCores)))),
      row('of these for orders', ({ need }) => figure(Math.ceil(need.databaseCores['order'] ?? 0))),
      row('for stock', ({ need }) => figure(Math.ceil(need.databaseCores['product'] ?? 0))),
      row('for payments', ({ need }) => figure(Math.ceil(need.databaseCores['payment'] ?? 0))),
      row(`PostgreSQL servers of ${ASSUMED.serverCores} cores, at least`, ({ need }) => figure(need.servers)),
      row('WAL, MB/s', ({ need }) => figure(need.walMegabytes)),
      row('connections, as hosts open them today', ({ need }) => figure(need.connections)),
      row('between hosts, MB/s', ({ need }) => figure(need.networkMegabytes)),
      row('events/s', ({ need }) => figure(need.events)),
      row('Kafka partitions of a busy topic', ({ need }) => figure(need.partitions)),
      row('tables grow by, GB a day at a tenth', ({ need }) => figure(need.gigabytesADay)),
      row('simulated: cells', ({ shards }) => figure(shards)),
      row('purchases/s of all cells', ({ outcome, shards }) => figure(outcome.perSecond * shards)),
      row('p50, ms', ({ outcome }) => figure(outcome.p50)),
      row('p99, ms', ({ outcome }) => figure(outcome.p99)),
    ],
  )
}

const MORE = 'more of them'

/** At how many purchases a second one process, or one core of the database, is full. */
export const fullAt = (topology: TopologyCosts): string => {
  const level = many(topology)
  const parts = [
    ...busyKinds(topology)
      .filter(([, micros]) => micros >= 20)
      .map(([kind, micros]): [string, number, string] => [`one process of ${kind}`, micros, MORE]),
    ...databaseKinds(topology)
      .filter(([, micros]) => micros >= 20)
      .map(([name, micros]): [string, number, string] => [
        `one core of PostgreSQL: ${name}`,
        micros,
        ['itself', 'relay'].includes(name)
          ? 'a server for each service'
          : 'cores, then a server of its own, then shards',
      ]),
  ].sort((a, b) => b[1] - a[1])
  return markdown(
    ['part', 'CPU a purchase, µs', 'full at purchases/s', 'then'],
    [
      ...parts.map(([name, micros, then]) => [name, figure(micros), figure(1e6 / micros), then]),
      [
        'a disk that takes 500 MB/s of WAL',
        '',
        figure(500e6 / level.walBytes),
        'a server for each service, then shards',
      ],
    ],
  )
}

/** What a single SKU that everybody wants sells, by how long a commit takes: one row, one batch after another. */
export const hotTable = (topology: TopologyCosts): string => {
  const times = [0.2, 1, 5]
  const replicas = { edge: 8, order: 12, product: 2, payment: 8 }
  const sold = (flushMs: number, hotSku: boolean): string =>
    figure(
      simulate({
        demand: fit(topology),
        replicas,
        cores: { hosts: 40, database: ASSUMED.serverCores },
        flushMs,
        tossMs: 0,
        hotSku,
        arrivals: { clients: 512 },
        seconds: 1,
      }).perSecond,
    )
  return markdown(
    ['512 customers, purchases/s', ...times.map((ms) => `commit ${ms} ms`)],
    [
      ['different SKUs', ...times.map((ms) => sold(ms, false))],
      ['one SKU', ...times.map((ms) => sold(ms, true))],
    ],
  )
}
