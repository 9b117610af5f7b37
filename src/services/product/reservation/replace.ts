import type { Fault } from '#kernel/fault.ts'
import type { Database } from '#kernel/store.ts'
import { RESERVATION_LENT } from '../contract.ts'
import { isLive, lendable, ReservationSet } from './reservation-transfer.ts'
import { outOfStock, skuNotFound, type Offers } from './refusals.ts'
import { inLockOrder } from './reservation.ts'
import { moveStock, saveReservations } from './reservation-transitions.ts'
import {
  deleteReservations,
  insertNewReservations,
  lockReservations,
  lockSkus,
  type NewReservation,
} from '../stock/stock-store.ts'

/** A reservation to be stored in the place of the one its order is with. */
export interface Replacement extends NewReservation {
  readonly replaces: string
}

/**
 * Reserves in place of other reservations, each all or nothing, in the order given, which is that of their ids. What the
 * replaced one holds is borrowed, the rest reserved anew; one that is no longer live lends nothing. What is no longer on
 * sale can be borrowed and not reserved. Answers the ids it stored, and of these the refused, which were taken back; who is in neither was stored by someone else.
 */
export const replace = (
  db: Database,
  asks: readonly Replacement[],
  offers: Offers,
): Promise<{ refused: Map<string, Fault>; stored: Set<string> }> =>
  db.tx('product.reserve', async (tx) => {
    const refused = new Map<string, Fault>()
    const stored = await insertNewReservations(tx, asks)
    const mine = asks.filter((ask) => stored.has(ask.id))
    if (mine.length === 0) return { refused, stored }

    const locked = await lockReservations(tx, inLockOrder(mine.map((ask) => ask.replaces)))
    const named = [...mine.flatMap((ask) => ask.lines.map((line) => line.skuId)), ...skuIdsOf(locked)]
    const available = await lockSkus(tx, inLockOrder(named))
    const lives = new ReservationSet(locked)

    const decide = ({ id, lines, replaces }: Replacement): Fault | undefined => {
      // What is only just asked for, and may be refused, has nothing to lend yet.
      const lender = stored.has(replaces) ? undefined : lives.chosen(replaces)
      if (lender?.lentTo) return RESERVATION_LENT({ reservationId: lender.lentTo })
      const borrowed = lender && isLive(lender) ? lendable(lender, lines) : lines.map(() => 0)
      const stopped = lines.filter((line, i) => !offers.get(line.skuId)!.onSale && borrowed[i]! < line.quantity)
      if (stopped.length > 0)
        return skuNotFound(
          stopped.map((line) => line.skuId),
          offers,
        )
      const shortages = lines.flatMap(({ skuId, quantity }, i) => {
        const left = available.get(skuId)! - lives.changes.reservedOf(skuId) + borrowed[i]!
        return left < quantity ? [{ skuId, requested: quantity, available: left }] : []
      })
      if (shortages.length > 0) return outOfStock(shortages, offers)
      for (const { skuId, quantity } of lines) lives.changes.add(skuId, 0, quantity)
      if (borrowed.some((units) => units > 0)) lives.lend(replaces, held(id, lines), borrowed)
      return undefined
    }
    for (const ask of mine) {
      const fault = decide(ask)
      if (fault) refused.set(ask.id, fault)
    }

    if (refused.size > 0) await tx.query(deleteReservations([...refused.keys()]))
    await Promise.all([...saveReservations(tx, lives), moveStock(tx, lives.changes.sorted())])
    return { refused, stored }
  })

const skuIdsOf = (reservations: ReadonlyMap<string, { skuIds: readonly string[] }>): string[] =>
  [...reservations.values()].flatMap((each) => each.skuIds)

const held = (id: string, lines: Replacement['lines']) => ({
  id,
  state: 'HELD' as const,
  skuIds: lines.map((line) => line.skuId),
  quantities: lines.map((line) => line.quantity),
  unitPrices: lines.map((line) => line.unitPrice),
})
