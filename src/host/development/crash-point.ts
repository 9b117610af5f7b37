import { readFileSync, rmSync } from 'node:fs'
import type { StepHook } from '#engines/postgres/database.ts'

/** The point a file holds; nothing while there is no such file. */
const readPoint = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

/**
 * Kills this process with SIGKILL at a durable step, for the crash matrix: `order.place:before` or `order.place:after`,
 * with `:3` at the third time. `@/some/file` names a file that holds the point: it is looked into at each step, and is
 * gone once its point struck. Development only.
 */
export const crashPoint = (at: string | undefined): StepHook | undefined => {
  if (!at) return undefined
  const file = at.startsWith('@') ? at.slice(1) : undefined
  let passed = 0
  return (reached, when) => {
    const [step, moment, times = '1'] = ((file === undefined ? at : readPoint(file)) ?? '').split(':')
    if (reached !== step || when !== moment || ++passed < Number(times)) return
    if (file !== undefined) rmSync(file)
    process.kill(process.pid, 'SIGKILL')
  }
}
