import { connect } from 'node:net'

/** Sends bytes as they are, which no HTTP client would, and answers the status and body of what comes back. */
export const sendRaw = async (origin: string, lines: readonly string[], body = ''): Promise<[number, string]> => {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => (said += text))
  socket.on('error', () => {})
  socket.write(`${[...lines, 'connection: close', '', body].join('\r\n')}`)
  socket.setTimeout(30_000, () => socket.destroy())
  await new Promise((resolve) => socket.once('close', resolve))
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? 0)
  return [status, said.slice(said.indexOf('\r\n\r\n') + 4)]
}
