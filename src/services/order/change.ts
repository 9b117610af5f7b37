import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { RESERVATION_ENDED, RESERVATION_LENT, type product, type SoldLine } from '#services/product/contract.ts'
import { ORDER_EXPIRED, ORDER_STATE, type Order, orderItemsChanged } from './contract.ts'
import { amountOf, factsOf, fingerprintOf, lineFactsOf, orderName, type OrderRecord, shown } from './order.ts'
import { HOLD_GRACE } from './place.ts'
import { after } from './states.ts'
import { findOrders, lockOrders, replaceLines, saveRevision } from './store.ts'
import type { Views } from './views.ts'

/** How often a change begins anew because holds of earlier changes, cut off or refused, stand in its way. */
const TRIES = 3

const refusalOf = (order: OrderRecord | undefined, memberId: string, now: number): Fault | undefined => {
  if (!order || order.memberId !== memberId) return NOT_FOUND(undefined, { field: 'id' })
  if (!after(order.status, 'items changed')) return ORDER_STATE({ status: order.status })
  return order.payBefore <= now ? ORDER_EXPIRED() : undefined
}

/**
 * Sets the items of an unpaid order. The new items are held before the order changes over, borrowing what the order
 * holds already; what it held before goes back by the event. A crash in between leaves a hold without an order, which
 * the same change finds again, another ends, and which dies at its deadline at the latest. A hold is named by the
 * order's revision, and the order goes over to those of its own revision only: whoever ends one first counts it up.
 */
export const changing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly product: Client<typeof product>
}) => {
  const { db, runtime, views, product } = given

  /** Makes sure that the order can go over to no hold of the revision seen; false when it has moved on already. */
  const fence = (seen: OrderRecord): Promise<boolean> =>
    db.tx('order.fence-change', async (tx) => {
      const order = (await lockOrders(tx, [seen.id])).get(seen.id)
      if (order?.revision !== seen.revision) return false
      await tx.query(saveRevision({ id: order.id, revision: order.revision + 1 }))
      return true
    })

  const changeOver = (before: OrderRecord, reservationId: string, sold: readonly SoldLine[]) =>
    db.tx('order.change-items', async (tx) => {
      const order = (await lockOrders(tx, [before.id])).get(before.id)
      views.changed(tx, [before])
      if (order?.revision !== before.revision) return order
      const now = runtime.now()
      const revision = order.revision + 1
      if (refusalOf(order, before.memberId, now)) {
        await tx.query(saveRevision({ id: order.id, revision }))
        return order
      }
      const next: OrderRecord = {
        ...order,
        reservationId,
        revision,
        amount: amountOf(sold),
        name: orderName(sold),
        lines: sold.map((line, index) => ({ ...line, number: index + 1, status: 'PENDING_PAYMENT' })),
      }
      await tx.emit(orderItemsChanged, {
        ...factsOf(next, now),
        lines: lineFactsOf(next),
        formerReservationId: before.reservationId,
      })
      await replaceLines(tx, next)
      return next
    })

  return async (
    input: { id: string; items: readonly { skuId: string; quantity: number }[] },
    context: CallContext,
  ): Promise<Order> => {
    const memberId = memberOf(context.actor)
    const wanted = fingerprintOf(input.items, undefined)

    const tried = async (): Promise<Order> => {
      const seen = (await findOrders(db, [input.id])).get(input.id)
      const refused = refusalOf(seen, memberId, runtime.now())
      if (refused) throw refused
      const before = seen!
      if (fingerprintOf(before.lines, undefined) === wanted) {
        await views.forget([before])
        return shown(before)
      }

      const reservationId = derivedId('order items', before.id, String(before.revision), wanted)
      const { lines: sold } = await product
        .reserve({
          reservationId,
          lines: [...input.items],
          expiresAt: before.payBefore + HOLD_GRACE,
          replaces: before.reservationId,
        })
        .catch(async (error: unknown) => {
          const inTheWay = RESERVATION_LENT.is(error) || RESERVATION_ENDED.is(error)
          if (inTheWay && (await fence(before)) && RESERVATION_LENT.is(error)) await product.release(error.data)
          throw error
        })
      const changed = await changeOver(before, reservationId, sold)
      if (changed?.reservationId === reservationId) return shown(changed)

      await product.release({ reservationId })
      throw refusalOf(changed, memberId, runtime.now()) ?? ORDER_STATE({ status: changed!.status })
    }

    for (let tries = 1; ; tries++)
      try {
        return await tried()
      } catch (error) {
        if (tries === TRIES || !(RESERVATION_LENT.is(error) || RESERVATION_ENDED.is(error))) throw error
      }
  }
}
