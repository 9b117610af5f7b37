/** Milliseconds in which an instance that came, or came back, grows to its full share. */
const GROWTH = 10_000
/** Its share at first: enough to see whether it works. */
const FIRST = 0.1

/** The part of its weight an instance is given `since` milliseconds after it was let in, in steps of a tenth. */
export const shareAfter = (since: number): number => {
  if (since >= GROWTH) return 1
  return Math.max(FIRST, Math.floor((since / GROWTH) * 10) / 10)
}
