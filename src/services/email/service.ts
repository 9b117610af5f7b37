import { smtpMailer } from '#engines/mail/smtp.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { batched, service, sweep } from '#kernel/service.ts'
import { codes } from './codes.ts'
import { PROOF_MEMORY } from './code.ts'
import { forgetEnded } from './code-store.ts'
import { email, emailSent } from './contract.ts'
import { forgetMails } from './mail-queue/mail-store.ts'
import { outgoing, WORTH } from './mail-queue/mail-queue.ts'
import { emailSettings } from './settings.ts'

/** Milliseconds between two looks at mail that is due; `MAIL_PER_SECOND` counts on it. What is taken up together is noted together. */
const LOOK = 1_000
/** Milliseconds for which the id of a mail that ended is remembered: longer than any event can be redelivered. */
const MAIL_MEMORY = 30 * 24 * 3_600_000

/**
 * Codes, proofs and outgoing mail; without `SMTP_URL` mail waits. Of a person it keeps nothing beyond a day: what it holds is a keyed hash or sealed, and ends by itself, so withdrawal leaves nothing to forget.
 */
export const emailService = service(
  email,
  { emits: [emailSent], settings: emailSettings, migrations: new URL('./migrations/', import.meta.url) },
  (tools) => {
    const { db, runtime, settings, log } = tools
    const secrets = secretsOf(settings, runtime)
    const url = settings.SMTP_URL || undefined
    const mailer = smtpMailer({ url: url ?? 'smtp://127.0.0.1:25', from: () => settings.MAIL_FROM, runtime })
    const mails = outgoing(tools, secrets, mailer)

    let hurrying: Promise<unknown> = Promise.resolve()
    // A person looks at the screen until the code is there, so it does not wait for the next look.
    const hurry = (): void => {
      if (!url) return
      const hurried = mails
        .deliver(runtime.now(), 1)
        .catch((error: unknown) => log.warn({ err: error }, 'A code waits for the next look'))
      hurrying = Promise.all([hurrying, hurried])
    }

    return {
      operations: {
        ...codes(tools, secrets, mails, hurry),
        send: batched(async (given) => {
          await mails.queue(db, given, runtime.now() + WORTH)
          return given.map(({ id }) => ({ id }))
        }),
      },
      sweeps: [
        ...(url
          ? [
              sweep('deliver', LOOK, async (now) => {
                await mails.deliver(now, settings.MAIL_PER_SECOND)
                // Not at once again: the pace is what a mail server will take.
                return 0
              }),
            ]
          : []),
        sweep(
          'forget',
          60_000,
          async (now) => (await forgetEnded(db, now, now - PROOF_MEMORY)) + (await forgetMails(db, now - MAIL_MEMORY)),
        ),
      ],
      start: async () => {
        if (!url) log.warn('SMTP_URL is not set: mail waits until it is')
      },
      stop: async () => {
        await hurrying
        mailer.close()
      },
    }
  },
)
