import type { Tx } from '#kernel/store.ts'
import { orderExpired } from '../contract.ts'
import { factsOf, lineFactsOf, type OrderRecord } from '../order.ts'
import { lockDue, lockOrders, saveOrders } from '../store.ts'
import type { Views } from '../views.ts'

/** Expires those of the orders that are unpaid although their time to pay has passed; answers how many. */
export const expireOrders = async (tx: Tx, views: Views, ids: readonly string[], now: number): Promise<number> => {
  const due = await lockOrders(tx, await lockDue(tx, ids, now))
  const expired = [...due.values()].map((each): OrderRecord => ({ ...each, status: 'EXPIRED' }))
  await tx.emitAll(
    orderExpired,
    expired.map((each) => ({ ...factsOf(each, now), lines: lineFactsOf(each) })),
  )
  await saveOrders(tx, expired, 'with lines')
  views.changed(tx, expired)
  return expired.length
}
