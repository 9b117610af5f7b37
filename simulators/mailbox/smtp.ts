import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import type { Logger } from 'pino'
import { SMTPServer } from 'smtp-server'

/** What one delivery brought. */
export interface Arrived {
  readonly from: string
  readonly recipients: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string | null
}

const LARGEST = 5_000_000

const read = async (stream: Readable, recipients: readonly string[]): Promise<Arrived> => {
  const mail = await PostalMime.parse(await buffer(stream))
  const { name = '', address = '' } = mail.from ?? {}
  const from = name === '' ? address : `${name} <${address}>`
  return { from, recipients, subject: mail.subject ?? '', text: mail.text ?? '', html: mail.html ?? null }
}

/**
 * A mail server for every address there is, on a loopback port. It says yes only once `arrived` has resolved, so that
 * a mail it took is a mail that can be read.
 */
export const listen = async (given: {
  readonly port: number
  readonly log: Logger
  readonly arrived: (mail: Arrived) => Promise<void>
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
      read(stream, recipients)
        .then(async (mail) => {
          if (stream.sizeExceeded) throw Object.assign(new Error('The message is too large'), { responseCode: 552 })
          await given.arrived(mail)
        })
        .then(
          () => done(),
          (error: Error & { responseCode?: number }) => {
            given.log.warn({ err: error }, 'The mailbox could not take a mail')
            done(Object.assign(error, { responseCode: error.responseCode ?? 451 }))
          },
        )
    },
  })
  server.on('error', (error) => given.log.warn({ err: error }, 'A connection to the mailbox broke'))
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(given.port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.server.address() as AddressInfo).port)
    })
  })
  return { port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
