import type { Logger } from 'pino'
import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { derivedId } from '#kernel/ids.ts'
import { looseSum, MAX_WON, won } from '#kernel/money.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import {
  AMOUNT_TOO_LARGE,
  PRICE_CHANGED,
  RESERVATION_ENDED,
  RESERVATION_LENT,
  type SoldLine,
} from '#services/product/contract.ts'
import { ORDER_EXPIRED, ORDER_STATE, type Order, orderItemsChanged } from '../contract.ts'
import { amountOf } from '../placing/allocation.ts'
import { factsOf, fingerprintOf, lineFactsOf, type OrderLine, orderName, type OrderRecord, toView } from '../order.ts'
import { onOwnTime } from '../placing/give-back.ts'
import type { Holder } from '../holders/holder.ts'
import type { Holders } from '../holders/holders.ts'
import { scheduleTakeUp } from '../paying/payment-store.ts'
import { HOLD_GRACE } from '../placing/place.ts'
import { changedLines, quantitiesOf } from './changed-lines.ts'
import { nextStatus } from '../states.ts'
import { findOrders, lockOrders, replaceLines, saveOrders, saveRevision } from '../store.ts'
import type { Views } from '../views.ts'

/** How often a change begins anew because holds of earlier changes, cut off or refused, stand in its way. */
const TRIES = 3

/** Why an unpaid order cannot be changed by this member now, if so. */
export const refusalOf = (order: OrderRecord | undefined, memberId: string, now: number): Fault | undefined => {
  if (!order || order.memberId !== memberId) return NOT_FOUND(undefined, { field: 'id' })
  if (!nextStatus(order.status, 'items changed')) return ORDER_STATE({ status: order.status })
  return order.payBefore <= now ? ORDER_EXPIRED() : undefined
}

type Items = readonly { readonly skuId: string; readonly quantity: number }[]

/** What is asked of an unpaid order. */
interface Change {
  readonly id: string
  readonly items: Items
  /** What it must cost afterwards, in won, to be changed. */
  readonly expectedAmount?: number | undefined
}

/** What an unpaid order is to become. */
interface Goal {
  readonly items: Items
  /** Its lines, where what it holds already is not simply to be kept as far as the items go. */
  readonly lines?: readonly OrderLine[]
}

/** Changes an unpaid order of a member. */
export type Changing = (change: {
  readonly id: string
  readonly memberId: string
  /** Throws the fault to answer with where the order, as it is seen, cannot be changed like that. */
  readonly goal: (order: OrderRecord) => Goal
  readonly expectedAmount?: number | undefined
  /** Part of the transaction in which the order goes over; what it throws undoes the change. */
  readonly within?: (tx: Tx) => Promise<void>
}) => Promise<Order>

/** The fault to answer with when these lines cost more than one order can, or something else than the customer was shown. */
const priceFault = (lines: readonly SoldLine[], expected: number | undefined): Fault | undefined => {
  const amount = looseSum(lines.map((each) => each.unitPrice * each.quantity))
  if (amount > MAX_WON) return AMOUNT_TOO_LARGE({ amount, most: won(MAX_WON) })
  return expected === undefined || expected === amount
    ? undefined
    : PRICE_CHANGED({ expected, amount, lines: [...lines] })
}

/** Items with the units of each SKU together. */
const merged = (items: Items) => [...quantitiesOf(items)].map(([skuId, quantity]) => ({ skuId, quantity }))

const itemsOf = (items: Items): string => fingerprintOf(merged(items), undefined)

/**
 * Sets the items of an unpaid order. The new items are held before the order changes over, borrowing what the order
 * holds already; what it held before goes back by the event. A crash in between leaves a hold without an order, which
 * the same change finds again, another ends, and which dies at its deadline at the latest. A hold is named by the
 * order's revision, and the order goes over to those of its own revision only: whoever ends one first counts it up.
 * An order that costs 0 won then is paid at once without the provider.
 */
