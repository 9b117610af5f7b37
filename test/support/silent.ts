import type { Logger } from 'pino'
import { makeLog } from '#src/host/process/logging.ts'

/** Says nothing. */
export const silent: Logger = makeLog('silent')

/** The shop’s log, for a test to read: every line as it was written, at every level. */
export const overheard = (): { log: Logger; lines: () => string } => {
  const lines: string[] = []
  return {
    log: makeLog('trace', { write: (line: string) => void lines.push(line) }),
    lines: () => lines.join(''),
  }
}
