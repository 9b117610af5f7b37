/** Where an answer was looked for. */
export type Level = 'memory' | 'redis'

/** How it went: there; there but due to be made anew; not there; there but not to be believed; nobody could be asked. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'poisoned' | 'away'

/** Counters of one cache. */
export type Counts = Record<`${Level} ${Outcome}`, number>

export const zeroCounts = (): Counts => ({
  'memory hit': 0,
  'memory stale': 0,
  'memory miss': 0,
  'memory poisoned': 0,
  'memory away': 0,
  'redis hit': 0,
  'redis stale': 0,
  'redis miss': 0,
  'redis poisoned': 0,
  'redis away': 0,
})

/** One counter, for metrics. */
export interface Counted {
  readonly cache: string
  readonly level: Level
  readonly outcome: Outcome
  readonly count: number
}
