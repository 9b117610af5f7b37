import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Runtime } from '#kernel/runtime.ts'

/** Where the server is, and how it is spoken to. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly secure: boolean
  readonly requireTLS: boolean
  readonly ignoreTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** What nodemailer and servers say of an error. */
export interface SmtpError {
  readonly code?: string
  readonly responseCode?: number
  readonly command?: string
}

/** A few connections to a mail server, opened when needed and kept while there is mail. */
export interface Connections {
  /** Hands a message over. Rejects with what nodemailer says of it, or once it took `PATIENCE`. */
  send(from: string, to: string, message: Buffer): Promise<void>
  /** Refuses what waits; what is under way may end. */
  close(): void
}

/** Milliseconds an attempt may take, waiting for a connection included. */
const PATIENCE = 30_000
/** Milliseconds between two looks for attempts that took too long. */
const LOOK = 1_000
const MOST = 3
/** Messages after which a connection is replaced: servers limit how many they take by one. */
const MESSAGES = 100

interface Job {
  readonly from: string
  readonly to: string
  readonly message: Buffer
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: SmtpError) => void
  kept: Kept | undefined
  again: boolean
}

interface Kept {
  readonly connection: SMTPConnection
  readonly ready: Promise<void>
  job: Job | undefined
  sent: number
}

/** Whether it is the message that was refused; the connection is as good as before. */
const ofMessage = ({ code, responseCode }: SmtpError): boolean =>
  (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== 421

const opened = (connection: SMTPConnection, auth: ServerSettings['auth']): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.connect((error) => {
      if (error) reject(error)
      else if (auth && connection.allowsAuth)
        connection.login({ ...auth }, (refused) => (refused ? reject(refused) : resolve()))
      else resolve()
    })
  })

/**
 * nodemailer speaks SMTP, TLS and signing in included; its own pool makes a chain of streams for each message, which costs
 * many times what the sending costs.
 */
export const connections = (server: ServerSettings, runtime: Pick<Runtime, 'now' | 'sleep'>): Connections => {
  const { auth, ...settings } = server
  const waiting: Job[] = []
  const underWay = new Set<Job>()
  const open = new Set<Kept>()
  const idle: Kept[] = []
  let watching = false
  let closed = false

  const drop = (kept: Kept): void => {
    if (!open.delete(kept)) return
    const at = idle.indexOf(kept)
    if (at >= 0) idle.splice(at, 1)
    kept.connection.close()
    next()
  }

  const free = (kept: Kept): void => {
    if (kept.sent >= MESSAGES || closed) return drop(kept)
    idle.push(kept)
    next()
  }

  const openOne = (): Kept => {
    const connection = new SMTPConnection({
      ...settings,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    })
    const kept: Kept = { connection, ready: opened(connection, auth), job: undefined, sent: 0 }
    // The server ended it, or nothing was sent by it for a while.
    connection.once('end', () => kept.job === undefined && drop(kept))
    open.add(kept)
    return kept
  }

  const settle = (job: Job, error?: SmtpError): void => {
    underWay.delete(job)
    if (error) job.reject(error)
    else job.resolve()
  }

  const done = (kept: Kept, job: Job, error?: SmtpError | null): void => {
    // It took too long, and nobody waits for it any more.
    if (kept.job !== job) return
    kept.job = undefined
    const kind = error && !ofMessage(error) ? 'broken' : 'whole'
    // A server may end a kept connection at the very moment it is used again: that says nothing of the message.
    if (error && kind === 'broken' && kept.sent > 0 && !job.again) {
      job.again = true
      waiting.unshift(job)
    } else settle(job, error ?? undefined)
    kept.sent++
    if (kind === 'broken') drop(kept)
    else if (error) kept.connection.reset((failed) => (failed ? drop(kept) : free(kept)))
    else free(kept)
  }

  const hand = (kept: Kept, job: Job): void => {
    kept.job = job
    job.kept = kept
    kept.ready.then(
      () => kept.connection.send({ from: job.from, to: [job.to] }, job.message, (error) => done(kept, job, error)),
      (error: SmtpError) => done(kept, job, error),
    )
  }

  const next = (): void => {
    while (waiting.length > 0) {
      const kept = idle.pop() ?? (open.size < MOST ? openOne() : undefined)
      if (!kept) return
      hand(kept, waiting.shift()!)
    }
  }

  const giveUp = (job: Job, code: string): void => {
    const at = waiting.indexOf(job)
    if (at >= 0) waiting.splice(at, 1)
    settle(job, { code })
    const { kept } = job
    if (kept?.job !== job) return
    kept.job = undefined
    drop(kept)
  }

  /** One timer for all attempts: one for each would cost more than the sending. */
  const watch = async (): Promise<void> => {
    if (watching) return
    watching = true
    while (underWay.size > 0) {
      await runtime.sleep(LOOK)
      const now = runtime.now()
      for (const job of underWay) if (job.until <= now) giveUp(job, 'ETIMEDOUT')
    }
    watching = false
  }

  return {
    send: (from, to, message) =>
      new Promise((resolve, reject) => {
        const until = runtime.now() + PATIENCE
        const job: Job = { from, to, message, until, resolve, reject, kept: undefined, again: false }
        if (closed) return reject({ code: 'ECLOSED' })
        underWay.add(job)
        waiting.push(job)
        next()
        void watch()
      }),
    close: () => {
      closed = true
      for (const job of waiting.splice(0)) giveUp(job, 'ECLOSED')
      for (const kept of idle.splice(0)) drop(kept)
    },
  }
}
