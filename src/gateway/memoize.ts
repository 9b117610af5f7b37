/** What is made of a value that may change: made anew when it has, and otherwise what there is. */
export const memoize = <V, M>(read: () => V, make: (value: V) => M): (() => M) => {
  let value = read()
  let made = make(value)
  return () => {
    const now = read()
    if (now !== value) {
      value = now
      made = make(now)
    }
    return made
  }
}
