import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Seconds unless a test says how long: it costs time only where something fails, and on a busy machine, or beside engines on
 * the same cores, everything takes longer.
 */
const PATIENCE = Number(process.env['JANGTEO_TEST_PATIENCE'] ?? 120)

/** Resolves once `holds` answers true, looking again and again; fails with `what` after `seconds`. */
export const eventually = async (
  holds: () => Promise<boolean> | boolean,
  what: string,
  seconds = PATIENCE,
): Promise<void> => {
  const until = Date.now() + seconds * 1_000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`It never came true that ${what}`)
    await sleep(10)
  }
}
