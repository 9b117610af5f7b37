import { exponentialBackOff } from '#kernel/time/back-off.ts'
import type { Logger } from 'pino'
import type { Client } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Delivered } from '#kernel/service.ts'
import type { Database, Queryable } from '#kernel/store.ts'
import type { email } from '#services/email/contract.ts'
import type { member } from '#services/member/contract.ts'
import type { payment } from '#services/payment/contract.ts'
import {
  addConfirmations,
  claimConfirmations,
  endConfirmations,
  postponeConfirmation,
  type DueConfirmation,
  type LetterKind,
} from './confirmation-store.ts'
import { depositLetter, passedLetter, refundAccountLetter, reminderLetter } from './deposit-letters.ts'
import { confirmationLetter } from './letter.ts'

/** What an event about an order says of it. An event about its payment does not know its number and name. */
interface About {
  readonly memberId: string
  readonly orderId: string
  readonly amount: number
  readonly number?: string
  readonly orderName?: string
}

/** Mails about orders: that they are paid, and what is to be known of their deposits. */
export interface Confirmations {
  /** Notes, in the consumer's transaction, that letters of a kind about these orders are to be mailed. */
  note(tx: Queryable, kind: LetterKind, events: readonly Delivered<About>[]): Promise<void>
  /** Hands due letters to the e-mail service; answers how many it tried. */
  send(now: number): Promise<number>
}

const MANY = 50
/** Letters of a moment are written together: nobody waits for them as for an answer. */
export const GATHERING = { pace: 50, full: MANY }
/** Milliseconds after which an attempt is taken for lost. */
const LOST_AFTER = 60_000
/** About half a day with the waits between. */
const MAX_ATTEMPTS = 20
const waitAfter = (attempts: number): number => exponentialBackOff(attempts, { first: 1_000, longest: 3_600_000 })

/**
 * Writes about orders by mail. Noting is part of the event's transaction, sending is not: no other service is called
 * while a lock is held. The mail's id comes from the event, so that one is sent however often it is tried.
 */
export const confirmations = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly call: {
    readonly member: Pick<Client<typeof member>, 'find'>
    readonly email: Pick<Client<typeof email>, 'send'>
    readonly payment: Pick<Client<typeof payment>, 'deposit'>
  }
  /** The shop's own, for links; empty as long as it is not known. */
  readonly address: () => string
}): Confirmations => {
  const { db, runtime, log, call, address } = given

  /** The letter, or nothing when there is no more to say: the deposit was made, or the order is over. */
  const letterOf = async (due: DueConfirmation, name: string) => {
    const where = address()
    switch (due.kind) {
      case 'paid':
        return confirmationLetter(due, name, where)
      case 'deposit-passed':
        return passedLetter(due, name, where)
      case 'refund-account':
        return refundAccountLetter(due, name, where)
      default: {
        // The number of the account is in no event, nor kept here.
        const account = await call.payment.deposit({ orderId: due.orderId })
        const written = due.kind === 'deposit' ? depositLetter : reminderLetter
        return account ? written(due, account, name, where) : undefined
      }
    }
  }

  const attempt = async (due: DueConfirmation): Promise<'QUEUED' | 'SKIPPED' | 'GIVEN_UP' | undefined> => {
    try {
      const recipient = await call.member.find({ id: due.memberId })
      // Whoever withdrew is not written to any more.
      if (recipient === null) return 'SKIPPED'
      const letter = await letterOf(due, recipient.name)
      if (!letter) return 'SKIPPED'
      await call.email.send({ id: due.id, to: recipient.email, ...letter })
      return 'QUEUED'
    } catch (error) {
      const over = due.attempts >= MAX_ATTEMPTS
      const facts = { err: error, confirmation: due.id, attempts: due.attempts }
      if (over) log.error(facts, 'A confirmation could not be mailed and is given up')
      else log.warn(facts, 'A confirmation could not be mailed yet')
      if (over) return 'GIVEN_UP'
      await db.query(postponeConfirmation(due.id, runtime.now() + waitAfter(due.attempts)))
      return undefined
    }
  }

  return {
    note: async (tx, kind, events) => {
      const due = events.map(({ id, at, payload }) => ({
        id: derivedId('order-confirmation', id),
        kind,
        memberId: payload.memberId,
        orderId: payload.orderId,
        number: payload.number ?? '',
        orderName: payload.orderName ?? '',
        amount: payload.amount,
        paidAt: at,
      }))
      await tx.query(addConfirmations(due, runtime.now()))
    },
    send: async (now) => {
      // A letter leads back to the shop, or waits: a port that is picked at the start is not known before.
      if (address() === '') return 0
      const due = await claimConfirmations(db, now, now + LOST_AFTER, MANY)
      const outcomes = await Promise.all(due.map(attempt))
      for (const state of ['QUEUED', 'SKIPPED', 'GIVEN_UP'] as const) {
        const ids = due.filter((_, i) => outcomes[i] === state).map((each) => each.id)
        if (ids.length > 0) await db.query(endConfirmations(ids, state))
      }
      return due.length
    },
  }
}
