import type { StepHook } from '#engines/postgres/database.ts'
import { eventually } from '../support/eventually.ts'

/** Seconds after which nobody else can be coming: a guard before the database holds them. Fewer than a lock is waited for. */
const GUARDED_TIMEOUT = 3
/** Seconds where no guard is left that could hold anybody: they come, however busy the machine is. */
const UNGUARDED_TIMEOUT = 60

/**
 * Makes transactions of one step meet just before their commits, so that each has read what the other has not written.
 * `held` says whether one of them waits for a lock: then a guard keeps it from coming, and it is not waited for.
 */
export const meeting = (held: () => Promise<boolean>) => {
  let wanted: string | undefined
  let arrived = 0
  let timeout = GUARDED_TIMEOUT

  const onStep: StepHook = async (step, moment) => {
    if (moment !== 'before' || step !== wanted) return
    arrived++
    await eventually(async () => arrived > 1 || (await held()), 'another comes, or is held', timeout).catch(() => {})
  }

  return {
    onStep,
    /** From now on two transactions of the step wait for each other. */
    at: (step: string): void => {
      wanted = step
      arrived = 0
    },
    /** From now on nothing keeps another from coming, and it is waited for. */
    unguarded: (): void => {
      timeout = UNGUARDED_TIMEOUT
    },
    /** Resolves once the first of them has come. */
    begun: (): Promise<void> => eventually(() => arrived > 0, 'one has come'),
  }
}
