import { lanes } from '#kernel/batch.ts'
import { memberOf } from '#kernel/context.ts'
import { batched, consumer, on, onMany, service, sweep } from '#kernel/service.ts'
import { payment, paymentCaptured, paymentFailed, paymentRefunded, refundRefused } from '#services/payment/contract.ts'
import { product } from '#services/product/contract.ts'
import { canceling, endRefunded, goOn } from './cancel.ts'
import { changing } from './change.ts'
import {
  order,
  orderCanceled,
  orderCancelRequested,
  orderExpired,
  orderItemsChanged,
  orderPaid,
  orderPlaced,
  type OrderStatus,
} from './contract.ts'
import { factsOf, lineFactsOf, type OrderRecord, shown } from './order.ts'
import { paying, settle, unsettle } from './pay.ts'
import { placing } from './place.ts'
import { readdressing } from './readdress.ts'
import { countOpen, findOrders, findPaying, listOrders, lockDue, lockOrders, saveOrders } from './store.ts'
import { FIRST_PAGE, orderViews } from './views.ts'

const events = [orderPlaced, orderItemsChanged, orderPaid, orderCancelRequested, orderCanceled, orderExpired]

/** Orders and their saga. */
export const orderService = service(
  order,
  { needs: { product, payment }, emits: events, migrations: new URL('./migrations/', import.meta.url) },
  ({ db, cache, runtime, log, settings, call }) => {
    const payMinutes = (): number => Number(settings['ORDER_PAY_MINUTES'] ?? 10)
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
    const payments = paying({ db, runtime, views, product: call.product })

    return {
      operations: {
        place: placing({ db, runtime, views, log, product: call.product, payMinutes }),
        list: ({ cursor, limit, status: named }, { actor }) =>
          cursor === undefined && limit === FIRST_PAGE && !named
            ? views.firstPage(memberOf(actor))
            : page(memberOf(actor), cursor, limit, named ? (named.split(',') as OrderStatus[]) : undefined),
        get: ({ id }, { actor }) => views.detail(memberOf(actor), id),
        changeItems: changing({ db, runtime, views, log, product: call.product }),
        changeShippingAddress: readdressing({ db, runtime, views }),
        cancel: canceling({ db, runtime, views, payment: call.payment, log }),
        beginPayment: batched(payments.begin),
        completePayment: batched(async (entries) => (await payments.complete(entries)).map(status)),
        failPayment: batched(async (entries) => (await payments.fail(entries)).map(status)),
        openOrders: async ({ memberId }) => ({ count: await countOpen(db, memberId) }),
      },
      consumers: [
        consumer('payments', [
          onMany(paymentCaptured, async (captured, tx) => {
            const entries = captured.map((each) => each.payload)
            // Most were told of it by the call that captured them; the event is for those whose call was cut off.
            const paying = await findPaying(
              tx,
              entries.map((each) => each.orderId),
            )
            const open = entries.filter((each) => paying.has(each.orderId))
            if (open.length > 0) await settle(tx, views, open, runtime.now())
          }),
          onMany(paymentFailed, async (failed, tx) => {
            await unsettle(
              tx,
              views,
              failed.map((each) => each.payload),
            )
          }),
          on(paymentRefunded, async ({ payload }, tx) => {
            if (payload.remaining === 0) await endRefunded(tx, views, payload.orderId, runtime.now())
          }),
          on(refundRefused, ({ payload }, tx) => goOn(tx, views, payload.orderId)),
        ]),
      ],
      sweeps: [
        sweep('expire', 1_000, (now) =>
          db.tx('order.expire', async (tx) => {
            const due = await lockOrders(tx, await lockDue(tx, now, 200))
            const expired = [...due.values()].map((each): OrderRecord => ({ ...each, status: 'EXPIRED' }))
            await tx.emitAll(
              orderExpired,
              expired.map((each) => ({ ...factsOf(each, now), lines: lineFactsOf(each) })),
            )
            await saveOrders(tx, expired, 'with lines')
            views.changed(tx, expired)
            return expired.length
          }),
        ),
      ],
    }
  },
)
