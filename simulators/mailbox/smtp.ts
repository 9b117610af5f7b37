import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import { SMTPServer } from 'smtp-server'

/** What one delivery brought. */
export interface Delivery {
  readonly recipients: readonly string[]
  /** The mail as it came. */
  readonly raw: Buffer
}

const LARGEST = 5_000_000

// `buffer` of node:stream/consumers goes by way of a Blob, which costs more than all the rest of taking a mail.
const bytesOf = (stream: Readable): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.once('end', () => resolve(Buffer.concat(chunks)))
    stream.once('error', reject)
  })

/**
 * A mail server for every address there is, on a loopback port. It says yes only once `arrived` has resolved, so that
 * a mail it took is a mail that can be read.
 */
export const listen = async (given: {
  readonly port: number
  readonly log: Logger
  readonly arrived: (delivery: Delivery) => Promise<void>
}): Promise<{ port: number; close(): Promise<void> }> => {
  const server = new SMTPServer({
    banner: 'Jangteo mailbox simulator',
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: LARGEST,
    closeTimeout: 500,
    onData: (stream, session, done) => {
      const recipients = session.envelope.rcptTo.map((each) => each.address.toLowerCase())
      bytesOf(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) throw Object.assign(new Error('The message is too large'), { responseCode: 552 })
          await given.arrived({ recipients, raw })
        })
        .then(
          () => done(),
          (error: Error & { responseCode?: number }) => {
            given.log.warn({ err: error }, 'Mailbox could not store a mail')
            done(Object.assign(error, { responseCode: error.responseCode ?? 451 }))
          },
        )
    },
  })
  server.on('error', (error) => given.log.warn({ err: error }, 'Mailbox connection failed'))
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.server.address() as AddressInfo).port)
    })
  })
  return { port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
