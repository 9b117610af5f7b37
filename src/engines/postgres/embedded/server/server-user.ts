import { spawnSync } from 'node:child_process'
import { chownSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'

/** A program, ready to be spawned as the user that runs the server. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly options: { readonly uid?: number; readonly gid?: number }
}

/** Who runs the server: PostgreSQL refuses to run as root. */
export interface ServerUser {
  /** The owner the data must have; undefined where files made by this process are right as they are. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  command(file: string, args: readonly string[]): Command
}

const NOBODY = 65_534

const itself: ServerUser = { owner: undefined, command: (file, args) => ({ file, args, options: {} }) }

/** Root hands the server to whoever owns the folder the data lies in, else to nobody. */
const unprivileged = (folder: string): { uid: number; gid: number } => {
  for (let path = folder; ; path = dirname(path)) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && found.uid !== 0) return { uid: found.uid, gid: found.gid }
    if (found || path === dirname(path)) return { uid: NOBODY, gid: NOBODY }
  }
}

const asOwner = (owner: { uid: number; gid: number }): ServerUser => ({
  owner,
  command: (file, args) => ({ file, args, options: owner }),
})

/**
 * The same user, who may pass folders that only root can enter (a checkout below /root). `no_setuid_fixup` makes
 * access(2) honour that too, which initdb asks before it runs anything.
 */
const asOwnerPastFolders = (owner: { uid: number; gid: number }): ServerUser => ({
  owner,
  command: (file, args) => ({
    file: 'setpriv',
    args: [
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      '--inh-caps=-all,+dac_override',
      '--ambient-caps=-all,+dac_override',
      '--',
      file,
      ...args,
    ],
    options: {},
  }),
})

/** Root outside, somebody else inside: for machines where root may make user namespaces but lacks DAC_OVERRIDE. */
const asNamespaced: ServerUser = {
  owner: undefined,
  command: (file, args) => ({
    file: 'unshare',
    args: ['--user', '--map-user=1000', '--map-group=1000', '--', file, ...args],
    options: {},
  }),
}

/** A shell's look at whether a user can run the binary `$0` and write the folder `$1`. */
const PROBE = 'test -x "$0" && "$0" --version >/dev/null && cd "$1" && test -w .'

/** Whether that user can run the binary and write the folder. */
const works = (
  user: ServerUser,
  binary: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  probe: string,
): boolean => {
  const { file, args, options } = user.command('/bin/sh', ['-c', probe, binary, folder])
  return spawnSync(file, args, { ...options, env: { ...process.env, ...env }, cwd: '/', stdio: 'ignore' }).status === 0
}

/** The users root may hand the server to, best first. Data that is there already keeps its owner. */
const candidates = (folder: string, fresh: boolean): readonly ServerUser[] => {
  if (!fresh) {
    const { uid, gid } = statSync(folder)
    return uid === 0 ? [asNamespaced] : [asOwner({ uid, gid }), asOwnerPastFolders({ uid, gid })]
  }
  const owner = unprivileged(dirname(folder))
  return [asOwner(owner), asOwnerPastFolders(owner), asNamespaced]
}

/**
 * Chooses who runs the server on the data in `folder`. An ordinary user does so himself. Root tries, in this order:
 * another user; another user let through closed folders; a user namespace. An empty folder (`fresh`) is given to the
 * user chosen.
 */
export const chooseServerUser = (given: {
  readonly binary: string
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly fresh: boolean
  /** The server's name, for what is said; by default PostgreSQL. */
  readonly server?: string
  /** Another look at whether a user can run it. */
  readonly probe?: string
  /** The setting by which one does without. */
  readonly instead?: string
}): ServerUser => {
  const { binary, env, folder, fresh, server = 'PostgreSQL', probe = PROBE, instead = 'DATABASE_URL' } = given
  const me = process.getuid?.()
  if (me !== 0) {
    if (me !== undefined && statSync(folder).uid !== me) {
      throw new CannotStart(`${folder} belongs to another user. Start the shop as that user, or set JANGTEO_DATA.`)
    }
    return itself
  }
  for (const user of candidates(folder, fresh)) {
    if (fresh) chownSync(folder, user.owner?.uid ?? 0, user.owner?.gid ?? 0)
    if (works(user, binary, folder, env, probe)) return user
  }
  throw new CannotStart(
    `${server} does not run as root, and no other user can reach ${dirname(folder)} and ${binary} here. ` +
      'Start the shop as an ordinary user, put it where others can read it, or set ' +
      `${instead}.`,
  )
}
