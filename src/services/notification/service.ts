import { z } from 'zod'
import { memberOf, type Actor } from '#kernel/context.ts'
import { instant, type EventType } from '#kernel/contract.ts'
import { cursorOf, placeOf } from '#kernel/input/cursor.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { digest, opaque } from '#kernel/secrets/secrets.ts'
import { consumer, onMany, service, sweep, type Delivered } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { publicUrlSetting } from '#kernel/settings/shared.ts'
import { email } from '#services/email/contract.ts'
import { member, memberWithdrawn } from '#services/member/contract.ts'
import {
  orderCanceled,
  orderDepositAwaited,
  orderDepositDueSoon,
  orderExpired,
  orderLinesCanceled,
  orderPaid,
} from '#services/order/contract.ts'
import { payment, paymentRefunded, refundAccountNeeded, refundRefused } from '#services/payment/contract.ts'
import { forgetConfirmations } from './confirmation-store.ts'
import { confirmations, GATHERING } from './confirmations.ts'
import { notification, notificationCreated, TICKET_INVALID } from './contract.ts'
import { tail } from './feed-store.ts'
import {
  canceledWords,
  depositAwaitedWords,
  depositDueSoonWords,
  expiredWords,
  linesCanceledWords,
  paidWords,
  refundAccountWords,
  refundedWords,
  refundRefusedWords,
  toldOf,
  type Words,
} from './messages.ts'
import { addAll, after, forgetMembers, forgetOld, markRead, page, unreadOf } from './store.ts'
import { forgetTickets, putTicket, takeTicket } from './ticket-store.ts'

const DAY = 86_400_000
/** How long an inbox keeps things. */
const INBOX_MEMORY = 180 * DAY
/** Longer than any event can be redelivered. */
const CONFIRMATION_MEMORY = 30 * DAY
/** Milliseconds in which a ticket must be used. */
export const TICKET_LIFE = 30_000
const MISSED_AT_MOST = 100

const placeSchema = z.tuple([z.number().int(), z.uuid()])

const sessionOf = (actor: Actor): string => {
  if (actor.kind === 'member' || actor.kind === 'staff') return actor.sessionId
  throw new TypeError(`An actor of kind ${actor.kind} has no session`)
}

/** Tells members what happened: once per event, in the inbox and, by the log, to whoever is connected. */
const tell = async <P extends { readonly memberId: string }>(
  tx: Tx,
  events: readonly Delivered<P>[],
  words: (payload: P) => Words,
): Promise<void> => {
  const causes = new Map(events.map((each) => [toldOf(each, words), each]))
  const stored = await addAll(tx, [...causes.keys()])
  await tx.emitAll(
    notificationCreated,
    stored,
    stored.map((each) => causes.get(each)),
  )
}

/** Reacts to an event by telling its member. */
const telling = <P extends z.ZodType<{ readonly memberId: string }>>(
  event: EventType<P>,
  words: (payload: z.output<P>) => Words,
) => onMany(event, (events, tx) => tell(tx, events, words))

/** The inbox, its stream's tickets and feed, and the letters about orders by mail. `PUBLIC_URL` is for links in mails. */
export const notificationService = service(
  notification,
  {
    needs: { member, email, payment },
    emits: [notificationCreated],
    consumes: {
      inbox: [
        orderPaid,
        orderCanceled,
        orderLinesCanceled,
        orderExpired,
        orderDepositAwaited,
        orderDepositDueSoon,
        refundAccountNeeded,
        paymentRefunded,
        refundRefused,
      ],
      withdrawals: [memberWithdrawn],
    },
    settings: publicUrlSetting,
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, runtime, log, settings, call }) => {
    const address = (): string => settings.PUBLIC_URL.replace(/\/+$/, '')
    const mails = confirmations({ db, runtime, log, call, address })
    return {
      operations: {
        list: async ({ cursor, limit }, { actor }) => {
          const memberId = memberOf(actor)
          const place = placeOf(cursor, placeSchema)
          const [items, unread] = await Promise.all([
            page(db, memberId, place && { at: place[0], id: place[1] }, limit + 1),
            unreadOf(db, memberId),
          ])
          const last = items.length > limit ? items[limit - 1] : undefined
          const nextCursor = last ? cursorOf([Date.parse(last.at), last.id]) : null
          return { items: items.slice(0, limit), nextCursor, unread }
        },
        markRead: async ({ id, upTo }, { actor }) => {
          if (!(await markRead(db, memberOf(actor), id, upTo, runtime.now()))) throw NOT_FOUND()
        },
        createTicket: async (_, { actor }) => {
          const ticket = opaque(runtime)
          const expiresAt = runtime.now() + TICKET_LIFE
          const holder = { memberId: memberOf(actor), sessionId: sessionOf(actor) }
          await db.query(putTicket(digest(ticket), holder, expiresAt))
          return { ticket, expiresAt: instant(expiresAt) }
        },
        redeemTicket: async ({ ticket }) => {
          const holder = await takeTicket(db, digest(ticket), runtime.now())
          if (!holder) throw TICKET_INVALID()
          return holder
        },
        missed: async ({ memberId, after: seen }) => ({ items: await after(db, memberId, seen, MISSED_AT_MOST) }),
        tail: async ({ after: place }) => {
          const { items, place: next } = await tail(db, place)
          return { items: [...items], place: next }
        },
      },
      consumers: [
        consumer('inbox', [
          onMany(orderPaid, async (events, tx) => {
            await tell(tx, events, paidWords)
            await mails.note(tx, 'paid', events)
          }),
          telling(orderCanceled, canceledWords),
          telling(orderLinesCanceled, linesCanceledWords),
          onMany(orderExpired, async (events, tx) => {
            await tell(tx, events, expiredWords)
            const deposits = events.filter((each) => each.payload.awaitedDeposit)
            if (deposits.length > 0) await mails.note(tx, 'deposit-passed', deposits)
          }),
          onMany(orderDepositAwaited, async (events, tx) => {
            await tell(tx, events, depositAwaitedWords)
            await mails.note(tx, 'deposit', events)
          }),
          onMany(orderDepositDueSoon, async (events, tx) => {
            await tell(tx, events, depositDueSoonWords)
            await mails.note(tx, 'deposit-reminder', events)
          }),
          onMany(refundAccountNeeded, async (events, tx) => {
            await tell(tx, events, refundAccountWords)
            await mails.note(tx, 'refund-account', events)
          }),
          onMany(paymentRefunded, (events, tx) =>
            // A refund of which nothing was left moved no money: whoever moved it was told then.
            tell(
              tx,
              events.filter((each) => each.payload.amount > 0),
              refundedWords,
            ),
          ),
          onMany(refundRefused, (events, tx) => {
            // Of those from before they named their member nobody can be told.
            const named = events.flatMap((each) => {
              const { orderId, memberId } = each.payload
              return memberId === undefined ? [] : [{ ...each, payload: { orderId, memberId } }]
            })
            return tell(tx, named, refundRefusedWords)
          }),
        ]),
        consumer('withdrawals', [
          onMany(memberWithdrawn, async (events, tx) => {
            for (const statement of forgetMembers(events.map((each) => each.payload.memberId)))
              await tx.query(statement)
          }),
        ]),
      ],
      sweeps: [
        sweep('confirmations', 500, mails.send, GATHERING),
        sweep(
          'forget',
          60_000,
          async (now) =>
            (await forgetTickets(db, now)) +
            (await forgetOld(db, now - INBOX_MEMORY)) +
            (await forgetConfirmations(db, now - CONFIRMATION_MEMORY)),
        ),
      ],
    }
  },
)
