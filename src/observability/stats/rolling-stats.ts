import type { Rates } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** The window of a minute is divided into slots, of which the oldest is dropped. */
const PART = 5_000
const PARTS = 12
/** Durations are counted in steps that grow by a quarter, from 50 µs to more than half a minute. */
const FIRST = 0.05
const GROWTH = Math.log(1.25)
const STEPS = 62
const WIDTH = STEPS + 2

/** Counts of one thing in the last minute. */
export interface RollingStats {
  record(ms: number, failed: boolean): void
  /** Nothing when nothing happened. */
  read(): Rates | undefined
}

const stepOf = (ms: number): number => (ms <= FIRST ? 0 : Math.min(STEPS - 1, Math.ceil(Math.log(ms / FIRST) / GROWTH)))

/** The middle of a step, as its logarithm goes. */
const middleOf = (step: number): number => FIRST * Math.exp((step - 0.5) * GROWTH)

/** Counts calls, failures and durations of the last minute; durations are right within an eighth. */
export const rollingStats = (runtime: Pick<Runtime, 'now'>): RollingStats => {
  // Each part: calls, failures, then how many calls took each step.
  const counts = new Uint32Array(PARTS * WIDTH)
  const partAt = new Float64Array(PARTS).fill(-1)

  return {
    record: (ms, failed) => {
      const part = Math.floor(runtime.now() / PART)
      const slot = part % PARTS
      const from = slot * WIDTH
      if (partAt[slot] !== part) {
        counts.fill(0, from, from + WIDTH)
        partAt[slot] = part
      }
      counts[from]!++
      if (failed) counts[from + 1]!++
      counts[from + 2 + stepOf(ms)]!++
    },
    read: () => {
      const now = Math.floor(runtime.now() / PART)
      const sum = new Float64Array(WIDTH)
      for (let slot = 0; slot < PARTS; slot++) {
        const age = now - partAt[slot]!
        if (partAt[slot] === -1 || age < 0 || age >= PARTS) continue
        for (let i = 0; i < WIDTH; i++) sum[i]! += counts[slot * WIDTH + i]!
      }
      const [calls, errors] = sum as unknown as [number, number]
      if (calls === 0) return undefined
      const quantile = (part: number): number => {
        let left = Math.ceil(calls * part)
        let step = 0
        while (step < STEPS - 1 && (left -= sum[2 + step]!) > 0) step++
        return Number(middleOf(step).toPrecision(3))
      }
      return { calls, errors, p50: quantile(0.5), p99: quantile(0.99) }
    },
  }
}

/** Counts of the last minute of everything that has two names. */
export interface StatsTable {
  record(one: string, other: string, ms: number, failed: boolean): void
  read(): (readonly [one: string, other: string, rates: Rates])[]
}

/** Counts by two names, of which there must be few. */
export const statsTable = (runtime: Pick<Runtime, 'now'>): StatsTable => {
  const all = new Map<string, Map<string, RollingStats>>()
  return {
    record: (one, other, ms, failed) => {
      let of = all.get(one)
      if (!of) all.set(one, (of = new Map()))
      let counted = of.get(other)
      if (!counted) of.set(other, (counted = rollingStats(runtime)))
      counted.record(ms, failed)
    },
    read: () =>
      [...all].flatMap(([one, of]) =>
        [...of].flatMap(([other, counted]) => {
          const rates = counted.read()
          return rates ? [[one, other, rates] as const] : []
        }),
      ),
  }
}
