// How an amount of won is divided over units: largest remainder, so that shares differ by one won at most and sum to the
// amount. Among equal units the remainder goes to the lowest.

const checked = (total: number, units: number): void => {
  if (!Number.isSafeInteger(total) || total < 0) throw new RangeError(`Not an amount that can be divided: ${total}`)
  if (!Number.isSafeInteger(units) || units < 1) throw new RangeError(`Not a number of units: ${units}`)
}

/** The shares, in won, of each of `units` units in `total` won, the lowest unit first. */
export const unitShares = (total: number, units: number): number[] => {
  checked(total, units)
  const [least, left] = [Math.floor(total / units), total % units]
  return Array.from({ length: units }, (_, unit) => (unit < left ? least + 1 : least))
}

/**
 * The share of the lowest `count` of `units` units in `total` won, in won. What is left afterwards divides over the units
 * left just as it did before: taking units again and again takes exactly the total, in whatever portions. Units that come
 * back with their share may be taken again by the same rule.
 */
export const shareOf = (total: number, units: number, count: number): number => {
  checked(total, units)
  if (!Number.isSafeInteger(count) || count < 0 || count > units)
    throw new RangeError(`Not a number of units out of ${units}: ${count}`)
  return Math.floor(total / units) * count + Math.min(count, total % units)
}
