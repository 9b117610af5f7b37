import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Binaries } from './binaries.ts'
import { configuration, includes } from './configuration.ts'
import { isAlive } from './server/postmaster.ts'
import { chooseServerUser, type ServerUser } from './server/server-user.ts'

const MAJOR = '18'
const UNFINISHED = 'postgres.new-'

/** A database cluster on disk, and who may run a server on it. */
export interface Cluster {
  readonly data: string
  readonly user: ServerUser
}

/**
 * UTF-8 throughout. Not the locale C: with it, trigram search does not see Hangul. macOS has C.UTF-8 only for what the
 * builtin provider does.
 */
const locale = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  process.platform === 'darwin' ? '--locale=en_US.UTF-8' : '--locale=C.UTF-8',
]

const run = async (user: ServerUser, file: string, args: readonly string[], env: Binaries['env']): Promise<void> => {
  const command = user.command(file, args)
  const child = spawn(command.file, command.args, {
    ...command.options,
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new CannotStart(`PostgreSQL could not make its data directory.\n${said.trim()}`)
}

/** Removes what a start that was killed half-way left behind. */
const removeUnfinished = (home: string): void => {
  for (const name of readdirSync(home)) {
    if (!name.startsWith(UNFINISHED) || isAlive(Number(name.slice(UNFINISHED.length)))) continue
    rmSync(join(home, name), { recursive: true, force: true })
  }
}

/** Makes the cluster aside and moves it into place whole: a kill leaves none or all, and of two at once one wins. */
const create = async (home: string, data: string, binaries: Binaries, sync: boolean): Promise<ServerUser> => {
  const unfinished = join(home, `${UNFINISHED}${process.pid}`)
  removeUnfinished(home)
  mkdirSync(unfinished, { mode: 0o700 })
  try {
    const user = chooseServerUser({ binary: binaries.postgres, env: binaries.env, folder: unfinished, fresh: true })
    const trust = ['--username=postgres', '--auth-local=trust', '--auth-host=reject', '--no-instructions']
    await run(
      user,
      binaries.initdb,
      ['-D', unfinished, ...locale, ...trust, ...(sync ? [] : ['--no-sync'])],
      binaries.env,
    )
    appendFileSync(join(unfinished, 'postgresql.conf'), includes)
    renameSync(unfinished, data)
    return user
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    return chooseServerUser({ binary: binaries.postgres, env: binaries.env, folder: data, fresh: false })
  }
}

/**
 * Opens the cluster below `home`, made on the first call. Throws CannotStart where the data was made by another major
 * version, belongs to somebody else, or cannot be made.
 */
export const openCluster = async (
  home: string,
  binaries: Binaries,
  given: { readonly sync: boolean; readonly progress: (line: string) => void },
): Promise<Cluster> => {
  const data = join(home, 'postgres')
  let user: ServerUser
  if (existsSync(join(data, 'PG_VERSION'))) {
    const made = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
    if (made !== MAJOR) {
      throw new CannotStart(
        `${data} was made by PostgreSQL ${made}; this shop brings ${MAJOR}. Move the data over first.`,
      )
    }
    user = chooseServerUser({ binary: binaries.postgres, env: binaries.env, folder: data, fresh: false })
  } else {
    given.progress('Making the database (first start)')
    user = await create(home, data, binaries, given.sync)
  }
  const conf = join(data, 'jangteo.conf')
  const text = configuration()
  if (!existsSync(conf) || readFileSync(conf, 'utf8') !== text) {
    // Whole or not at all: on a full disk half of it would let the server run with the settings of somebody else.
    const draft = `${conf}.${process.pid}`
    writeFileSync(draft, text)
    if (user.owner) chownSync(draft, user.owner.uid, user.owner.gid)
    chmodSync(draft, 0o600)
    renameSync(draft, conf)
  }
  return { data, user }
}
