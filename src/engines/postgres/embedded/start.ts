import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type pg from 'pg'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { ensureDatabase } from '../provision.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Cluster, openCluster } from './cluster.ts'
import { claim, hangUp } from './living-shop.ts'
import { lastLines, type LogFile, openLog } from './log-file.ts'
import { endPostmaster, findPostmaster, forgetRecycled, type Postmaster, readNote } from './postmaster.ts'
import { PORT, removeSocketFolder, socketFolderFor } from './socket-folder.ts'
import { waitFor } from './wait.ts'

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
  /** Told when the server stopped by itself and could not be started again. */
  readonly lost?: (error: unknown) => void
  /** False leaves the first sync to the machine: for data that is thrown away. */
  readonly sync?: boolean
}

/** Crash recovery may replay a lot of log; nothing else takes long. */
const START_MS = 120_000
const TRIES = 50
/** The shop's database on its embedded server. */
export const DATABASE = 'jangteo'

/** The address of a connection: a Unix socket's folder travels as the `host` parameter. */
export const urlOf = ({ host, port, user, database }: Connection): string =>
  host.startsWith('/')
    ? `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgresql://${user}@${host}:${port}/${database}`

/** Starts a server in a process group of its own: Ctrl-C in a terminal must not end it before the shop is done with it. */
const spawnServer = (cluster: Cluster, binaries: Binaries, log: LogFile): [ChildProcess, Postmaster] => {
  const left = readNote(cluster.data)
  if (left) removeSocketFolder(left.socketFolder)
  forgetRecycled(cluster.data)
  const socketFolder = socketFolderFor(cluster.data, cluster.user)
  const args = ['-D', cluster.data, '-k', socketFolder, '-p', String(PORT)]
  const command = cluster.user.command(binaries.postgres, args)
  const child = spawn(command.file, command.args, {
    ...command.options,
    cwd: '/',
    env: { ...process.env, ...binaries.env },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  })
  child.on('error', () => {})
  return [child, { pid: child.pid ?? 0, port: PORT, socketFolder }]
}

/** Takes over the server that runs on the data, or starts one; answers it with the connection that makes it ours. */
const claimServer = async (
  home: string,
  cluster: Cluster,
  binaries: Binaries,
  runtime: Runtime,
): Promise<{ server: Postmaster; client: pg.Client }> => {
  const log = openLog(join(home, 'postgres.log'))
  let own: ChildProcess | undefined
  let server: Postmaster | undefined
  let tries = 0
  try {
    const claimed = await waitFor(runtime, START_MS, async () => {
      if (!own || own.exitCode !== null || own.signalCode !== null) {
        server = findPostmaster(cluster.data)
        if (!server) {
          // Backends of a server that was killed may hold its memory for a moment; anything else is a real failure.
          const transient = tries < TRIES && /pre-existing shared memory|lock file .* already exists/.test(log.news())
          if (own && !transient) throw new CannotStart(`PostgreSQL did not start.\n${lastLines(log.news())}`)
          tries++
          ;[own, server] = spawnServer(cluster, binaries, log)
        }
      }
      const answer = await claim(server!, runtime)
      return answer === 'away' ? undefined : answer
    })
    if (claimed === 'taken') {
      throw new CannotStart(
        `Another shop is running on ${home}. Stop it first, or set JANGTEO_DATA to a directory of this shop's own.`,
      )
    }
    if (!claimed) throw new CannotStart(`PostgreSQL did not become ready.\n${lastLines(log.news())}`)
    own?.unref()
    return { server: server!, client: claimed }
  } finally {
    log.close()
  }
}

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

/**
 * Starts the PostgreSQL that comes with the shop on `dataDir`, or takes over one that a killed shop left running. While
 * the shop lives it is started again should it end by itself. Throws CannotStart with a sentence for the person at the
 * terminal: another shop lives there, the data belongs to somebody else, the server refuses to start.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const { runtime, progress = () => {} } = options
  const home = resolve(options.dataDir)
  makeHome(home)
  const binaries = findBinaries(home)
  const cluster = await openCluster(home, binaries, { sync: options.sync ?? true, progress })

  let stopping = false
  let current = await claimServer(home, cluster, binaries, runtime)
  let recovery: Promise<void> | undefined

  const recover = async (): Promise<void> => {
    try {
      progress('The database stopped by itself; starting it again')
      current = await claimServer(home, cluster, binaries, runtime)
      watch()
    } catch (error) {
      options.lost?.(error)
    }
  }
  const watch = (): void => {
    current.client.once('end', () => {
      if (!stopping) recovery = recover()
    })
  }
  watch()
  await ensureDatabase(current.client, DATABASE)

  const stop = async (): Promise<void> => {
    stopping = true
    await recovery
    // The claim is given up by the server's end, not before: a shop that waits for it never gets a dying server.
    await endPostmaster(current.server, cluster.data, runtime)
    hangUp(current.client)
    removeSocketFolder(current.server.socketFolder)
  }

  const connection = {
    host: current.server.socketFolder,
    port: current.server.port,
    user: 'postgres',
    database: DATABASE,
  }
  let stopped: Promise<void> | undefined
  return { connection, url: urlOf(connection), pid: () => current.server.pid, stop: () => (stopped ??= stop()) }
}
