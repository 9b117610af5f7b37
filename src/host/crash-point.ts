import type { StepHook } from '#engines/postgres/database.ts'

/**
 * Kills this process with SIGKILL at a durable step, for the crash matrix: `order.place:before` or `order.place:after`,
 * with `:3` at the third time. Development only.
 */
export const crashPoint = (at: string | undefined): StepHook | undefined => {
  if (!at) return undefined
  const [step, moment, times = '1'] = at.split(':')
  let left = Number(times)
  return (reached, when) => {
    if (reached === step && when === moment && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
