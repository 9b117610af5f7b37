import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { waitFor } from '#engines/postgres/embedded/server/wait.ts'
import { parentDeathWatchdog } from './parent-death-watchdog.ts'
import { freePort } from './ports.ts'

/** What starts an engine. */
export interface StartEngine {
  /** Its data, settings and log; made when it is not there. A start on the same folder finds the same data. */
  readonly folder: string
  /** The port it listens on, on this machine only; 0 or nothing picks a free one. */
  readonly port?: number
  /** Tells a line about what takes its time. */
  readonly progress?: (line: string) => void
  readonly runtime?: Runtime
  /** The folder engines are kept in; by default that of JANGTEO_ENGINES, else `~/.cache/jangteo/engines`. */
  readonly cache?: string
}

/** An engine at work on this machine. It ends with this process, however that ends. */
export interface LocalEngine {
  readonly name: string
  /** Its address, as the setting for it takes it. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Lets it end in good order; by force when it does not within 20 seconds. */
  stop(): Promise<void>
  /** Ends it as a crash would, with SIGKILL. */
  kill(): Promise<void>
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
}

/** How an engine is run, as its own file tells. */
interface Running {
  readonly name: string
  readonly url: string
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly options?: { readonly uid?: number; readonly gid?: number }
  /** Whether it answers its own protocol; a throw means not yet. */
  readonly answers: () => Promise<boolean>
}

/** Milliseconds an engine may take to answer: on two busy cores a JVM takes ten times what it takes alone. */
const START_TIMEOUT = 120_000
const STEP = 50
const ORDERLY = 20_000
const LINES = 15

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** Whether the process that noted its id in the folder still works on it: an id may have been given to another since. */
const worksOn = (folder: string): boolean => {
  try {
    const pid = readFileSync(join(folder, 'engine.pid'), 'utf8')
    return readFileSync(`/proc/${Number(pid)}/environ`, 'utf8').includes(`JANGTEO_ENGINE_FOLDER=${folder}\0`)
  } catch {
    return false
  }
}

/** What the parts of a start need, with what was left out filled in. */
export const prepared = async (given: StartEngine) => {
  const runtime = given.runtime ?? systemRuntime()
  const folder = resolve(given.folder)
  mkdirSync(folder, { recursive: true })
  return {
    runtime,
    folder,
    progress: given.progress ?? (() => {}),
    port: given.port || (await freePort(runtime)),
  }
}

/**
 * Starts an engine and waits until it answers. Throws CannotStart with the last lines of its log when it does not, or
 * when another process works on its folder and does not end.
 */
export const startEngine = async (
  given: Awaited<ReturnType<typeof prepared>>,
  running: Running,
): Promise<LocalEngine> => {
  const { runtime, folder, port } = given
  const { name, url, file, args, env, options, answers } = running
  // One that was killed takes its engine with it, but not in the same instant.
  const free = await waitFor(runtime, ORDERLY, () => (worksOn(folder) ? undefined : true))
  if (!free) throw new CannotStart(`Another process runs ${name} in ${folder}.`)

  const log = join(folder, 'engine.log')
  const out = openSync(log, 'w')
  const child = spawn(file, args, {
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env, JANGTEO_ENGINE_FOLDER: folder },
    cwd: folder,
    // Ctrl-C reaches the group of the terminal; engines end after those who use them.
    detached: true,
    ...options,
  })
  closeSync(out)
  const failed = once(child, 'error').then(([error]) => error as Error)
  if (child.pid === undefined) throw new CannotStart(`${name} cannot be started: ${(await failed).message}`)
  const pid = child.pid
  writeFileSync(join(folder, 'engine.pid'), String(pid))
  const endWatchdog = parentDeathWatchdog(pid)
  const ended = once(child, 'exit').then(async () => {
    rmSync(join(folder, 'engine.pid'), { force: true })
    await endWatchdog()
  })

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.ref()
    if (isRunning(child)) child.kill(signal)
    const gone = await waitFor(runtime, ORDERLY, () => (isRunning(child) ? undefined : true))
    if (!gone) child.kill('SIGKILL')
    await ended
  }

  const answered = await waitFor(
    runtime,
    START_TIMEOUT,
    async () => {
      if (!isRunning(child)) return false
      return (await answers().catch(() => false)) || undefined
    },
    STEP,
  )
  if (!answered) {
    await end('SIGKILL')
    const said = readFileSync(log, 'utf8').trim().split('\n').slice(-LINES).join('\n')
    throw new CannotStart(`${name} did not start in ${folder}. Its last words:\n${said}`)
  }
  child.unref()
  return { name, url, port, pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), ended }
}
