import type { Mailer } from '#engines/mail/mailer.ts'
import { instant } from '#kernel/contract.ts'
import type { Secrets } from '#kernel/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { emailSent } from './contract.ts'
import { claimMails, endMail, postponeMail, queueMails, type DueMail } from './mail-store.ts'

/** Milliseconds after which an attempt is taken for lost. The mailer gives up well before: a mail is never in two hands. */
const CLAIM = 120_000
/** Milliseconds for which an ordinary mail is tried. */
export const WORTH = 24 * 3_600_000
/** Waits between attempts: 5 s, doubling to 30 minutes. */
export const backOff = (attempts: number): number => Math.min(30 * 60_000, 5_000 * 2 ** (attempts - 1))

export interface OutgoingMail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string | undefined
}

/** Mail on its way out: rows, so that none is lost; sent by a sweep. */
export interface Outgoing {
  /** Queues mails within a transaction, each once per id; they are tried until `uselessAfter`. */
  queue(tx: Queryable, mails: readonly OutgoingMail[], uselessAfter: number): Promise<void>
  /** Sends what is due, `most` at a time; answers how many it took up. */
  deliver(now: number, most: number): Promise<number>
}

/**
 * At least once: a process that dies between the mail server's yes and the commit that notes it sends the mail again
 * after the claim has run out, under the same Message-ID, by which mailboxes fold repeats.
 */
export const outgoing = (
  { db, runtime, log }: Pick<Tools, 'db' | 'runtime' | 'log'>,
  secrets: Secrets,
  mailer: Mailer,
): Outgoing => {
  const giveUp = async (due: DueMail, why: string): Promise<void> => {
    log.warn({ mail: due.id, attempts: due.attempts, why }, 'A mail was given up')
    await endMail(db, due, 'GIVEN_UP', runtime.now())
  }

  const attempt = async (due: DueMail): Promise<void> => {
    if (due.uselessAfter <= runtime.now()) return giveUp(due, 'it came too late')
    const { id, ...mail } = JSON.parse(secrets.open('mail', due.sealed)) as OutgoingMail
    const outcome = await mailer.send({ ...mail, id, at: runtime.now() })
    if (outcome.kind === 'sent') {
      await db.tx('email.sent', async (tx) => {
        const now = runtime.now()
        if (await endMail(tx, due, 'SENT', now)) await tx.emit(emailSent, { id, at: instant(now) })
      })
    } else if (outcome.kind === 'refused') await giveUp(due, outcome.why)
    else {
      log.warn({ mail: id, attempts: due.attempts, why: outcome.why }, 'A mail was not sent and will be tried again')
      await db.query(postponeMail(due, runtime.now() + backOff(due.attempts)))
    }
  }

  return {
    queue: async (tx, mails, uselessAfter) => {
      const sealed = mails.map((each) => ({
        id: each.id,
        sealed: secrets.seal('mail', JSON.stringify(each)),
        uselessAfter,
      }))
      await tx.query(queueMails(sealed, runtime.now()))
    },
    deliver: async (now, most) => {
      const due = await claimMails(db, now, now + CLAIM, most)
      const settled = await Promise.allSettled(due.map(attempt))
      for (const each of settled)
        if (each.status === 'rejected') log.error({ err: each.reason }, 'An attempt to send a mail failed on our side')
      return due.length
    },
  }
}
