/**
 * Milliseconds to wait before a retry: `first` after attempt 0, doubling with each attempt, `longest` at most. Without
 * jitter; multiply by `jitter` where many would retry at the same moment.
 */
export const exponentialBackOff = (
  attempt: number,
  { first, longest }: { readonly first: number; readonly longest: number },
): number => Math.min(longest, first * 2 ** Math.min(attempt, 30))
