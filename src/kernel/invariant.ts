import type { Queryable } from '#kernel/store.ts'

/** Something that is not as it must be. */
export interface Violation {
  /** Whose: an order, a payment, a SKU, an event. */
  readonly id: string
  /** What is wrong with it, in a sentence. */
  readonly what: string
}

/** The shop as it was at one instant. */
export interface View {
  /** A service's (or simulator's) store. Statements name its schema: `jt_order.orders`. */
  store(service: string): Queryable
  has(service: string): boolean
  /** Epoch milliseconds of the snapshot. */
  readonly now: number
  /** Milliseconds that work between services may take before it counts as lost. */
  readonly grace: number
}

/** Violations of one kind that are listed; the rest are only counted. */
const LISTED = 20

/** What was found about one invariant. */
export class Tally {
  readonly #view: Pick<View, 'now' | 'grace'>
  readonly listed: Violation[] = []
  looked = 0
  inFlight = 0
  violations = 0

  constructor(view: Pick<View, 'now' | 'grace'>) {
    this.#view = view
  }

  wrong(id: string, what: string): void {
    this.violations++
    if (this.listed.length < LISTED) this.listed.push({ id, what })
  }

  /** Not right yet: in flight while its cause, an instant in epoch milliseconds, is younger than the grace, wrong after. */
  wrongSince(at: number | null, id: string, what: string): void {
    if (at !== null && at > this.#view.now - this.#view.grace) this.inFlight++
    else this.wrong(id, what)
  }

  /** Counts rows that a statement found to be wrong. */
  wrongAll(rows: readonly Violation[]): void {
    for (const { id, what } of rows) this.wrong(id, what)
  }
}

/** One look at the data, which judges some invariants at once. */
export interface Check<N extends string = string> {
  readonly family: string
  /** Services whose stores it reads; a shop without one of them has nothing to judge here. */
  readonly needs: readonly string[]
  /** The invariants, each as a sentence that must be true. */
  readonly invariants: readonly N[]
  /** What it finds is for a person to put right in time; nothing promised is broken, and the audit does not fail by it. */
  readonly advisory?: boolean
  readonly examine: (view: View, tally: (invariant: N) => Tally) => Promise<void>
}

/** Declares a check; the invariants it may judge are those it names. */
export const check = <const N extends string>(given: Check<N>): Check => given as unknown as Check

/** Rows looked at in one go. */
const PAGE = 2_000

/** Reads everything, a page after another by key, and hands each page on. */
export const pages = async <R extends { readonly id: string }>(
  read: (after: string, limit: number) => Promise<R[]>,
  first: string,
  take: (rows: readonly R[]) => Promise<void> | void,
): Promise<void> => {
  for (let after = first, more = true; more;) {
    const rows = await read(after, PAGE)
    if (rows.length > 0) await take(rows)
    more = rows.length === PAGE
    after = rows.at(-1)?.id ?? after
  }
}

/** Sorts before every UUID. */
export const NIL = '00000000-0000-0000-0000-000000000000'
