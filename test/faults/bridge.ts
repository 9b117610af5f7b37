import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Makes a server that listens on a Unix socket reachable at a port of this machine. */
export const bridge = async (port: number, socketPath: string): Promise<() => Promise<void>> => {
  const server = createServer((caller) => {
    const called = connect(socketPath)
    caller.pipe(called).pipe(caller)
    // Whoever breaks first takes the other along; the caller sees what it would see of the server itself.
    caller.on('error', () => called.destroy()).on('close', () => called.destroy())
    called.on('error', () => caller.destroy()).on('close', () => caller.destroy())
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return async () => void server.close()
}
