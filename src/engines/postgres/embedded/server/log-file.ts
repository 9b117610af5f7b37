import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs'

const LARGE = 5_000_000
/** Bytes of news that are read at most: the last ones. */
const NEWS = 64 * 1024

/** The server's own log: it appends to `fd`; `news` is what it has said since it was opened, also after `close`. */
export interface LogFile {
  readonly fd: number
  news(): string
  close(): void
}

/** The end of a file behind a position; empty where it is gone or shorter. */
const tail = (path: string, from: number): string => {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return ''
  }
  try {
    const end = statSync(path).size
    const start = Math.max(from, end - NEWS)
    if (start >= end) return ''
    const buffer = Buffer.alloc(end - start)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
  } finally {
    closeSync(fd)
  }
}

/** Opens the log at `path`; a large one is put aside as `.old` first. */
export const openLog = (path: string): LogFile => {
  if (existsSync(path) && statSync(path).size > LARGE) renameSync(path, `${path}.old`)
  const fd = openSync(path, 'a', 0o600)
  const from = statSync(path).size
  return { fd, news: () => tail(path, from), close: () => closeSync(fd) }
}

/** The last lines of a text, for an error message. */
export const lastLines = (text: string, count = 8): string => text.trim().split('\n').slice(-count).join('\n')