export const changing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly log: Logger
  readonly holders: Holders
  /** Pays an order of 0 won that is in PAYING; answers it as it is then. */
  readonly payFree: (orderId: string) => Promise<OrderRecord>
}) => {
  const { db, runtime, views, log, holders, payFree } = given

  /** Makes sure that the order can go over to no hold of the revision seen; false when it has moved on already. */
  const fence = (seen: OrderRecord): Promise<boolean> =>
    db.tx('order.fence-change', async (tx) => {
      const order = (await lockOrders(tx, [seen.id])).get(seen.id)
      if (order?.revision !== seen.revision) return false
      await tx.query(saveRevision({ id: order.id, revision: order.revision + 1 }))
      return true
    })

  /** Goes over to what is held, or says why not and makes sure that nobody can any more. */
  const changeOver = (
    before: OrderRecord,
    reservationId: string,
    linesOf: (held: readonly OrderLine[]) => readonly OrderLine[],
    expected: number | undefined,
    within: ((tx: Tx) => Promise<void>) | undefined,
  ) =>
    db.tx(
      'order.change-items',
      async (tx): Promise<{ order: OrderRecord | undefined; refused?: Fault | undefined }> => {
        const order = (await lockOrders(tx, [before.id])).get(before.id)
        views.changed(tx, [before])
        if (order?.revision !== before.revision) return { order }
        const now = runtime.now()
        const revision = order.revision + 1
        const lines = linesOf(order.lines)
        const refused = refusalOf(order, before.memberId, now) ?? priceFault(lines, expected)
        if (refused) {
          await tx.query(saveRevision({ id: order.id, revision }))
          return { order, refused }
        }
        const amount = amountOf(lines, order.charges)
        const next: OrderRecord = {
          ...order,
          status: amount === 0 ? 'PAYING' : order.status,
          reservationId,
          revision,
          amount,
          name: orderName([...new Map(lines.map((each) => [each.skuId, each])).values()]),
          lines,
        }
        await tx.emit(orderItemsChanged, {
          ...factsOf(next, now),
          lines: lineFactsOf(next),
          formerReservationId: before.reservationId,
        })
        await replaceLines(tx, next)
        if (next.status === 'PAYING') {
          await saveOrders(tx, [next], 'without lines')
          await scheduleTakeUp(tx, [next.id], now)
        }
        await within?.(tx)
        return { order: next }
      },
    )

  const release = (reservationId: string, taken?: readonly Holder[]): Promise<void> =>
    holders.release(reservationId, taken).catch((error: unknown) => {
      log.warn({ err: error }, 'A hold without an order could not be released: it ends at its deadline')
    })

  /**
   * After a failure that leaves open what was done: the order if it went over to the hold, which else is released. First
   * the order is kept from going over to it later; the lock waits for a commit whose outcome nobody knows.
   */
  const giveBack = async (
    seen: OrderRecord,
    reservationId: string,
    taken: readonly Holder[],
  ): Promise<OrderRecord | undefined> => {
    try {
      return await onOwnTime(runtime, async () => {
        const order = (await fence(seen)) ? undefined : (await findOrders(db, [seen.id])).get(seen.id)
        if (order?.reservationId === reservationId) return order
        await release(reservationId, taken)
        return undefined
      })
    } catch (error) {
      log.warn({ err: error, orderId: seen.id }, 'What a change of an order held could not be given back')
      return undefined
    }
  }

  const change: Changing = async ({ id, memberId, goal, expectedAmount, within }) => {
    /** The order as it is now, unless that is not what the customer was shown. */
    const answer = (order: OrderRecord): Order => {
      const fault = priceFault(order.lines, expectedAmount)
      if (fault) throw fault
      return toView(order)
    }

    const tried = async (): Promise<Order> => {
      const seen = (await findOrders(db, [id])).get(id)
      const refused = refusalOf(seen, memberId, runtime.now())
      if (refused) throw refused
      const before = seen!
      const { items, lines } = goal(before)
      const wanted = itemsOf(items)
      if (itemsOf(before.lines) === wanted) {
        await views.forget([before])
        return answer(before)
      }

      const reservationId = derivedId('order items', before.id, String(before.revision), wanted)
      const request = {
        holdId: reservationId,
        memberId,
        items: merged(items),
        expiresAt: before.payBefore + HOLD_GRACE,
        replaces: before.reservationId,
      }
      const taken: Holder[] = []
      const goOver = async () => {
        const { lines: sold } = await holders.hold(request, taken)
        return changeOver(before, reservationId, (held) => lines ?? changedLines(held, sold), expectedAmount, within)
      }
      const { order: changed, refused: why } = await goOver().catch(async (error: unknown) => {
        if (taken.length > 0) {
          const order = await giveBack(before, reservationId, taken)
          if (order) return { order, refused: undefined }
        } else if (RESERVATION_LENT.is(error) || RESERVATION_ENDED.is(error)) {
          if ((await fence(before)) && RESERVATION_LENT.is(error)) await holders.release(error.data.reservationId)
        }
        throw error
      })
      if (changed?.reservationId === reservationId)
        return answer(changed.status === 'PAYING' ? await payFree(changed.id) : changed)

      await release(reservationId)
      throw why ?? refusalOf(changed, memberId, runtime.now()) ?? ORDER_STATE({ status: changed!.status })
    }

    for (let tries = 1; ; tries++)
      try {
        return await tried()
      } catch (error) {
        if (tries === TRIES || !(RESERVATION_LENT.is(error) || RESERVATION_ENDED.is(error))) throw error
      }
  }
  return {
    change,
    changeItems: ({ items, ...input }: Change, { actor }: CallContext): Promise<Order> =>
      change({ ...input, memberId: memberOf(actor), goal: () => ({ items }) }),
  }
}
