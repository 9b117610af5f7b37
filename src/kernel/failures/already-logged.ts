const noticed = new WeakSet<object>()

/**
 * Marks an error as one of an outage whose begin is in the log already. Whoever meets it afterwards (a request, a consumer,
 * a sweep) adds nothing by a warning of its own; the log makes that a line of level debug. Answers the error.
 */
export const markNoticed = <E>(error: E): E => {
  if (typeof error === 'object' && error !== null) noticed.add(error)
  return error
}

/** Whether the error, or what caused it, belongs to an outage that is in the log. */
export const isNoticed = (error: unknown): boolean => {
  const seen = new Set<unknown>()
  for (let each = error; typeof each === 'object' && each !== null && !seen.has(each);) {
    if (noticed.has(each)) return true
    seen.add(each)
    each = (each as Error).cause
  }
  return false
}
