import { once } from 'node:events'
import { createServer } from 'node:net'
import { CannotStart } from '#kernel/cannot-start.ts'

interface Address {
  readonly host: string
  readonly port: number
  readonly what: string
  readonly change: string
}

/** Listens, or throws CannotStart with what the person at the terminal can do about it. */
export const listening = async <T>(at: Address, listen: () => Promise<T>): Promise<T> => {
  const { host, port, what, change } = at
  try {
    return await listen()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new CannotStart(`Port ${port} is taken. Stop what listens there, or set ${change} to another one.`)
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new CannotStart(`${what} may not listen on ${host}:${port}. Set another address or ${change}.`)
    throw error
  }
}

/** Says at once that a port is taken, before a start that takes its time is made in vain. It may be taken yet later. */
export const ensureFree = (at: Address): Promise<void> =>
  listening(at, async () => {
    const server = createServer().listen(at.port, at.host)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  })
