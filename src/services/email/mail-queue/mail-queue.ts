import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Mailer } from '#engines/mail/mailer.ts'
import { instant } from '#kernel/contract.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { emailSent } from '../contract.ts'
import { claimMails, type DueMail, type EndedMail, endMails, postponeMail, queueMails } from './mail-store.ts'

/** Milliseconds after which an attempt is taken for lost. The mailer gives up well before: a mail is never in two hands. */
const CLAIM = 120_000
/** Milliseconds for which an ordinary mail is tried. */
export const WORTH = 24 * 3_600_000
/** Mails taken up together at most: far fewer than a slow server takes in the time an attempt has. */
const AT_ONCE = 100
/** Milliseconds for which mails that came to an end are gathered before they are noted. */
const GATHER = 100
/** Waits between attempts: 5 s, doubling to 30 minutes. */
export const backOff = (attempts: number): number =>
  exponentialBackOff(attempts - 1, { first: 5_000, longest: 30 * 60_000 })

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
  /** Sends what is due, `most` mails; answers how many it took up. */
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
  const giveUp = (due: DueMail, why: string): 'GIVEN_UP' => {
    log.warn({ mail: due.id, attempts: due.attempts, why }, 'A mail was given up')
    return 'GIVEN_UP'
  }

  /** Answers what it ended the mail with; nothing if the mail is to be tried again. */
  const attempt = async (due: DueMail): Promise<EndedMail['state'] | undefined> => {
    if (due.uselessAfter <= runtime.now()) return giveUp(due, 'it came too late')
    const { id, ...mail } = JSON.parse(secrets.open('mail', due.sealed)) as OutgoingMail
    const outcome = await mailer.send({ ...mail, id, at: runtime.now() })
    if (outcome.kind === 'sent') return 'SENT'
    if (outcome.kind === 'refused') return giveUp(due, outcome.why)
    log.warn({ mail: id, attempts: due.attempts, why: outcome.why }, 'A mail was not sent and will be tried again')
    await db.query(postponeMail(due, runtime.now() + backOff(due.attempts)))
    return undefined
  }

  const note = (ended: readonly EndedMail[]): Promise<void> =>
    db.tx('email.sent', async (tx) => {
      const now = runtime.now()
      const noted = await endMails(tx, ended, now)
      const sent = ended.filter(({ mail, state }) => state === 'SENT' && noted.has(mail.id))
      await tx.emitAll(
        emailSent,
        sent.map(({ mail }) => ({ id: mail.id, at: instant(now) })),
      )
    })

  /** Makes an attempt at each mail, all at once, and notes together what has come to an end by then. */
  const attemptAll = async (due: readonly DueMail[]): Promise<void> => {
    const failed = (error: unknown): void => log.error({ err: error }, 'An attempt to send a mail failed on our side')
    const ended: EndedMail[] = []
    const over = new AbortController()
    const attempts = due.map(async (mail) => {
      const state = await attempt(mail)
      if (state) ended.push({ mail, state })
    })
    void Promise.all(attempts.map((each) => each.catch(failed))).then(() => over.abort())
    for (let open = true; open;) {
      await runtime.sleep(GATHER, over.signal).catch(() => {})
      open = !over.signal.aborted
      const now = ended.splice(0)
      if (now.length > 0) await note(now).catch(failed)
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
      let taken = 0
      for (let wanted = 1, found = 1; found === wanted && taken < most; taken += found) {
        wanted = Math.min(AT_ONCE, most - taken)
        const due = await claimMails(db, now, runtime.now() + CLAIM, wanted)
        found = due.length
        if (found > 0) await attemptAll(due)
      }
      return taken
    },
  }
}
