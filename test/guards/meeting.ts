import { setTimeout as sleep } from 'node:timers/promises'
import type { StepHook } from '#engines/postgres/database.ts'

/** Milliseconds after which nobody else can be coming: a guard holds them. */
const PATIENCE = 300

/** Makes transactions of one step meet just before their commits, so that each has read what the other has not written. */
export const meeting = () => {
  let wanted: string | undefined
  let arrived = 0
  let open = (): void => {}
  let opened: Promise<void> = Promise.resolve()

  const onStep: StepHook = async (step, moment) => {
    if (moment !== 'before' || step !== wanted) return
    if (++arrived === 2) open()
    await Promise.race([opened, sleep(PATIENCE)])
  }

  return {
    onStep,
    /** From now on two transactions of the step wait for each other. */
    at: (step: string): void => {
      wanted = step
      arrived = 0
      opened = new Promise((resolve) => (open = resolve))
    },
  }
}
