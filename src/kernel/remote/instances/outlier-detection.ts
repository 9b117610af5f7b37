import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { shareAfter } from './slow-start.ts'

/** How an instance has done lately, beside the others of its service. */
export interface OutlierState {
  /** Part of its weight it gets now: 0 while it is left out, less than 1 while it is let back in. */
  readonly share: () => number
  /** A call was answered, or should have been, after `ms` milliseconds. */
  record(ms: number, good: boolean): void
  /** A call had a fair time, `ms` milliseconds, and was not answered. */
  timedOut(ms: number): void
  /** Nobody listened there. */
  refused(): void
  /**
   * It may have fallen silent: it is left out until it is `found`, if any other is in. Answers whether somebody is to look
   * after it now.
   */
  suspect(): boolean
  /** It gave a sign of life; `atOnce`, when it was asked for the first time: then it was suspected wrongly. */
  found(atOnce: boolean): void
  /** It said that it is about to end. */
  leaving(): void
}

/** The outlierDetector of all instances of a service. */
export interface OutlierDetector {
  /** Adds an instance; one that came `later` than the others is let in slowly. */
  add(later: boolean): OutlierState
  remove(outlierState: OutlierState): void
}

/** Weight of the newest call in the averages, and calls before an instance is judged. */
const NEWEST = 0.1
const ENOUGH = 20
/** Milliseconds between two judgements. */
const JUDGED_EVERY = 500
/** Failing: this part of the calls, and so many times the part of the others. */
const FAILING = 0.3
const TIMES = 3
/** Lagging: so many times slower than the others, and by so many milliseconds. */
const SLOWER_BY = 50
/** Calls in a row that timed out, after which an instance is judged without enough calls for an average. */
const TIMEOUTS = 3
/** Milliseconds out: the first time, at most, and after refusing a connection; each time in a row doubles it. */
const OUT = 5_000
const OUT_REFUSED = 1_000
const OUT_LONGEST = 60_000
/** Milliseconds a host that ends is given to be gone, or back. */
const OUT_LEAVING = 5_000

class InstanceOutlierState implements OutlierState {
  /** Averages over the last calls. */
  latency = 0
  failures = 0
  calls = 0
  inARow = 0
  outUntil = 0
  judgedAt = -Infinity
  timeouts = 0
  silent = false
  readonly #runtime: Runtime
  readonly #judge: (one: InstanceOutlierState) => void
  readonly #othersIn: (one: InstanceOutlierState) => boolean

  constructor(
    runtime: Runtime,
    later: boolean,
    judge: (one: InstanceOutlierState) => void,
    othersIn: (one: InstanceOutlierState) => boolean,
  ) {
    this.#runtime = runtime
    this.#judge = judge
    this.#othersIn = othersIn
    this.outUntil = later ? runtime.now() : -Infinity
  }

  isOut(): boolean {
    return this.silent || this.#runtime.now() < this.outUntil
  }

  share(): number {
    if (this.silent) return 0
    const since = this.#runtime.now() - this.outUntil
    return since < 0 ? 0 : shareAfter(since)
  }

  record(ms: number, good: boolean): void {
    // What was sent before it was left out says nothing new.
    if (this.isOut()) return
    if (good) this.timeouts = 0
    if (this.calls === 0) this.latency = ms
    this.latency += NEWEST * (ms - this.latency)
    this.failures += NEWEST * ((good ? 0 : 1) - this.failures)
    this.calls++
    if (this.calls >= ENOUGH || this.timeouts >= TIMEOUTS) this.#judge(this)
  }

  timedOut(ms: number): void {
    this.timeouts++
    this.record(ms, false)
  }

  suspect(): boolean {
    if (this.isOut() || !this.#othersIn(this)) return false
    this.silent = true
    return true
  }

  found(atOnce: boolean): void {
    this.silent = false
    // Whoever stood still has missed a lot: it is let in slowly. Whoever did not has still let its calls run out of time.
    if (!atOnce) this.#start(this.#runtime.now())
    else if (this.timeouts >= TIMEOUTS) this.#judge(this)
  }

  refused(): void {
    if (!this.isOut() && this.#othersIn(this)) this.leaveOut(OUT_REFUSED)
  }

  leaving(): void {
    if (!this.isOut() && this.#othersIn(this)) this.outUntil = this.#runtime.now() + OUT_LEAVING
  }

  /** Leaves it out, twice as long as the last time if that was not long ago. */
  leaveOut(first: number): void {
    const now = this.#runtime.now()
    if (now - this.outUntil > OUT_LONGEST) this.inARow = 0
    this.#start(now + exponentialBackOff(this.inARow++, { first, longest: OUT_LONGEST }))
  }

  #start(outUntil: number): void {
    this.outUntil = outUntil
    this.calls = 0
    this.failures = 0
    this.timeouts = 0
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Whether it fails much more often than the others, or lags far behind them. */
const isWorse = (one: InstanceOutlierState, others: readonly InstanceOutlierState[]): boolean => {
  const failing = median(others.map((each) => each.failures))
  const latency = median(others.map((each) => each.latency))
  const fails = one.failures >= FAILING && one.failures > TIMES * failing
  return fails || (one.latency > TIMES * latency && one.latency > latency + SLOWER_BY)
}

/**
 * Leaves out an instance that fails or lags much more than the others, for a while, and lets it back in slowly. Judged
 * by comparison: when all are slow none is to blame. Never more than half are out for that; one that refuses connections,
 * or has fallen silent, is out at once while any other is in.
 */
export const outlierDetector = (runtime: Runtime): OutlierDetector => {
  const all = new Set<InstanceOutlierState>()

  const judge = (one: InstanceOutlierState): void => {
    const now = runtime.now()
    if (now - one.judgedAt < JUDGED_EVERY) return
    one.judgedAt = now
    const out = [...all].filter((each) => each.isOut()).length
    const others = [...all].filter((each) => each !== one && !each.isOut() && each.calls > 0)
    if (others.length === 0 || (out + 1) * 2 > all.size) return
    const over = one.timeouts >= TIMEOUTS && median(others.map((each) => each.timeouts)) === 0
    if (over || (one.calls >= ENOUGH && isWorse(one, others))) one.leaveOut(OUT)
  }
  const othersIn = (one: InstanceOutlierState): boolean => [...all].some((each) => each !== one && !each.isOut())

  return {
    add: (later) => {
      const made = new InstanceOutlierState(runtime, later, judge, othersIn)
      all.add(made)
      return made
    },
    remove: (outlierState) => void all.delete(outlierState as InstanceOutlierState),
  }
}
