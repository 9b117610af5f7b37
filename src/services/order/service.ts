import { lanes } from '#kernel/batch.ts'
import { memberOf } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { dueWork } from '#kernel/failures/due-work.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { batched, consumer, on, onMany, service, sweep } from '#kernel/service.ts'
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
import { canceling } from './cancel.ts'
import { endRefunded, revertToPaid } from './cancellation-outcome.ts'
import { changing } from './change.ts'
import {
  order,
  ORDER_STATE,
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
import { awaitDeposits, expireDeposits, findExpiredDeposits, remindOfDeposits } from './deposit.ts'
import { findReminders } from './deposit-store.ts'
import { expireOrders } from './expire.ts'
import { CLOSED_AFTER, closingForLeaving } from './leaving.ts'
import { close, forgetLeft } from './leaving-store.ts'
import { type OrderRecord, shown } from './order.ts'
import { paying, settle, unsettle } from './pay.ts'
import { findUnsettled } from './paying-store.ts'
import { placing } from './place.ts'
import { readdressing } from './readdress.ts'
import { orderRoles } from './roles.ts'
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

/** Orders and their saga. */
export const orderService = service(
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
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, cache, runtime, log, settings, call }) => {
    const payMinutes = (): number => settings.ORDER_PAY_MINUTES
    const remindBefore = (): number => settings.DEPOSIT_REMINDER_HOURS * 3_600_000
    const status = <F>(answer: OrderStatus | F) =>
      typeof answer === 'string' ? { status: answer as OrderStatus } : answer

    const found = lanes<string, OrderRecord | undefined>({ lanes: 2, max: 256, name: 'order.find' }, async (ids) => {
      const orders = await findOrders(db, [...new Set(ids)])
      return ids.map((id) => orders.get(id))
    })

    const page = async (
      memberId: string,
      cursor: string | undefined,
      limit: number,
      statuses?: readonly OrderStatus[],
    ) => {
      const orders = await listOrders(db, memberId, cursor, limit + 1, statuses)
      const items = orders.slice(0, limit)
      return { items: items.map(shown), nextCursor: orders.length > limit ? items.at(-1)!.id : null }
    }
    const views = orderViews(cache, { order: found.call, page: (memberId, limit) => page(memberId, undefined, limit) })
    const closeForLeaving = closingForLeaving({
      db,
      runtime,
      payment: call.payment,
      deliveryDays: () => settings.ORDER_DELIVERY_DAYS,
    })
    const items = changing({ db, runtime, views, log, product: call.product })
    const payments = paying({ db, runtime, views, product: call.product, remindBefore })

    return {
      operations: {
        place: placing({ db, runtime, views, log, product: call.product, payMinutes }),
        list: ({ cursor, limit, status: named }, { actor }) =>
          cursor === undefined && limit === FIRST_PAGE && !named
            ? views.firstPage(memberOf(actor))
            : page(memberOf(actor), cursor, limit, named ? (named.split(',') as OrderStatus[]) : undefined),
        get: ({ id }, { actor }) => views.detail(memberOf(actor), id),
        changeItems: items.changeItems,
        changeShippingAddress: readdressing({ db, runtime, views }),
        cancel: canceling({ db, runtime, views, payment: call.payment, change: items.change, log }),
        beginPayment: batched(payments.begin),
        completePayment: batched(async (entries) => (await payments.complete(entries)).map(status)),
        awaitDeposit: batched(async (entries) => (await payments.awaitDeposit(entries)).map(status)),
        failPayment: batched(async (entries) => (await payments.fail(entries)).map(status)),
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
            // Most were told by the call that captured them; the event is for those whose call was cut off, and for money
            // that came for an order that is over: it must go back, whoever was cut off.
            const open = await findUnsettled(
              tx,
              captured.map((each) => each.payload),
            )
            if (open.length === 0) return
            const now = runtime.now()
            const answers = await settle(tx, views, open, now)
            await tx.emitAll(
              orderPaymentRejected,
              open
                .filter((_, i) => ORDER_STATE.is(answers[i]) || NOT_FOUND.is(answers[i]))
                .map(({ orderId, paymentId, paymentKey }) => ({ orderId, paymentId, paymentKey, at: instant(now) })),
            )
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
