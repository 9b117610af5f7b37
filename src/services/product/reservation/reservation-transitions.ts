import type { Runtime } from '#kernel/runtime.ts'
import type { Tx } from '#kernel/store.ts'
import { availabilityChanged } from '../contract.ts'
import { ReservationSet } from './reservation-transfer.ts'
import { inLockOrder, keptOf, type Cause, type StockChange, type Verdict } from './reservation.ts'
import {
  changeStock,
  insertMovements,
  lockReservations,
  lockSkus,
  savePledges,
  saveStates,
  type Movement,
  type StockRow,
} from '../stock/stock-store.ts'

/** Something that happened to a reservation. */
export interface Step {
  readonly reservationId: string
  readonly cause: Cause
  /** The order whose word it is. */
  readonly orderId?: string
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
export const saveReservations = (tx: Tx, { pledged, moved }: ReservationSet): Promise<unknown>[] => [
  ...(pledged.size > 0 ? [tx.query(savePledges([...pledged.values()]))] : []),
  ...(moved.size > 0 ? [tx.query(saveStates([...moved.values()]))] : []),
]

/** Locked reservations and what is to be written of them: their lives, and the movements of their units. */
export interface Moves {
  readonly lives: ReservationSet
  readonly movements: Movement[]
}

/** Locks reservations, in the order of their ids, with those they lend to or borrow from. */
export const lockLives = async (tx: Tx, ids: Iterable<string>): Promise<Moves> => ({
  lives: new ReservationSet(await lockReservations(tx, inLockOrder(ids))),
  movements: [],
})

/** Takes one reservation a step on, and notes the movements of its units. */
export const happen = (
  { lives, movements }: Moves,
  { reservationId, cause, orderId }: Step,
  runtime: Pick<Runtime, 'id'>,
): Verdict | undefined => {
  const before = lives.get(reservationId)
  const verdict = lives.happen(reservationId, cause, orderId)
  if (!before || verdict === undefined || typeof verdict === 'string' || verdict.onHand === 0) return verdict
  const units = verdict.onHand < 0 ? before.quantities : keptOf(before)
  before.skuIds.forEach((skuId, i) => {
    if (units[i] === 0) return
    movements.push({
      id: runtime.id(),
      skuId,
      kind: verdict.onHand < 0 ? 'SOLD' : 'RETURNED',
      delta: verdict.onHand * units[i]!,
      reason: verdict.onHand < 0 ? 'An order was paid' : 'A paid order was canceled',
      reference: reservationId,
      memberId: null,
    })
  })
  return verdict
}

/** Stores what became of locked reservations. SKUs are locked last, in the order of their ids. */
export const saveMoves = async (tx: Tx, { lives, movements }: Moves, now: number): Promise<void> => {
  if (lives.moved.size === 0) return
  const moved = lives.changes.sorted()
  // Sent together: the locks of SKUs are held for one round trip and the commit.
  await Promise.all([
    ...saveReservations(tx, lives),
    ...(movements.length > 0 ? [tx.query(insertMovements(movements, now))] : []),
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
}

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
  const moves = await lockLives(
    tx,
    steps.map((each) => each.reservationId),
  )
  const verdicts = steps.map((step) => happen(moves, step, runtime))
  await saveMoves(tx, moves, runtime.now())
  return verdicts
}
