import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import type { product } from '#services/product/contract.ts'
import { ORDER_EXPIRED, ORDER_STATE, type Order, orderItemsChanged } from './contract.ts'
import { amountOf, factsOf, fingerprintOf, lineFactsOf, orderName, type OrderRecord, shown } from './order.ts'
import { HOLD_GRACE } from './place.ts'
import { after } from './states.ts'
import { findOrders, lockOrders, replaceLines } from './store.ts'

const refusalOf = (order: OrderRecord | undefined, memberId: string, now: number): Fault | undefined => {
  if (!order || order.memberId !== memberId) return NOT_FOUND(undefined, { field: 'id' })
  if (!after(order.status, 'items changed')) return ORDER_STATE({ status: order.status })
  return order.payBefore <= now ? ORDER_EXPIRED() : undefined
}

/**
 * Sets the items of an unpaid order. The new items are held in full before the order changes over; what it held before
 * goes back by the event. A crash in between leaves a hold without an order, which dies at its deadline.
 */
export const changing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly product: Client<typeof product>
}) => {
  const { db, runtime, product } = given

  return async (
    input: { id: string; items: readonly { skuId: string; quantity: number }[] },
    context: CallContext,
  ): Promise<Order> => {
    const memberId = memberOf(context.actor)
    const seen = (await findOrders(db, [input.id])).get(input.id)
    const refused = refusalOf(seen, memberId, runtime.now())
    if (refused) throw refused
    const before = seen!
    const wanted = fingerprintOf(input.items, undefined)
    if (fingerprintOf(before.lines, undefined) === wanted) return shown(before)

    const reservationId = derivedId('order items', before.id, String(before.revision), wanted)
    const { lines: sold } = await product.reserve({
      reservationId,
      lines: [...input.items],
      expiresAt: before.payBefore + HOLD_GRACE,
    })
    const changed = await db.tx('order.change-items', async (tx) => {
      const order = (await lockOrders(tx, [before.id])).get(before.id)
      if (refusalOf(order, memberId, runtime.now()) || order!.revision !== before.revision) return order
      const next: OrderRecord = {
        ...order!,
        reservationId,
        revision: order!.revision + 1,
        amount: amountOf(sold),
        name: orderName(sold),
        lines: sold.map((line, index) => ({ ...line, number: index + 1, status: 'PENDING_PAYMENT' })),
      }
      const now = runtime.now()
      await tx.emit(orderItemsChanged, {
        ...factsOf(next, now),
        lines: lineFactsOf(next),
        formerReservationId: before.reservationId,
      })
      await replaceLines(tx, next)
      return next
    })
    if (changed?.reservationId === reservationId) return shown(changed)

    await product.release({ reservationId })
    throw refusalOf(changed, memberId, runtime.now()) ?? ORDER_STATE({ status: changed!.status })
  }
}
