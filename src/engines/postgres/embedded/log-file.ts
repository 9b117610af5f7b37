import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'

const LARGE = 5_000_000

/** The server's own log: it appends to `fd`; `news` is what it has said since it was opened. */
export interface LogFile {
  readonly fd: number
  news(): string
  close(): void
}

/** Opens the log at `path`; a large one is put aside as `.old` first. */
export const openLog = (path: string): LogFile => {
  if (existsSync(path) && statSync(path).size > LARGE) renameSync(path, `${path}.old`)
  const fd = openSync(path, 'a', 0o600)
  const from = statSync(path).size
  return { fd, news: () => readFileSync(path).subarray(from).toString('utf8'), close: () => closeSync(fd) }
}

/** The last lines of a text, for an error message. */
export const lastLines = (text: string, count = 8): string => text.trim().split('\n').slice(-count).join('\n')
