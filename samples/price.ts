/**
 * The nearest price a Korean shop would print, in won: below 10,000 it ends in 00 or 900, below 100,000 in 900,
 * above in 9,000 or 000.
 */
export const shopPrice = (rough: number): number => {
  if (rough < 10_000) {
    const hundreds = Math.max(500, Math.round(rough / 100) * 100)
    return hundreds % 1_000 >= 800 ? Math.floor(hundreds / 1_000) * 1_000 + 900 : hundreds
  }
  if (rough < 100_000) return Math.round((rough - 900) / 1_000) * 1_000 + 900
  const thousands = Math.round(rough / 1_000) * 1_000
  return thousands % 10_000 >= 7_000 ? Math.floor(thousands / 10_000) * 10_000 + 9_000 : thousands
}
