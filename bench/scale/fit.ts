import { type Level, type TopologyCosts } from '../costs/costs.ts'

/** Microseconds of processor: of a batch however many are in it, and of each that is. All batches of a purchase together. */
export interface Cost {
  readonly fixed: number
  readonly item: number
}

/** What a purchase asks of each process, and of PostgreSQL for each service. */
export interface Demand {
  readonly processes: Readonly<Record<string, Cost>>
  readonly database: Readonly<Record<string, Cost>>
  /** Cores that are busy when nobody buys. */
  readonly idle: number
}

/**
 * Tells what each batch costs from what each purchase costs. Alone, a purchase pays for its batches all by itself; among
 * many it pays a share, and how large a share the statements tell: they shrink as batches fill.
 */
export const split = (alone: number, among: number, share: number): Cost => {
  const fixed = share < 1 ? Math.min(alone, Math.max(0, (alone - among) / (1 - share))) : 0
  // Where one of the two was measured too low to fit, the level with many customers is right: it is what is planned for.
  return { fixed, item: Math.max(0, among - share * fixed) }
}

/** Work of the database, that of simulators too. */
const isStored = (kind: string): boolean => kind.startsWith('database ')

const sum = (values: Readonly<Record<string, number>>): number =>
  Object.values(values).reduce((all, each) => all + each, 0)

/** Kinds that run no batches: among many their purchases pay nothing fixed. */
const WITHOUT_BATCHES = ['edge', 'load']

/**
 * How much of what a purchase costs was done while customers bought. The rest came when they had gone: letters of
 * confirmation wait in a queue, and events may.
 */
export const shareMeanwhile = ({ busy, perSecond, cpu }: Level, idle: number): number =>
  Math.min(1, (Math.max(0, busy - idle) * 1e6) / perSecond / sum(cpu))

/**
 * Fits the cost of every part to the levels with the fewest and the most customers. What lies between is left to check.
 * `all` counts what a purchase costs in the end, as it must be borne day after day; `meanwhile` what was done during the
 * measurement, against which it can be checked.
 */
export const fit = ({ kinds, levels }: TopologyCosts, what: 'all' | 'meanwhile' = 'all'): Demand => {
  const idle = Object.values(kinds).reduce((all, each) => all + each.idle, 0)
  const during = (level: Level): number => (what === 'all' ? 1 : shareMeanwhile(level, idle))
  const few: Level = levels[0]!
  const many: Level = levels.at(-1)!
  const shareOf = (service?: string): number => {
    const [alone, among] =
      service !== undefined && few.statements[service]
        ? [few.statements[service], many.statements[service] ?? 0]
        : [sum(few.statements), sum(many.statements)]
    return Math.min(1, among / alone)
  }
  const costOf = (kind: string, service?: string): Cost =>
    split(
      (few.cpu[kind] ?? 0) * during(few),
      (many.cpu[kind] ?? 0) * during(many),
      WITHOUT_BATCHES.includes(kind) ? 0 : shareOf(service),
    )
  const names = [...new Set([...Object.keys(few.cpu), ...Object.keys(many.cpu)])].filter(
    (each) => each !== 'supervisor',
  )
  return {
    processes: Object.fromEntries(
      names.filter((each) => !isStored(each)).map((kind) => [kind, costOf(kind, kind === 'shop' ? undefined : kind)]),
    ),
    database: Object.fromEntries(
      names.filter(isStored).map((kind) => {
        const service = kind.slice('database '.length)
        return [service, costOf(kind, service)]
      }),
    ),
    idle,
  }
}
