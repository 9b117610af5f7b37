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

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case name; several of a name joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Splits what was said on a connection into its answers, `100 Continue` among them. Bodies go by their content-length. */
const answersIn = (said: string): readonly RawAnswer[] => {
  const answers: RawAnswer[] = []
  let rest = said
  while (rest.startsWith('HTTP/1.1 ')) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) break
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers: Record<string, string> = {}
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(':')).toLowerCase()
      const value = line.slice(line.indexOf(':') + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    const length = Number(headers['content-length'] ?? 0)
    const body = rest.slice(end + 4, end + 4 + length)
    answers.push({ status: Number(first.slice(9, 12)), headers, body: Buffer.from(body, 'latin1').toString() })
    rest = rest.slice(end + 4 + length)
  }
  if (rest !== '') answers.push({ status: 0, headers: {}, body: rest })
  return answers
}

/** A connection on which a test says and hears bytes as they are. */
export interface RawConnection {
  readonly say: (text: string) => void
  /** What was answered until now. */
  readonly answers: () => readonly RawAnswer[]
  /** Waits until there are so many answers; rejects when the connection closes before. */
  readonly heard: (count: number) => Promise<readonly RawAnswer[]>
  /** Waits until the other side has closed; answers all that was said. */
  readonly closed: Promise<readonly RawAnswer[]>
  readonly end: () => void
}

/** Opens a connection to an origin, to speak HTTP on by hand. */
export const rawConnection = (origin: string): RawConnection => {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  let said = ''
  socket.setEncoding('latin1').on('data', (text: string) => (said += text))
  socket.on('error', () => {})
  socket.setTimeout(30_000, () => {
    said += '[nothing more was said, and the connection was not closed]'
    socket.destroy()
  })
  const closed = new Promise<readonly RawAnswer[]>((resolve) => socket.once('close', () => resolve(answersIn(said))))
  return {
    say: (text) => void socket.write(text, 'latin1'),
    answers: () => answersIn(said),
    heard: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const answers = answersIn(said)
          if (answers.length >= count) resolve(answers)
        }
        socket.on('data', look)
        socket.once('close', () => {
          look()
          reject(new Error(`The connection closed after ${answersIn(said).length} of ${count} answers:\n${said}`))
        })
        look()
      }),
    closed,
    end: () => void socket.destroy(),
  }
}
