import {
  type Costs,
  cpuOf,
  isDatabase,
  isEngine,
  isOutside,
  isWatcher,
  type Level,
  type TopologyCosts,
} from './costs.ts'

/** A table in Markdown; the first column is text, the others are figures. */
export const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** A figure with three digits that say something, thousands apart. */
export const figure = (value: number): string => {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((all, each) => all + each, 0)

const isShop = (kind: string): boolean => ![isDatabase, isEngine, isWatcher, isOutside].some((is) => is(kind))
const KIB = 1024

const lines: readonly (readonly [string, (level: Level) => number])[] = [
  ['purchases/s', (each) => each.perSecond],
  ['p50, ms', (each) => each.p50],
  ['p99, ms', (each) => each.p99],
  ['CPU of the shop, µs', (each) => cpuOf(each, isShop)],
  ['CPU of PostgreSQL, µs', (each) => cpuOf(each, isDatabase)],
  ['CPU of Kafka, Redis, OpenSearch, µs', (each) => cpuOf(each, isEngine)],
  ['CPU of Zipkin and Prometheus, µs', (each) => cpuOf(each, isWatcher)],
  ['CPU of customers and simulators, µs', (each) => cpuOf(each, isOutside)],
  ['statements', (each) => sum(each.statements)],
  ['commits', (each) => each.commits],
  ['flushes of the log', (each) => each.flushes],
  ['WAL, KiB', (each) => each.walBytes / KIB],
  ['tables and indexes grow by, KiB', (each) => each.tableBytes / KIB],
  ['over TCP, KiB', (each) => each.networkBytes / KIB],
  ['Kafka topics grow by, KiB', (each) => each.kafkaBytes / KIB],
  ['events', (each) => sum(each.events)],
  ['cores kept busy', (each) => each.busy],
  ['cores others kept busy', (each) => each.othersBusy],
]

/** What one purchase costs on each topology, with few and with many customers at once. */
export const perPurchase = ({ topologies }: Costs): string =>
  markdown(
    ['one purchase', ...topologies.flatMap((each) => each.levels.map(({ clients }) => `${each.topology}, ${clients}`))],
    lines.map(([name, of]) => [name, ...topologies.flatMap((each) => each.levels.map((level) => figure(of(level))))]),
  )

const last = ({ levels }: TopologyCosts): Level => levels.at(-1)!

/** CPU, memory and idle use by kind of process, at the level with the most customers. */
export const perProcess = (topology: TopologyCosts): string => {
  const level = last(topology)
  const names = Object.keys(topology.kinds).sort((a, b) => (level.cpu[b] ?? 0) - (level.cpu[a] ?? 0))
  return markdown(
    [
      `${topology.topology}: process`,
      'how many',
      'CPU a purchase, µs',
      'statements',
      'memory, MiB',
      'idle, % of a core',
    ],
    names.map((name) => {
      const { processes, memory, idle } = topology.kinds[name]!
      return [
        name,
        String(processes),
        figure(level.cpu[name] ?? 0),
        name.startsWith('database ') ? figure(level.statements[name.slice('database '.length)] ?? 0) : '',
        figure(memory / KIB / KIB),
        figure(idle * 100),
      ]
    }),
  )
}

/** Everything measured, as tables. */
export const costTables = (costs: Costs): readonly string[] => [perPurchase(costs), ...costs.topologies.map(perProcess)]
