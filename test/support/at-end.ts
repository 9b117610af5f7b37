import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { once } from 'node:events'
import { after } from 'node:test'

type End = () => unknown

const ends: End[] = []
// Registered while the file loads, so that it belongs to the whole file: made inside a hook it would run after the hook.
after(async () => {
  const errors: unknown[] = []
  // The last that was opened is closed first. One that fails to close keeps no other open: the process would not end.
  for (const end of ends.splice(0).toReversed())
    try {
      await end()
    } catch (error) {
      errors.push(error)
    }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'Closing failed')
})

/**
 * Closes something after the file's last test, however the tests end. A test that closes at its own end leaves it open
 * when it fails, and the process never ends. Answers what it was given.
 */
export const atEnd = <E extends End>(end: E): E => {
  ends.push(end)
  return end
}

/** Cuts the connections of a server when it is closed at the end: whoever hangs on it must not keep it open. */
export const closedAtEnd = <S extends NetServer>(server: S): S => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  atEnd(() => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) server.close()
  })
  return server
}

/** A server on a free port of this machine that is closed after the file's last test, with every connection to it. */
export const listening = async (listener: RequestListener): Promise<{ server: Server; origin: string }> => {
  const server = closedAtEnd(createServer(listener)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
