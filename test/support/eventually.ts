import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves once `holds` answers true, looking again and again; fails with `what` after `seconds`. */
export const eventually = async (
  holds: () => Promise<boolean> | boolean,
  what: string,
  seconds = 15,
): Promise<void> => {
  const until = Date.now() + seconds * 1_000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`It never came true that ${what}`)
    await sleep(10)
  }
}
