/**
 * A point that lets nobody pass before `count` have come to it: what a race needs to happen each time, however fast or slow
 * the machine is. Whoever comes later passes.
 */
export const meetingPoint = (count: number): (() => Promise<void>) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let come = 0
  return () => {
    if (++come >= count) resolve()
    return promise
  }
}
