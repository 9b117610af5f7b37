import { smtpMailer } from '#engines/mail/smtp.ts'
import { secretsFrom } from '#kernel/secrets.ts'
import { service, sweep } from '#kernel/service.ts'
import { codes } from './codes.ts'
import { PROOF_MEMORY } from './code.ts'
import { forgetEnded } from './code-store.ts'
import { email, emailSent } from './contract.ts'
import { forgetMails } from './mail-store.ts'
import { outgoing, WORTH } from './outgoing.ts'

/** Milliseconds for which the id of a mail that ended is remembered: longer than any event can be redelivered. */
const MAIL_MEMORY = 30 * 24 * 3_600_000

/**
 * Codes, proofs and outgoing mail. Settings: `JANGTEO_SECRET`, `SMTP_URL` (without it mail waits), `MAIL_FROM`,
 * `JANGTEO_CODES_PER_CLIENT` and `JANGTEO_CODE_TRIES_PER_CLIENT` (an hour). Of a person it keeps nothing beyond a day:
 * what it holds is a keyed hash or sealed, and ends by itself, so withdrawal leaves nothing to forget.
 */
export const emailService = service(
  email,
  { emits: [emailSent], migrations: new URL('./migrations/', import.meta.url) },
  (tools) => {
    const { db, runtime, settings, log } = tools
    const secrets = secretsFrom(settings.JANGTEO_SECRET, runtime)
    const url = typeof settings.SMTP_URL === 'string' && settings.SMTP_URL !== '' ? settings.SMTP_URL : undefined
    const from = String(settings.MAIL_FROM ?? '장터 <no-reply@jangteo.local>')
    const mailer = smtpMailer({ url: url ?? 'smtp://127.0.0.1:25', from, runtime })
    const mails = outgoing(tools, secrets, mailer)
    return {
      operations: {
        ...codes(tools, secrets, mails),
        send: async (mail) => {
          await mails.queue(db, mail, runtime.now() + WORTH)
          return { id: mail.id }
        },
      },
      sweeps: [
        ...(url ? [sweep('deliver', 200, mails.deliver)] : []),
        sweep(
          'forget',
          60_000,
          async (now) => (await forgetEnded(db, now, now - PROOF_MEMORY)) + (await forgetMails(db, now - MAIL_MEMORY)),
        ),
      ],
      start: async () => {
        if (!url) log.warn('SMTP_URL is not set: mail waits until it is')
      },
      stop: async () => mailer.close(),
    }
  },
)
