import { connect, type Socket } from 'node:net'

/** A response, as far as a benchmark looks at it. */
export interface Response {
  readonly status: number
  readonly body: string
}

/**
 * One keep-alive connection that sends one request at a time. Much lighter than a general client, so that on a machine
 * shared by load, shop and database the load takes as little as it can. Knows responses with a Content-Length only.
 */
export interface Connection {
  request(method: string, path: string, headers: string, body?: string): Promise<Response>
  close(): void
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Opens a connection to an origin. `headers` given to `request` are whole lines, each ended by CRLF. */
export const openConnection = async (origin: string): Promise<Connection> => {
  const { hostname, port, host } = new URL(origin)
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(opening))
    opening.once('error', reject)
  })
  let waiting: { resolve: (response: Response) => void; reject: (error: Error) => void } | undefined
  let pending: Buffer = Buffer.alloc(0)

  const fail = (error: Error): void => {
    waiting?.reject(error)
    waiting = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The connection was closed')))
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const end = pending.indexOf(HEAD_END)
    if (end < 0) return
    const head = pending.toString('latin1', 0, end)
    const length = /content-length: (\d+)/i.exec(head)
    const status = Number(head.slice(9, 12))
    if (!length && status !== 204) return fail(new Error(`A response without Content-Length: ${head}`))
    const total = end + 4 + Number(length?.[1] ?? 0)
    if (pending.length < total) return
    const body = pending.toString('utf8', end + 4, total)
    pending = pending.subarray(total)
    const done = waiting
    waiting = undefined
    done?.resolve({ status, body })
  })

  return {
    request: (method, path, headers, body) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('The connection is closed'))
        waiting = { resolve, reject }
        const length =
          body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
        socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}${length}\r\n${body ?? ''}`)
      }),
    close: () => socket.destroy(),
  }
}
