/** What a purchase cost while so many customers bought at once. Everything is for one purchase, unless it says otherwise. */
export interface Level {
  /** Customers who buy one after another without a pause. */
  readonly clients: number
  readonly perSecond: number
  /** Milliseconds of the whole purchase: placed, approved, confirmed, looked at. */
  readonly p50: number
  readonly p99: number
  readonly purchases: number
  /** Cores that all of the run kept busy while customers bought. */
  readonly busy: number
  /** Cores that others on this machine kept busy meanwhile: with much of it the figures say little. */
  readonly othersBusy: number
  /** Microseconds of processor by kind of process, without what it uses when nobody buys. */
  readonly cpu: Readonly<Record<string, number>>
  /** Statements by service, BEGIN and COMMIT among them. */
  readonly statements: Readonly<Record<string, number>>
  /** Transactions ended by COMMIT, all services. */
  readonly commits: number
  /** Times the log of the database was forced to disk. */
  readonly flushes: number
  readonly walBytes: number
  /** Bytes by which tables and their indexes grew. */
  readonly tableBytes: number
  /** Bytes over TCP, those of customers among them; a database on a Unix socket is not. */
  readonly networkBytes: number
  /** Bytes the topics of Kafka grew by; 0 without Kafka. */
  readonly kafkaBytes: number
  readonly events: Readonly<Record<string, number>>
}

/** Processes of one kind. */
export interface Kind {
  readonly processes: number
  /** Bytes of memory of all of them after the load, pages that are shared counted once. */
  readonly memory: number
  /** Share of one core they use together when nobody buys. */
  readonly idle: number
}

export interface TopologyCosts {
  readonly topology: string
  /** By name: `shop` or the hosts, `load` (the customers), `database …`, engines. */
  readonly kinds: Readonly<Record<string, Kind>>
  /** Connections to the database. */
  readonly connections: number
  readonly levels: readonly Level[]
}

/** Everything `npm run bench -- --costs` measured in one run. */
export interface Costs {
  readonly date: string
  readonly machine: { readonly processor: string; readonly cores: number; readonly memory: number }
  readonly node: string
  /** Milliseconds of forcing 8 KiB to the disk the database lies on. */
  readonly flushMs: number
  readonly topologies: readonly TopologyCosts[]
}

/** What the purchase costs in all by processes whose name fits. */
export const cpuOf = (level: Level, fits: (kind: string) => boolean): number =>
  Object.entries(level.cpu).reduce((sum, [kind, micros]) => sum + (fits(kind) ? micros : 0), 0)

export const isDatabase = (kind: string): boolean => kind.startsWith('database') && !isOutside(kind)
export const isEngine = (kind: string): boolean => ['kafka', 'redis', 'opensearch'].includes(kind)
/** Processes that watch the shop. */
export const isWatcher = (kind: string): boolean => ['zipkin', 'prometheus'].includes(kind)
/** Processes that a shop in production does not run: customers, simulators, who starts the hosts here. */
export const isOutside = (kind: string): boolean =>
  ['load', 'simulators', 'supervisor'].includes(kind) || /^database (bench|simulator)/.test(kind)
