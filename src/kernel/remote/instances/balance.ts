/** What balancing looks at of an instance. */
export interface Candidate {
  /** Its share of the calls beside the others', as it is now. */
  readonly weight: number
  readonly zone?: string | undefined
  /** Calls it has not answered yet. */
  readonly inFlight: number
  /** When it was last chosen, in turns. */
  readonly turn: number
}

const inZone = <C extends Candidate>(all: readonly C[], zone: string | undefined): readonly C[] => {
  if (zone === undefined) return all
  const near = all.filter((each) => each.zone === zone)
  return near.length > 0 ? near : all
}

const byWeight = <C extends Candidate>(all: readonly C[], chance: number): C => {
  const total = all.reduce((sum, each) => sum + each.weight, 0)
  let left = chance * total
  for (const each of all) {
    left -= each.weight
    if (left < 0) return each
  }
  return all.at(-1)!
}

/** The less busy of two; of two as busy the one whose turn is longer ago. */
const lessBusy = <C extends Candidate>(a: C, b: C): C =>
  a.inFlight === b.inFlight ? (a.turn <= b.turn ? a : b) : a.inFlight < b.inFlight ? a : b

/**
 * Chooses an instance for a call: in the caller's zone while there is one, one drawn by weight, and of it and another
 * drawn from those of the same weight the less busy. Shares follow the weights whatever the load; within a weight load
 * evens out. `chance` answers a number from 0 up to 1.
 */
export const choose = <C extends Candidate>(
  candidates: readonly C[],
  zone: string | undefined,
  chance: () => number,
): C | undefined => {
  if (candidates.length < 2) return candidates[0]
  const near = inZone(candidates, zone)
  if (near.length === 1) return near[0]
  const drawn = byWeight(near, chance())
  const equals = near.filter((each) => each !== drawn && each.weight === drawn.weight)
  if (equals.length === 0) return drawn
  const other = equals[equals.length === 1 ? 0 : Math.floor(chance() * equals.length)]!
  return lessBusy(drawn, other)
}
