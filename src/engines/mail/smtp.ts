import type { Runtime } from '#kernel/runtime.ts'
import { traced } from '#kernel/tracing.ts'
import { connections, type ServerSettings, type SmtpError } from './connections.ts'
import type { Mail, Mailer, Outcome } from './mailer.ts'
import { messageOf, type Sender, senderOf } from './message.ts'

const settingsOf = (url: string): ServerSettings => {
  const parsed = new URL(url)
  const secure = parsed.protocol === 'smtps:'
  const loopback = /^(127\.|localhost$|\[::1\]$)/.test(parsed.hostname)
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (secure ? 465 : 587),
    secure,
    // Mail in clear text leaves this machine only when the address says so.
    requireTLS: !secure && !loopback && parsed.searchParams.get('tls') !== 'off',
    ignoreTLS: loopback,
    ...(parsed.username && {
      auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
    }),
  }
}

/** An address or a code of a mail never gets into `why`: only codes of nodemailer and SMTP. */
const outcomeOf = (error: unknown): Outcome => {
  const { code, responseCode, command } = error as SmtpError
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
  readonly runtime: Pick<Runtime, 'now' | 'sleep'>
}): Mailer => {
  const server = connections(settingsOf(given.url), given.runtime)
  let known: { readonly from: string; readonly sender: Sender } | undefined
  const sender = (): Sender => {
    const from = typeof given.from === 'function' ? given.from() : given.from
    if (known?.from !== from) known = { from, sender: senderOf(from) }
    return known.sender
  }
  const send = async (mail: Mail): Promise<Outcome> => {
    try {
      const from = sender()
      await server.send(from.address, mail.to, messageOf(from, mail))
      return { kind: 'sent' }
    } catch (error) {
      return outcomeOf(error)
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
    close: () => server.close(),
  }
}
