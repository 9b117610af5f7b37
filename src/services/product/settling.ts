import type { Runtime } from '#kernel/runtime.ts'
import type { Tx } from '#kernel/store.ts'
import { availabilityChanged } from './contract.ts'
import { Lives } from './lending.ts'
import { inLockOrder, type Cause, type StockChange, type Verdict } from './reservation.ts'
import {
  changeStock,
  insertMovements,
  lockReservations,
  lockSkus,
  savePledges,
  saveStates,
  type Movement,
  type StockRow,
} from './stock-store.ts'

/** Something that happened to a reservation. */
export interface Step {
  readonly reservationId: string
  readonly cause: Cause
}

/** Changes stock of SKUs that are locked, and tells the world which sold out or came back. */
export const moveStock = async (tx: Tx, changes: readonly StockChange[]): Promise<StockRow[]> => {
  const rows = await changeStock(tx, changes)
  if (rows.length !== changes.length) throw new Error(`Stock of ${changes.length} SKUs moved for ${rows.length}`)
  await tx.emitAll(
    availabilityChanged,
    rows
      .filter((row) => row.flipped)
      .map(({ productId, skuId, flips, onHand, reserved }) => ({
        productId,
        skuId,
        flips,
        soldOut: onHand <= reserved,
      })),
  )
  return rows
}

/** Stores what became of reservations. A lending ends before one of the two does, or the database refuses. */
export const saveLives = (tx: Tx, { pledged, moved }: Lives): Promise<unknown>[] => [
  ...(pledged.size > 0 ? [tx.query(savePledges([...pledged.values()]))] : []),
  ...(moved.size > 0 ? [tx.query(saveStates([...moved.values()]))] : []),
]

/**
 * Takes reservations through their lives, many at once, in the order of the steps. Answers a verdict for each;
 * undefined where no such reservation exists. What a reservation lends or borrows is settled first, as far as the step
 * decides it. Reservations are locked before SKUs, each in the order of their ids.
 */
export const settle = async (
  tx: Tx,
  steps: readonly Step[],
  runtime: Pick<Runtime, 'id' | 'now'>,
): Promise<(Verdict | undefined)[]> => {
  const lives = new Lives(await lockReservations(tx, inLockOrder(steps.map((each) => each.reservationId))))
  const movements: Movement[] = []

  const verdicts = steps.map(({ reservationId, cause }) => {
    const verdict = lives.happen(reservationId, cause)
    if (verdict === undefined || typeof verdict === 'string') return verdict
    const { skuIds, quantities } = lives.get(reservationId)!
    if (verdict.onHand !== 0)
      skuIds.forEach((skuId, i) =>
        movements.push({
          id: runtime.id(),
          skuId,
          kind: verdict.onHand < 0 ? 'SOLD' : 'RETURNED',
          delta: verdict.onHand * quantities[i]!,
          reason: verdict.onHand < 0 ? 'An order was paid' : 'A paid order was canceled',
          reference: reservationId,
          memberId: null,
        }),
      )
    return verdict
  })

  if (lives.moved.size === 0) return verdicts
  const moved = lives.changes.sorted()
  // Sent together: the locks of SKUs are held for one round trip and the commit.
  await Promise.all([
    ...saveLives(tx, lives),
    ...(movements.length > 0 ? [tx.query(insertMovements(movements, runtime.now()))] : []),
    ...(moved.length > 0
      ? [
          lockSkus(
            tx,
            moved.map((each) => each.skuId),
          ),
          moveStock(tx, moved),
        ]
      : []),
  ])
  return verdicts
}
