import { z } from 'zod'
import { instant } from '#kernel/contract.ts'
import { cursorOf, placeOf } from '#kernel/input/cursor.ts'
import { dueWork } from '#kernel/failures/due-work.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { batched, consumer, onMany, service, sweep } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import {
  orderCanceled,
  orderExpired,
  orderItemsChanged,
  orderLinesCanceled,
  orderPaid,
} from '#services/order/contract.ts'
import { retryOnDeadlock } from './stock/retry-on-deadlock.ts'
import { findCategories } from './categories/category-store.ts'
import { availabilityChanged, categoryChanged, product, productChanged, RESERVATION_ENDED } from './contract.ts'
import { editing } from './products/product-commands.ts'
import { importCategories, putCategory } from './categories/category-commands.ts'
import { productInvariants } from './invariants.ts'
import { toView } from './products/product.ts'
import { findPage, findProducts } from './products/product-store.ts'
import { ENDED, IMPOSSIBLE, inLockOrder } from './reservation/reservation.ts'
import { reserving } from './reservation/reserve.ts'
import { restocking } from './stock/restock.ts'
import { productRoles } from './roles.ts'
import { settle, type Step } from './reservation/reservation-transitions.ts'
import { stockCommands } from './stock/stock-commands.ts'
import { claimOverdue, findMovements, findOffers, findOverdue, insertReleased } from './stock/stock-store.ts'
import { productGauges } from './watch-store.ts'

const place = z.tuple([z.number().int().min(-8.64e15).max(8.64e15), z.uuid()])
/** Holds that died in one go of the sweep. */
const OVERDUE_AT_ONCE = 200

export const productService = service(
  product,
  {
    emits: [productChanged, availabilityChanged, categoryChanged],
    roles: productRoles,
    invariants: productInvariants,
    consumes: { orders: [orderPaid, orderLinesCanceled, orderCanceled, orderExpired, orderItemsChanged] },
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, runtime, log }) => {
    const stock = stockCommands({ db, runtime })
    const restocks = restocking({ db, runtime })
    const edit = editing({ db, runtime, stock })

    /** Follows what became of orders. An event that cannot be true is set aside for a person. */
    const follow = async (tx: Tx, steps: readonly Step[]): Promise<void> => {
      const verdicts = await settle(tx, steps, runtime)
      verdicts.forEach((verdict, i) => {
        const { cause, reservationId } = steps[i]!
        if (verdict === IMPOSSIBLE || (verdict === undefined && cause === 'paid'))
          throw new Error(`The reservation ${reservationId} cannot be ${cause}: it is not there or has ended otherwise`)
      })
    }

    return {
      operations: {
        create: async (given, context) => toView(await edit.create(given, context)),
        importMany: edit.importMany,
        update: async (given, context) => toView(await edit.update(given, context)),
        get: async ({ id }) => {
          const [found] = await findProducts(db, [id])
          if (!found) throw NOT_FOUND()
          return toView(found)
        },
        list: async ({ cursor, limit, q }) => {
          const words = q?.normalize('NFKC').split(/\s+/).filter(Boolean) ?? []
          const found = await findPage(db, placeOf(cursor, place), words, limit + 1)
          const items = found.slice(0, limit)
          const last = items.at(-1)
          const nextCursor = found.length > limit && last ? cursorOf([last.createdAt, last.id]) : null
          return { items: items.map(toView), nextCursor }
        },
        moveStock: stock.move,
        movements: async ({ skuId, cursor, limit }) => {
          const found = await findMovements(db, skuId, cursor, limit + 1)
          if (!found) throw NOT_FOUND()
          const items = found.slice(0, limit).map(({ at, ...each }) => ({ ...each, at: instant(at) }))
          return { items, nextCursor: found.length > limit ? items.at(-1)!.id : null }
        },
        categories: async () => ({ items: await findCategories(db) }),
        putCategory: (given) => putCategory(db, given),
        importCategories: (given) => importCategories(db, given),
        describe: batched(async (inputs) => {
          const offers = await findOffers(db, [...new Set(inputs.flatMap((each) => each.skuIds))])
          return inputs.map(({ skuIds }) => ({
            items: [...new Set(skuIds)].flatMap((id) => offers.get(id) ?? []),
          }))
        }),
        reserve: batched(reserving(db)),
        secure: batched(async (inputs) => {
          const verdicts = await retryOnDeadlock(() =>
            db.tx('product.secure', (tx) =>
              settle(
                tx,
                inputs.map(({ reservationId }) => ({ reservationId, cause: 'secure' as const })),
                runtime,
              ),
            ),
          )
          return verdicts.map((verdict, i) =>
            verdict === undefined || verdict === ENDED ? RESERVATION_ENDED() : inputs[i]!,
          )
        }),
        release: batched(async (inputs) => {
          const steps = inputs.map(({ reservationId }): Step => ({ reservationId, cause: 'release' }))
          await retryOnDeadlock(() =>
            db.tx('product.release', async (tx) => {
              // A release that overtakes its reservation leaves word for it, or it would hold stock for nobody.
              const ids = inLockOrder(inputs.map((each) => each.reservationId))
              await Promise.all([tx.query(insertReleased(ids, runtime.now())), settle(tx, steps, runtime)])
            }),
          )
          return inputs
        }),
        restock: batched(restocks.restock),
      },
      consumers: [
        consumer('orders', [
          onMany(orderPaid, (events, tx) =>
            follow(
              tx,
              events.map(({ payload: { reservationId, orderId } }) => ({ reservationId, orderId, cause: 'paid' })),
            ),
          ),
          onMany(orderLinesCanceled, (events, tx) =>
            restocks.follow(
              tx,
              events.map((each) => each.payload),
            ),
          ),
          onMany(orderCanceled, (events, tx) =>
            follow(
              tx,
              events.map(({ payload: { reservationId, orderId, wasPaid } }) => ({
                reservationId,
                ...(wasPaid && { orderId }),
                cause: wasPaid ? 'canceled-paid' : 'canceled-unpaid',
              })),
            ),
          ),
          onMany(orderExpired, (events, tx) =>
            follow(
              tx,
              events.map(({ payload }) => ({ reservationId: payload.reservationId, cause: 'canceled-unpaid' })),
            ),
          ),
          onMany(orderItemsChanged, (events, tx) =>
            follow(
              tx,
              events.map(({ payload }) => ({ reservationId: payload.formerReservationId, cause: 'unneeded' })),
            ),
          ),
        ]),
      ],
      sweeps: [
        // Orders outlive their deadline by less than holds do: what is overdue here belongs to no order.
        sweep(
          'overdue',
          1_000,
          dueWork({
            log,
            what: 'give the stock of an overdue hold back',
            most: OVERDUE_AT_ONCE,
            find: (now, limit) => findOverdue(db, now, limit),
            work: (ids, now) =>
              // Two sweeps may have claimed the two sides of a lending.
              retryOnDeadlock(() =>
                db.tx('product.overdue', async (tx) => {
                  const steps = (await claimOverdue(tx, ids, now)).map((reservationId): Step => ({
                    reservationId,
                    cause: 'overdue',
                  }))
                  await settle(tx, steps, runtime)
                  return steps.length
                }),
              ),
          }),
        ),
      ],
      gauges: productGauges(db, runtime.now),
    }
  },
)
