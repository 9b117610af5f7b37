import { microBatcher } from '#kernel/batch.ts'
import { memberOf } from '#kernel/context.ts'
import { dueWork } from '#kernel/failures/due-work.ts'
import { consumer, on, onMany, service, sweep } from '#kernel/service.ts'
import {
  payment,
  paymentAwaitingDeposit,
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  refundRefused,
} from '#services/payment/contract.ts'
import { memberWithdrawn } from '#services/member/contract.ts'
import { product } from '#services/product/contract.ts'
import { canceling } from './canceling/cancel.ts'
import { endRefunded, revertToPaid } from './canceling/cancellation-outcome.ts'
import { changing } from './changing/change-items.ts'
import {
  order,
  orderCanceled,
  orderCancelRequested,
  orderDepositAwaited,
  orderDepositDueSoon,
  orderExpired,
  orderItemsChanged,
  orderLinesCanceled,
  orderPaid,
  orderPaymentRejected,
  orderPlaced,
  type OrderStatus,
} from './contract.ts'
import { awaitDeposits, expireDeposits, findExpiredDeposits, remindOfDeposits } from './paying/deposit.ts'
import { findReminders } from './paying/deposit-store.ts'
import { expireOrders } from './paying/expire.ts'
import { conducting } from './paying/confirm-payment.ts'
import type { Holder } from './holders/holder.ts'
import { holdersOf } from './holders/holders.ts'
import { orderInvariants } from './invariants.ts'
import { CLOSED_AFTER, closingForLeaving } from './leaving/close-for-leaving.ts'
import { close, forgetLeft } from './leaving/leaving-store.ts'
import { type OrderRecord, toView } from './order.ts'
import { paymentTransitions, settleOrReject, unsettle } from './paying/payment-transitions.ts'
import { findCutOff, findUnsettled } from './paying/payment-store.ts'
import { placing } from './placing/place.ts'
import { readdressing } from './changing/change-address.ts'
import { orderRoles } from './roles.ts'
import { stockHolder } from './holders/stock-holder.ts'
import { countOpen, findDue, findOrders, listOrders } from './store.ts'
import { FIRST_PAGE, orderViews } from './views.ts'
import { orderSettings } from './settings.ts'

const events = [
  orderPlaced,
  orderItemsChanged,
  orderDepositAwaited,
  orderDepositDueSoon,
  orderPaid,
  orderPaymentRejected,
  orderCancelRequested,
  orderLinesCanceled,
  orderCanceled,
  orderExpired,
]

/** Orders that are done in one transaction of a sweep. */
const DUE_AT_ONCE = 200

/** Payments that are resumed at once: each asks the provider. */
const PAYMENTS_AT_ONCE = 20

