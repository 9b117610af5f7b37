import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Binaries } from '../binaries.ts'
import type { Cluster } from '../cluster.ts'
import { diagnose } from './diagnosis.ts'
import { claim } from '../running-shop.ts'
import { lastLines, type LogFile, openLog } from './log-file.ts'
import { endPostmaster, findPostmaster, forgetRecycled, type Postmaster, readNote } from './postmaster.ts'
import { PORT, removeSocketFolder, restoreSocketFolder, socketFolderFor, socketIn } from './socket-folder.ts'
import { waitFor } from './wait.ts'

/** Crash recovery may replay a lot of log; nothing else takes long. */
const START_MS = 120_000
const TRIES = 50
/** Milliseconds between two looks whether the socket is still there. */
const SOCKET_LOOK = 2_000

/** Where a server runs and what it is run by. */
export interface Place {
  /** The shop's data directory, resolved. */
  readonly home: string
  readonly cluster: Cluster
  readonly binaries: Binaries
  readonly runtime: Runtime
}

/** A server of ours: the living shop's lock is held through `client`. */
export interface Claimed {
  readonly server: Postmaster
  readonly client: pg.Client
  /** Resolves when the server ended, or was ended since nobody could connect any more, with why as far as it is known. */
  readonly ended: Promise<string | undefined>
}

/** A server that could not be started, and why as far as it is known. */
export class NotStarted extends CannotStart {
  readonly why: string | undefined

  constructor(message: string, why: string | undefined) {
    super(message)
    this.why = why
  }
}

/** Starts a server in a process group of its own: Ctrl-C in a terminal must not end it before the shop is done with it. */
const spawnServer = ({ cluster, binaries }: Place, log: LogFile, at?: string): [ChildProcess, Postmaster] => {
  const left = readNote(cluster.data)
  if (left && left.socketFolder !== at) removeSocketFolder(left.socketFolder)
  forgetRecycled(cluster.data)
  const socketFolder =
    at === undefined ? socketFolderFor(cluster.data, cluster.user) : restoreSocketFolder(at, cluster.user)
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

/**
 * Resolves when the socket's folder was removed under a server that runs, as cleaners of /tmp do: nobody can connect to it
 * any more, so it has to be restarted. Never resolves once `until` is aborted.
 */
const socketRemoved = async ({ socketFolder }: Postmaster, runtime: Runtime, until: AbortSignal): Promise<void> => {
  for (let missing = 0; missing < 2; missing = existsSync(socketIn(socketFolder)) ? 0 : missing + 1) {
    await runtime.sleep(SOCKET_LOOK, until).catch(() => {})
    // Its own shutdown removes the socket too.
    if (until.aborted) return new Promise(() => {})
  }
}

const endOf = async (
  { home, cluster, runtime }: Place,
  { server, client, log, own }: { server: Postmaster; client: pg.Client; log: LogFile; own: ChildProcess | undefined },
): Promise<string | undefined> => {
  const watching = new AbortController()
  const disconnected = new Promise<void>((resolve) => client.once('end', resolve)).then(() => watching.abort())
  const removed = socketRemoved(server, runtime, watching.signal).then(() => true)
  if ((await Promise.race([disconnected, removed])) === true) {
    await endPostmaster(server, cluster.data, runtime)
    return `${server.socketFolder}, the folder of its socket, was removed`
  }
  // Its last words, and its exit, may come a moment after its connections end.
  await waitFor(runtime, 500, () => (findPostmaster(cluster.data) ? undefined : true))
  return diagnose(home, { log: log.news() }) ?? (own?.signalCode ? `it was ended by ${own.signalCode}` : undefined)
}

/**
 * Takes over the server that runs on the data, or starts one, and claims it for this shop. A restart is told the folder of
 * the socket that everybody connects to (`at`). Rejects with CannotStart, or with why it was `stopping`.
 */
export const claimServer = async (
  place: Place,
  { at, stopping }: { readonly at?: string; readonly stopping?: AbortSignal } = {},
): Promise<Claimed> => {
  const { home, cluster, runtime } = place
  const log = openLog(join(home, 'postgres.log'))
  let own: ChildProcess | undefined
  let server: Postmaster | undefined
  let tries = 0
  const failed = (what: string): NotStarted => {
    const said = log.news()
    const why = diagnose(home, { log: said })
    return new NotStarted(`PostgreSQL did not ${what}${why === undefined ? '' : `: ${why}`}.\n${lastLines(said)}`, why)
  }
  try {
    const look = async () => {
      stopping?.throwIfAborted()
      if (!own || own.exitCode !== null || own.signalCode !== null) {
        server = findPostmaster(cluster.data)
        if (!server) {
          // Backends of a server that was killed may hold its memory for a moment; anything else is a real failure.
          const transient = tries < TRIES && /pre-existing shared memory|lock file .* already exists/.test(log.news())
          if (own && !transient) throw failed('start')
          tries++
          ;[own, server] = spawnServer(place, log, at)
        }
      }
      const answer = await claim(server!, runtime)
      return answer === 'away' ? undefined : answer
    }
    // Each look at one that recovers is a line in its log.
    const claimed = await waitFor(runtime, START_MS, look, (looks) => Math.min(250, 5 * looks))
    if (claimed === 'taken') {
      throw new CannotStart(
        `Another shop is running on ${home}. Stop it first, or set JANGTEO_DATA to a directory of this shop's own.`,
      )
    }
    if (!claimed) throw failed('become ready')
    if (at !== undefined && server!.socketFolder !== at) {
      // Another shop started it meanwhile and is gone: whoever connects looks for it where ours was.
      await endPostmaster(server!, cluster.data, runtime)
      throw new Error('the server was found at another address and is restarted')
    }
    const found = { server: server!, client: claimed }
    return { ...found, ended: endOf(place, { ...found, log, own }) }
  } catch (error) {
    if (stopping?.aborted && server) await endPostmaster(server, cluster.data, runtime)
    throw error
  } finally {
    // Whether it is ours or another shop claimed it first: it must not keep this process alive.
    own?.unref()
    log.close()
  }
}
