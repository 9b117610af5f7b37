import { once } from 'node:events'
import { connect } from 'node:net'

const PROBE_TIMEOUT = 2_000

/** Whether an address answers a GET with 200. */
export const answersHttp = async (url: string): Promise<boolean> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT) })
  await answer.arrayBuffer()
  return answer.ok
}

/** Sends bytes to a port of this machine and answers the first that come back. */
export const ask = async (port: number, question: Uint8Array | string): Promise<Buffer> => {
  const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_TIMEOUT })
  socket.on('timeout', () => socket.destroy(new Error('no answer')))
  try {
    socket.write(question)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer
  } finally {
    socket.destroy()
  }
}
