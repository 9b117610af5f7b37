import { chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ServerUser } from './server-user.ts'

/** The name of the socket is `.s.PGSQL.<port>`; nothing listens on the network, so the port is only a name. */
export const PORT = 5432

/** What fits everywhere: the kernel takes 107 bytes on Linux and 103 on macOS. */
const LONGEST = 103
const PREFIX = 'jangteo-socket-'

/** The socket of a server whose folder that is. */
export const socketIn = (folder: string): string => join(folder, `.s.PGSQL.${PORT}`)

/** Where the server's socket goes: with the data, or in a short private folder when that path would be too long. */
export const socketFolderFor = (data: string, user: ServerUser): string => {
  if (Buffer.byteLength(socketIn(data)) <= LONGEST) return data
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  if (user.owner) chownSync(folder, user.owner.uid, user.owner.gid)
  return folder
}

/** Removes a folder that `socketFolderFor` made; leaves any other alone. */
export const removeSocketFolder = (folder: string): void => {
  if (basename(folder).startsWith(PREFIX)) rmSync(folder, { recursive: true, force: true })
}

/**
 * Makes sure that a folder which `socketFolderFor` answered before is there for a restart at the same address: whoever
 * connects knows no other. Throws where somebody else made it meanwhile.
 */
export const restoreSocketFolder = (folder: string, user: ServerUser): string => {
  if (!basename(folder).startsWith(PREFIX)) return folder
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 })
    if (user.owner) chownSync(folder, user.owner.uid, user.owner.gid)
  }
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== (user.owner?.uid ?? process.getuid?.()) || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} was made by somebody else: the socket of the database would not be private there`)
  return folder
}
