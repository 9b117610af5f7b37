import { createTransport } from 'nodemailer'
import type { Runtime } from '#kernel/runtime.ts'
import { traced } from '#kernel/tracing/tracing.ts'
import { smtpAddressOf } from './address.ts'
import type { Mail, Mailer, Outcome } from './mailer.ts'

/** Milliseconds an attempt may take, waiting for a connection included. */
const SEND_TIMEOUT = 30_000

/** An address or a code of a mail never gets into `why`: only codes of nodemailer and SMTP. */
const outcomeOf = (error: unknown): Outcome => {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string }
  const why = [code, responseCode, command].filter((each) => each !== undefined).join(' ') || 'no reason given'
  // 5xx on the envelope or the content is this mail's fault; on greeting or sign-in it is ours, and passes.
  const refused = (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode === undefined || responseCode >= 500)
  return refused ? { kind: 'refused', why } : { kind: 'failed', why }
}

/** Sends by SMTP (`smtp://` or `smtps://user:password@host:port`) over a few kept connections. */
export const smtpMailer = (given: {
  readonly url: string
  /** The sender; a function where it may change. */
  readonly from: string | (() => string)
  readonly runtime: Runtime
}): Mailer => {
  const { runtime } = given
  const transport = createTransport({
    ...smtpAddressOf(given.url),
    pool: true,
    maxConnections: 3,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const send = async ({ id, at, ...mail }: Mail): Promise<Outcome> => {
    const settled = new AbortController()
    const late = new AbortController()
    void runtime.sleep(SEND_TIMEOUT, settled.signal).then(
      () => late.abort(),
      () => {},
    )
    try {
      await transport.sendMail({
        from: typeof given.from === 'function' ? given.from() : given.from,
        ...mail,
        messageId: `<${id}@jangteo>`,
        date: new Date(at),
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: late.signal,
      })
      return { kind: 'sent' }
    } catch (error) {
      return outcomeOf(error)
    } finally {
      settled.abort()
    }
  }

  return {
    send: (mail) =>
      traced({ name: 'mail send', kind: 'client' }, async (span) => {
        const outcome = await send(mail)
        span?.set('jangteo.outcome', outcome.kind)
        if (outcome.kind !== 'sent') span?.end(outcome.why)
        return outcome
      }),
    close: () => transport.close(),
  }
}
