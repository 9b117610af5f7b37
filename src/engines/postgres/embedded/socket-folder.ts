import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ServerUser } from './server-user.ts'

/** The name of the socket is `.s.PGSQL.<port>`; nothing listens on the network, so the port is only a name. */
export const PORT = 5432

/** What fits everywhere: the kernel takes 107 bytes on Linux and 103 on macOS. */
const LONGEST = 103
const PREFIX = 'jangteo-socket-'

/** Where the server's socket goes: with the data, or in a short private folder when that path would be too long. */
export const socketFolderFor = (data: string, user: ServerUser): string => {
  if (Buffer.byteLength(join(data, `.s.PGSQL.${PORT}`)) <= LONGEST) return data
  const folder = mkdtempSync(join(tmpdir(), PREFIX))
  if (user.owner) chownSync(folder, user.owner.uid, user.owner.gid)
  return folder
}

/** Removes a folder that `socketFolderFor` made; leaves any other alone. */
export const removeSocketFolder = (folder: string): void => {
  if (basename(folder).startsWith(PREFIX)) rmSync(folder, { recursive: true, force: true })
}
