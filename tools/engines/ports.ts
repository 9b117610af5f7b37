import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Runtime } from '#kernel/runtime.ts'

/** Whether nobody listens on a port of this machine. */
export const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.close()
  return free
}

const LOWEST = 12_000
const SPAN = 18_000

/** A free port, away from those the system hands out by itself: nobody is given it before the engine takes it. */
export const freePort = async (runtime: Runtime): Promise<number> => {
  for (;;) {
    const port = LOWEST + (Buffer.from(runtime.random(4)).readUInt32LE() % SPAN)
    if (await isFree(port)) return port
  }
}
