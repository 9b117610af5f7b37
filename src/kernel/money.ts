import { z } from 'zod'

/** An amount of Korean won: a safe integer, never a fraction. Tax is included unless a name says otherwise. */
export type Won = number & z.BRAND<'Won'>

/** Above every price and order we accept, and far inside the safe integers: sums of thousands of lines stay exact. */
export const MAX_WON = 100_000_000_000

/** A non-negative amount of won as it travels in contracts. */
export const wonSchema = z.number().int().min(0).max(MAX_WON).brand('Won').meta({ description: 'Korean won, whole' })

/** A sum as it travels for showing: it may be more than one order can cost. */
export const sumSchema = z.number().int().min(0).meta({ description: 'Korean won, whole; may exceed an order’s limit' })

/** Adds amounts of which the sum may be more than anything can cost, in won; a sum beyond the safe integers stops there. */
export const looseSum = (amounts: Iterable<number>): number => {
  let total = 0
  for (const amount of amounts) total += amount
  return Math.min(total, Number.MAX_SAFE_INTEGER)
}

/** Takes a number as an amount of won. Throws a RangeError for a fraction or an unsafe integer: money is never rounded silently. */
export const won = (amount: number): Won => {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`Not a whole amount of won: ${amount}`)
  return amount as Won
}

/** Adds amounts; the sum of nothing is 0 won. */
export const sumWon = (amounts: Iterable<number>): Won => {
  let total = 0
  for (const amount of amounts) total += amount
  return won(total)
}
