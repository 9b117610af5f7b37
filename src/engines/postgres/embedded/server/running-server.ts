import { join, resolve } from 'node:path'
import { findPostmaster } from './postmaster.ts'
import { type Connection, DATABASE } from '../start.ts'

/** How to reach the server a running shop has started on `dataDir`; nothing when none runs. Claims nothing: for looking in. */
export const livingServer = (dataDir: string): Connection | undefined => {
  const server = findPostmaster(join(resolve(dataDir), 'postgres'))
  return server && { host: server.socketFolder, port: server.port, user: 'postgres', database: DATABASE }
}
