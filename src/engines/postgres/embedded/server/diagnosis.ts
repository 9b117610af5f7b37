import { statfsSync } from 'node:fs'

/** Less than one segment of the write-ahead log: the server cannot go on with it. */
const TOO_LITTLE = 16 * 1024 * 1024

const FULL = /No space left on device|Disk quota exceeded/
const CLOSED = /Permission denied|Operation not permitted|Read-only file system/
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT'])
const CLOSED_CODES = new Set(['EACCES', 'EPERM', 'EROFS'])

/** What a file system has left, as statfs(2) says. */
export interface Room {
  /** Bytes, and files that may still be made; file systems without a limit of files say 0 of 0. */
  readonly free: number
  readonly files: number
  readonly filesLeft: number
}

/** What is left on the device of a folder; undefined where that cannot be asked. */
export const roomOf = (folder: string): Room | undefined => {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder)
    return { free: bavail * bsize, files, filesLeft: ffree }
  } catch {
    return undefined
  }
}

/** What the server says to clients that it turns away or disconnects while it goes down or comes up: not why. */
const TO_CLIENTS = /FATAL:\s*(the database system is|terminating|canceling|sorry, too many|remaining connection slots)/

/** The lines in which the server says why it ends. */
const severe = (log: string): readonly string[] =>
  log.split('\n').filter((line) => /\b(PANIC|FATAL):/.test(line) && !TO_CLIENTS.test(line))

const outOfFiles = (room: Room): boolean => room.files > 0 && room.filesLeft === 0

const noSpace = (home: string, room: Room | undefined): string =>
  room && outOfFiles(room)
    ? `no space left on device: no more files can be made in ${home}`
    : `no space left on device: make room for ${home}`

/**
 * Why the server of the data in `home` is down, as a part of a sentence for an operator: from what it logged, from the
 * error a restart met, and from what the device has left (a full one takes no last words). Undefined where nothing tells.
 */
export const diagnose = (
  home: string,
  found: { readonly log: string; readonly error?: unknown; readonly room?: Room | undefined },
): string | undefined => {
  const { error, room = roomOf(home) } = found
  const lines = severe(found.log)
  const log = lines.join('\n')
  const lastWords = lines.at(-1)?.replace(/^.*?\b(PANIC|FATAL):\s*/, '')
  const { code = '', message } = (error ?? {}) as { readonly code?: string; readonly message?: string }
  if (FULL.test(log) || FULL_CODES.has(code)) return noSpace(home, room)
  if (CLOSED.test(log) || CLOSED_CODES.has(code)) return `${home} cannot be written (${lastWords ?? message ?? code})`
  if (room && (room.free < TOO_LITTLE || outOfFiles(room))) return noSpace(home, room)
  return lastWords ?? message?.split('\n')[0]
}
