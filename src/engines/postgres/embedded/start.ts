import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { supervise } from '#kernel/process/supervisor.ts'
import { ensureDatabase } from '../schema/provision.ts'
import { findBinaries } from './binaries.ts'
import { openCluster } from './cluster.ts'
import { diagnose } from './server/diagnosis.ts'
import { hangUp } from './running-shop.ts'
import { endPostmaster } from './server/postmaster.ts'
import { type Claimed, claimServer, NotStarted } from './server/server.ts'
import { removeSocketFolder } from './server/socket-folder.ts'

/** How to reach a database as its administrator. */
export interface Connection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

export interface Embedded {
  readonly connection: Connection
  /** The same as an address, for `DATABASE_URL` and tools. */
  readonly url: string
  /** The server's process id, for tests and for the status page. */
  pid(): number
  /** Shuts the server down and waits until it is gone. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** The shop's data directory; the database lives below it. Made when absent. */
  readonly dataDir: string
  readonly runtime: Runtime
  /** Told in a short line what takes its time. */
  readonly progress?: (line: string) => void
  /** Called when the server stopped by itself, and again for each other reason why it cannot be restarted yet. */
  readonly onDown?: (why: string) => void
  /** Called when it runs again. */
  readonly onUp?: () => void
  /** False leaves the first sync to the machine: for data that is thrown away. */
  readonly sync?: boolean
}

/** The shop's database on its embedded server. */
export const DATABASE = 'jangteo'

/** The address of a connection: a Unix socket's folder travels as the `host` parameter. */
export const urlOf = ({ host, port, user, database }: Connection): string =>
  host.startsWith('/')
    ? `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgresql://${user}@${host}:${port}/${database}`

/** One level after the other: Node's own recursive way never comes back where a file system refuses, as below /proc. */
const makeFolders = (path: string): void => {
  if (existsSync(path)) return
  makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o711 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Others pass through it to the data when root hands the server to somebody else; what is private in it says so itself. */
const makeHome = (home: string): void => {
  try {
    makeFolders(home)
    accessSync(home, constants.W_OK | constants.X_OK)
  } catch {
    throw new CannotStart(`${home} cannot be written. Set JANGTEO_DATA to a directory of your own.`)
  }
}

/** Milliseconds between two restarts at most: whoever makes room on a full disk waits no longer. */
const LONGEST_PAUSE = 10_000

/** Codes of a device that is full or closed to us: the person at the terminal needs a sentence, not a stack. */
const UNWRITABLE = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'])

const inASentence = (error: unknown, home: string): unknown =>
  UNWRITABLE.has((error as NodeJS.ErrnoException).code ?? '')
    ? new CannotStart(`PostgreSQL did not start: ${diagnose(home, { log: '', error })}.`)
    : error

/** Why a restart failed, in a line. */
const whyOf = (error: unknown, home: string): string =>
  (error instanceof NotStarted ? error.why : diagnose(home, { log: '', error })) ?? String(error).split('\n')[0]!

/**
 * Starts the PostgreSQL that comes with the shop on `dataDir`, or takes over one that a killed shop left running. While
 * the shop lives a supervisor restarts it whenever it ends by itself, at the same address, with growing pauses for as long
 * as it takes. Throws CannotStart with a sentence for the person at the terminal: another shop lives there, the data
 * belongs to somebody else, the server refuses to start, the disk is full.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const { runtime, progress = () => {}, onDown, onUp } = options
  const home = resolve(options.dataDir)
  makeHome(home)
  try {
    const binaries = findBinaries(home)
    const cluster = await openCluster(home, binaries, { sync: options.sync ?? true, progress })
    const place = { home, cluster, binaries, runtime }
    const first = await claimServer(place)
    await ensureDatabase(first.client, DATABASE)
    const { socketFolder, port } = first.server

    let said: string | undefined
    const down = (why: string): void => {
      if (why !== said) onDown?.(why)
      said = why
    }
    const supervisor = supervise<string | undefined, Claimed>(first, {
      restart: (stopping) => claimServer(place, { at: socketFolder, stopping }),
      runtime,
      longest: LONGEST_PAUSE,
      onEnd: (why) => down(why ?? 'it left no word why'),
      onFailure: (error) => down(whyOf(error, home)),
      onRestart: () => {
        said = undefined
        onUp?.()
      },
    })

    const stop = async (): Promise<void> => {
      await supervisor.stop()
      const { server, client } = supervisor.current()
      // The claim is given up by the server's end, not before: a shop that waits for it never gets a dying server.
      await endPostmaster(server, cluster.data, runtime)
      hangUp(client)
      removeSocketFolder(socketFolder)
    }
    const connection = { host: socketFolder, port, user: 'postgres', database: DATABASE }
    let stopped: Promise<void> | undefined
    return {
      connection,
      url: urlOf(connection),
      pid: () => supervisor.current().server.pid,
      stop: () => (stopped ??= stop()),
    }
  } catch (error) {
    throw inASentence(error, home)
  }
}
