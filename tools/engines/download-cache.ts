import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Names the folder that engines are kept in. */
export const CACHE = 'JANGTEO_ENGINES'

/** The folder that engines are kept in once they were fetched, for all checkouts of this user. */
export const cacheFolder = (given = process.env[CACHE]): string =>
  given ? resolve(given) : join(homedir(), '.cache', 'jangteo', 'engines')

/**
 * The folder `name` of the cache; `fill` makes it where it is not there yet. It is made under another name and renamed
 * when it is whole: processes that fetch the same at once do not see each other's halves, nor does the next start after
 * one that was interrupted.
 */
export const downloadOnce = async (
  cache: string,
  name: string,
  fill: (folder: string) => Promise<unknown>,
): Promise<string> => {
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const half = mkdtempSync(`${folder}.`)
  try {
    await fill(half)
    renameSync(half, folder)
  } catch (error) {
    // Another process was first: what it has made is the same.
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
  return folder
}
