import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Runtime } from '#kernel/runtime.ts'
import { waitFor } from './wait.ts'

/** A server as its `postmaster.pid` tells of it. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** The folder its Unix socket is in. */
  readonly socketFolder: string
}

/** Whether a process with that id exists, whoever owns it. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether the process is a server on that data, and not some other that was given a dead server's id. */
const servesData = (pid: number, data: string): boolean => {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(data)
  } catch {
    return false
  }
}

/** What the data's `postmaster.pid` says, true or not: a killed server leaves it behind. */
export const readNote = (data: string): Postmaster | undefined => {
  let lines: string[]
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 1) return undefined
  return { pid, port: Number(lines[3] ?? 0), socketFolder: lines[4] ?? '' }
}

/** The server that runs on the data, if any. */
export const findPostmaster = (data: string): Postmaster | undefined => {
  const noted = readNote(data)
  return noted && isAlive(noted.pid) && servesData(noted.pid, data) ? noted : undefined
}

/**
 * Clears away the note of a killed server whose process id another program has since been given: PostgreSQL would
 * believe it still runs. Every other stale note PostgreSQL sees through by itself, so only this one is touched.
 */
export const forgetRecycled = (data: string): void => {
  const noted = readNote(data)
  if (noted && isAlive(noted.pid) && !servesData(noted.pid, data)) rmSync(join(data, 'postmaster.pid'), { force: true })
}

const FAST_MS = 20_000
const IMMEDIATE_MS = 5_000

/** Ends the server and waits until it is gone: open transactions are rolled back; one that does not obey is cut off. */
export const endPostmaster = async (postmaster: Postmaster, data: string, runtime: Runtime): Promise<void> => {
  for (const [signal, patience] of [
    ['SIGINT', FAST_MS],
    ['SIGQUIT', IMMEDIATE_MS],
  ] as const) {
    try {
      process.kill(postmaster.pid, signal)
      // One that was stopped (SIGSTOP) obeys no other signal before this one.
      process.kill(postmaster.pid, 'SIGCONT')
    } catch {
      return
    }
    const gone = await waitFor(runtime, patience, () =>
      isAlive(postmaster.pid) && servesData(postmaster.pid, data) ? undefined : true,
    )
    if (gone) return
  }
}
