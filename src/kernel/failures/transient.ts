import { Fault } from '../fault.ts'
import { DEADLINE_EXCEEDED, RATE_LIMITED, UNAVAILABLE } from '../faults.ts'

/** Faults by which a callee says that it cannot answer now, whatever it was asked. */
const transientFaults = [UNAVAILABLE, DEADLINE_EXCEEDED, RATE_LIMITED]

const transient = new WeakSet<object>()

/**
 * Marks an error that has nothing to do with the inputs: the store was away, busy, or not as it should be. An engine marks
 * what it throws, because only it knows its codes. Answers the error.
 */
export const markTransient = <E>(error: E): E => {
  if (typeof error === 'object' && error !== null) transient.add(error)
  return error
}

/**
 * Whether the error has nothing to do with the inputs, so that other inputs would have failed as well. Then the outcome may
 * be unknown too: a connection lost at the commit leaves open whether it was stored.
 */
export const isTransient = (error: unknown): boolean =>
  error instanceof Fault
    ? transientFaults.some((each) => each.is(error))
    : typeof error === 'object' && error !== null && transient.has(error)
