const logged = new WeakSet<object>()

/**
 * Marks an error as part of an outage that is logged already, so that each request, consumer and sweep that meets it does
 * not log a warning of its own: the logger lowers those to debug. Answers the error.
 */
export const markLogged = <E>(error: E): E => {
  if (typeof error === 'object' && error !== null) logged.add(error)
  return error
}

/** Whether the error, or what caused it, belongs to an outage that is in the log. */
export const isLogged = (error: unknown): boolean => {
  const seen = new Set<unknown>()
  for (let each = error; typeof each === 'object' && each !== null && !seen.has(each);) {
    if (logged.has(each)) return true
    seen.add(each)
    each = (each as Error).cause
  }
  return false
}
