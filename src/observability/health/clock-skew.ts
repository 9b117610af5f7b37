import type { Logger } from 'pino'
import { keepAlive } from '#kernel/time/keep-alive.ts'
import { CLOCK_MAY_BE_OFF } from '#kernel/remote/security/token.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Check } from '#src/observability/health/health.ts'

/** Another clock to compare with: the database's, Redis's, another host's. */
export interface OtherClock {
  /** For the log: `the database`, `host order-2`. */
  readonly name: string
  /** Its time now, epoch milliseconds. */
  readonly now: () => Promise<number>
}

/** How far the clock of this host is from the others. */
export interface ClockWatch {
  /** Milliseconds it is ahead, negative when behind; undefined while no other clock was read. */
  readonly skew: () => number | undefined
  /** Rejects while it is so far off that hosts would refuse each other's tokens. */
  readonly check: Check
  stop(): Promise<void>
}

/** Milliseconds between two comparisons. */
const LOOK = 15_000
/** Milliseconds after which a comparison is too imprecise: the timeout of a clock. */
const SLOW = 2_000
/** Skew in milliseconds to warn of: clocks synchronized by NTP differ by far less. */
const WARN = 5_000

/** The middle one; of two in the middle the nearer to zero, so that nobody is called wrong by half of the others. */
const middleOf = (offsets: readonly number[]): number | undefined => {
  const sorted = offsets.toSorted((a, b) => a - b)
  const high = sorted[sorted.length >> 1]
  const low = sorted[(sorted.length - 1) >> 1]
  return high === undefined || low === undefined ? undefined : Math.abs(low) < Math.abs(high) ? low : high
}

/** `1,200 s ahead of`, as a sentence has it. */
const described = (skew: number): string =>
  `${Math.round(Math.abs(skew) / 1_000).toLocaleString('en')} s ${skew > 0 ? 'ahead of' : 'behind'}`

/**
 * Compares the clock of this host with others, now and every quarter of a minute: warns when it is off, and has the host
 * unready when it is so far off that calls between hosts, and members right after they signed in, would be refused. Most of
 * the others decide: one of them may be the one that is wrong. Resolves after the first comparison.
 */
export const watchClock = async (
  others: () => readonly OtherClock[],
  { runtime, log }: { readonly runtime: Runtime; readonly log: Logger },
): Promise<ClockWatch> => {
  const stopping = new AbortController()
  let skew: number | undefined
  let compared: readonly string[] = []
  let state: 'right' | 'off' | 'far off' = 'right'

  const offsetTo = async ({ now }: OtherClock): Promise<number> => {
    const before = runtime.now()
    const done = new AbortController()
    const late = runtime.sleep(SLOW, done.signal).then(() => Promise.reject(new Error('too late to compare')))
    const reading = now()
    // The loser of the race is not awaited: its rejection is handled here.
    late.catch(() => {})
    reading.catch(() => {})
    try {
      const there = await Promise.race([reading, late])
      const after = runtime.now()
      if (after - before > SLOW || after < before) throw new Error('too slow to compare')
      return (before + after) / 2 - there
    } finally {
      done.abort()
    }
  }

  const look = async (): Promise<void> => {
    const clocks = others()
    const found = await Promise.allSettled(clocks.map(offsetTo))
    const offsets = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    // While no clock can be read the last result holds.
    if (offsets.length === 0) return
    skew = middleOf(offsets)!
    compared = clocks.flatMap(({ name }, i) => (found[i]!.status === 'fulfilled' ? [name] : []))
    const off = Math.abs(skew)
    const next = off > CLOCK_MAY_BE_OFF ? 'far off' : off > WARN ? 'off' : 'right'
    if (next === state) return
    state = next
    const facts = { skewSeconds: Math.round(skew / 1_000), compared }
    if (next === 'right') log.warn(facts, "This host's clock is right again")
    else if (next === 'off')
      log.warn(facts, `This host's clock is ${described(skew)} the others: is its time service running?`)
    else
      log.error(
        facts,
        `This host's clock is ${described(skew)} the others: it is unready until it is set right, since members and other hosts would be refused`,
      )
  }

  await keepAlive(look)
  const following = (async () => {
    for (;;) {
      await runtime.sleep(LOOK, stopping.signal)
      await look()
    }
  })().catch(() => {})

  return {
    skew: () => skew,
    check: async () => {
      if (skew !== undefined && Math.abs(skew) > CLOCK_MAY_BE_OFF)
        throw new Error(`This host's clock is ${described(skew)} ${compared.join(', ')}`)
    },
    stop: async () => {
      stopping.abort()
      await following
    },
  }
}