/** Orders and their saga. They hold stock, and what the further holders hold. */
export const orderServiceWith = (further: readonly Holder[]) =>
  service(
    order,
    {
      needs: { product, payment },
      emits: events,
      consumes: {
        payments: [paymentAwaitingDeposit, paymentCaptured, paymentFailed, paymentRefunded, refundRefused],
        members: [memberWithdrawn],
      },
      settings: orderSettings,
      roles: orderRoles,
      invariants: orderInvariants,
      migrations: new URL('./migrations/', import.meta.url),
    },
    ({ db, cache, runtime, log, settings, call }) => {
      const payMinutes = (): number => settings.ORDER_PAY_MINUTES
      const remindBefore = (): number => settings.DEPOSIT_REMINDER_HOURS * 3_600_000
      /** What an order holds until it is paid, in the order of asking. */
      const holders = holdersOf([stockHolder(call.product), ...further])

      const found = microBatcher<string, OrderRecord | undefined>(
        { concurrency: 2, max: 256, name: 'order.find' },
        async (ids) => {
          const orders = await findOrders(db, [...new Set(ids)])
          return ids.map((id) => orders.get(id))
        },
      )

      const page = async (
        memberId: string,
        cursor: string | undefined,
        limit: number,
        statuses?: readonly OrderStatus[],
      ) => {
        const orders = await listOrders(db, memberId, cursor, limit + 1, statuses)
        const items = orders.slice(0, limit)
        return { items: items.map(toView), nextCursor: orders.length > limit ? items.at(-1)!.id : null }
      }
      const views = orderViews(cache, {
        order: found.call,
        page: (memberId, limit) => page(memberId, undefined, limit),
      })
      const closeForLeaving = closingForLeaving({
        db,
        runtime,
        payment: call.payment,
        deliveryDays: () => settings.ORDER_DELIVERY_DAYS,
      })
      const transitions = paymentTransitions({ db, runtime, views, remindBefore })
      const { confirm, payFree, resume } = conducting({ db, log, holders, payment: call.payment, transitions })
      const items = changing({ db, runtime, views, log, holders, payFree })

      return {
        operations: {
          place: placing({ db, runtime, views, log, holders, payFree, payMinutes }),
          list: ({ cursor, limit, status: named }, { actor }) =>
            cursor === undefined && limit === FIRST_PAGE && !named
              ? views.firstPage(memberOf(actor))
              : page(memberOf(actor), cursor, limit, named ? (named.split(',') as OrderStatus[]) : undefined),
          get: ({ id }, { actor }) => views.detail(memberOf(actor), id),
          changeItems: items.changeItems,
          changeShippingAddress: readdressing({ db, runtime, views }),
          cancel: canceling({ db, runtime, views, payment: call.payment, change: items.change, log }),
          confirmPayment: confirm,
          closeForLeaving: ({ memberId }) => closeForLeaving(memberId),
          // Asked by hosts of the version before.
          openOrders: async ({ memberId }) => ({ count: await countOpen(db, memberId) }),
        },
        consumers: [
          consumer('payments', [
            onMany(paymentAwaitingDeposit, async (awaiting, tx) => {
              const entries = awaiting.map((each) => each.payload)
              await awaitDeposits(tx, views, entries, runtime.now(), remindBefore())
            }),
            onMany(paymentCaptured, async (captured, tx) => {
              // Most were stored by the call that captured them. The event is for those whose call was cut off, for what
              // `payment` learned later, and for money that came for an order that is over: it must go back.
              const open = await findUnsettled(
                tx,
                captured.map((each) => each.payload),
              )
              if (open.length > 0) await settleOrReject(tx, views, open, runtime.now())
            }),
            onMany(paymentFailed, async (failed, tx) => {
              await unsettle(
                tx,
                views,
                failed.map((each) => each.payload),
                runtime.now(),
              )
            }),
            on(paymentRefunded, async ({ payload }, tx) => {
              await endRefunded(tx, views, payload, runtime.now())
            }),
            on(refundRefused, ({ payload }, tx) => revertToPaid(tx, views, payload, runtime.now())),
          ]),
          consumer('members', [
            on(memberWithdrawn, async ({ payload }, tx) => {
              // Their last access token may be good for some minutes yet.
              const until = Date.parse(payload.at) + CLOSED_AFTER
              if (until > runtime.now()) await close(tx, payload.memberId, until)
            }),
          ]),
        ],
        sweeps: [
          sweep('forget-left', 3_600_000, (now) => forgetLeft(db, now)),
          sweep(
            'resume-payments',
            1_000,
            dueWork({
              log,
              what: 'resume the payment of an order',
              most: PAYMENTS_AT_ONCE,
              find: (now, limit) => findCutOff(db, now, limit),
              work: resume,
            }),
          ),
          sweep(
            'expire',
            1_000,
            dueWork({
              log,
              what: 'expire an order',
              most: DUE_AT_ONCE,
              find: (now, limit) => findDue(db, now, limit),
              work: (ids, now) => db.tx('order.expire', (tx) => expireOrders(tx, views, ids, now)),
            }),
          ),
          sweep(
            'expire-deposits',
            1_000,
            dueWork({
              log,
              what: 'expire an order whose deposit did not come',
              most: DUE_AT_ONCE,
              find: (now, limit) => findExpiredDeposits(db, now, limit),
              work: (ids, now) => db.tx('order.expire-deposits', (tx) => expireDeposits(tx, views, ids, now)),
            }),
          ),
          sweep(
            'remind-of-deposits',
            5_000,
            dueWork({
              log,
              what: 'have a buyer reminded of a deposit',
              most: DUE_AT_ONCE,
              find: (now, limit) => findReminders(db, now, limit),
              work: (ids, now) => db.tx('order.remind-of-deposit', (tx) => remindOfDeposits(tx, ids, now)),
            }),
          ),
        ],
      }
    },
  )

export const orderService = orderServiceWith([])
