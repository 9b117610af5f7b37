/** One request of a customer, as the customer saw it end. */
interface Seen {
  /** Milliseconds on the run's own clock. */
  readonly at: number
  readonly step: string
  /** What went wrong: a problem's code, a status, or how the connection failed. Nothing where it went well. */
  readonly error?: string
}

/** What customers saw while a fault lasted. */
export interface Told {
  readonly requests: number
  readonly purchases: number
  /** Errors by step and cause, the commonest first. */
  readonly errors: readonly (readonly [what: string, count: number])[]
  readonly errorCount: number
  /** Milliseconds in which no purchase was finished, at the most. */
  readonly longestGap: number
  /** Milliseconds from the fault's beginning to the last error or slow purchase; 0 where there was none. */
  readonly toNormal: number
}

/** Keeps what customers saw. */
export interface Tally {
  request(step: string, error?: string): void
  purchased(ms: number): void
  /** Requests customers wait for now. */
  readonly waiting: Set<symbol>
  /** Milliseconds since the last error or slow purchase. */
  quietFor(): number
  /** Forgets what was before. */
  begin(): void
  /** Marks the instant of the fault. */
  struck(): void
  told(): Told
}

/** A purchase that takes longer than this many milliseconds is no normal one; people notice. */
const SLOW = 2_000

export const tally = (): Tally => {
  let began = 0
  let struckAt = 0
  let lastBad = 0
  let seen: Seen[] = []
  let bought: number[] = []
  const now = (): number => performance.now()

  return {
    waiting: new Set(),
    request: (step, error) => {
      seen.push({ at: now(), step, ...(error !== undefined && { error }) })
      if (error !== undefined) lastBad = now()
    },
    purchased: (ms) => {
      bought.push(now())
      if (ms > SLOW) lastBad = now()
    },
    quietFor: () => now() - Math.max(lastBad, began),
    begin: () => {
      began = struckAt = now()
      lastBad = 0
      seen = []
      bought = []
    },
    struck: () => {
      struckAt = now()
    },
    told: () => {
      const wrong = seen.filter((each) => each.error !== undefined)
      const by = Map.groupBy(wrong, (each) => `${each.step} ${each.error}`)
      const times = [began, ...bought, now()]
      return {
        requests: seen.length,
        purchases: bought.length,
        errors: [...by].map(([what, all]) => [what, all.length] as const).sort((a, b) => b[1] - a[1]),
        errorCount: wrong.length,
        longestGap: Math.max(...times.slice(1).map((each, i) => each - times[i]!)),
        toNormal: lastBad > struckAt ? lastBad - struckAt : 0,
      }
    },
  }
}
