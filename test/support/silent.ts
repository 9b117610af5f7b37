import { pino, type Logger } from 'pino'

/** Says nothing. */
export const silent: Logger = pino({ level: 'silent' })

/** A log that a test reads: every line as it was written, at every level. */
export const overheard = (): { log: Logger; lines: () => string } => {
  const lines: string[] = []
  return {
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    lines: () => lines.join(''),
  }
}
