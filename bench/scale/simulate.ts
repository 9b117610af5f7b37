import { chance, clockOf } from './clock.ts'
import { build, type Plan } from './shop.ts'

/** What came of it. Milliseconds. */
export interface Outcome {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly purchases: number
  /** Share of the cores of all hosts, and of those of databases, that was busy. */
  readonly busy: number
  /** Purchases for each flush of a database's log. */
  readonly perFlush: number
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0

/** Lets customers buy in a shop for some seconds of its time. The same plan has the same outcome. */
export const simulate = (plan: Plan): Outcome => {
  const clock = clockOf()
  const random = chance(plan.seed ?? 1)
  const { purchase, hosts, disks, cores } = build(clock, plan)
  const warm = 1_000
  const end = warm + plan.seconds * 1_000
  const times: number[] = []
  const buy = (then: () => void): void => {
    const began = clock.now()
    purchase(() => {
      if (clock.now() > warm && clock.now() <= end) times.push(clock.now() - began)
      then()
    })
  }
  const { arrivals } = plan
  if ('clients' in arrivals) {
    const again = (): void => buy(() => clock.now() < end && again())
    for (let n = 0; n < arrivals.clients; n++) clock.after(random(), again)
  } else {
    const next = (): void => {
      buy(() => {})
      if (clock.now() < end) clock.after((-Math.log(1 - random()) * 1_000) / arrivals.perSecond, next)
    }
    next()
  }
  clock.runUntil(warm)
  const before = { done: hosts.done(), flushes: disks() }
  clock.runUntil(end)
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / plan.seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    purchases: times.length,
    busy: (hosts.done() - before.done) / (plan.seconds * 1e6 * cores),
    perFlush: times.length / Math.max(1, disks() - before.flushes),
  }
}
