import type { Fault } from '#kernel/fault.ts'
import type { OutputOf } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { retryOnDeadlock, codeOf } from './retry-on-deadlock.ts'
import { ORDER_NOT_SOLD, RESTOCK_CONFLICT, RESTOCK_EXCEEDS_SOLD, type product } from '../contract.ts'
import type { Pledged } from '../reservation/reservation-transfer.ts'
import { IMPOSSIBLE, keptOf, packed, type Line } from '../reservation/reservation.ts'
import { findRestocks, findSold, insertRestocks, type Restock } from './restock-store.ts'
import { happen, lockLives, type Moves, saveMoves } from '../reservation/reservation-transitions.ts'

type Answer = OutputOf<typeof product.operations.restock>

/** Units that are to come back, as `restock` takes them. */
export interface RestockRequest {
  readonly restockId: string
  readonly orderId: string
  readonly lines: readonly Line[]
  readonly to: Restock['to']
  readonly reservationId?: string | undefined
}

/** Units of a paid order that were canceled. */
export interface CanceledLines {
  readonly cancellationId: string
  readonly orderId: string
  readonly reservationId: string
  readonly lines: readonly Line[]
}

const UNIQUE_VIOLATION = '23505'

const isSame = (a: Restock, b: Pick<Restock, 'orderId' | 'to' | 'lines'>): boolean =>
  a.orderId === b.orderId &&
  a.to === b.to &&
  a.lines.length === b.lines.length &&
  a.lines.every((line, i) => line.skuId === b.lines[i]!.skuId && line.quantity === b.lines[i]!.quantity)

/** What can still come back of each SKU of a sold reservation. */
const leftOf = (sold: Pledged): Map<string, number> => {
  const kept = sold.state === 'ALLOCATED' ? keptOf(sold) : []
  return new Map(sold.skuIds.map((skuId, i) => [skuId, kept[i] ?? 0]))
}

/** Lines of which more would come back than has not come back yet. */
const excessOf = (sold: Pledged, lines: readonly Line[]) => {
  const left = leftOf(sold)
  return lines
    .map(({ skuId, quantity }) => ({ skuId, requested: quantity, left: left.get(skuId) ?? 0 }))
    .filter((each) => each.requested > each.left)
}

/** Gives units back to a locked reservation that was sold; they must not be more than have not come back. */
const giveBack = (
  { lives, movements }: Moves,
  { id, reservationId, orderId, lines, to }: Restock,
  reason: string,
  runtime: Pick<Runtime, 'id'>,
): void => {
  const sold = lives.get(reservationId)!
  const units = sold.skuIds.map((skuId) => lines.find((line) => line.skuId === skuId)?.quantity ?? 0)
  lives.giveBack(reservationId, orderId, units, to === 'STOCK')
  const common = { reference: id, reason, memberId: null }
  for (const { skuId, quantity } of lines) {
    movements.push({ ...common, id: runtime.id(), skuId, kind: 'RETURNED', delta: quantity })
    // In and out again: the ledger says how many were lost, and what is on hand stays its sum.
    if (to === 'WRITE_OFF')
      movements.push({ ...common, id: runtime.id(), skuId, kind: 'WRITTEN_OFF', delta: -quantity })
  }
}

const save = async (tx: Tx, moves: Moves, made: readonly Restock[], now: number): Promise<void> => {
  if (made.length > 0) await tx.query(insertRestocks(made, now))
  await saveMoves(tx, moves, now)
}

/**
 * How units come back that were sold: by `restock`, and by word of an order that parts of it were canceled. Each id gives its
 * units back once, under the lock of the reservation they were sold by.
 */
export const restocking = ({ db, runtime }: { readonly db: Database; readonly runtime: Runtime }) => {
  const decide = async (requests: readonly RestockRequest[]): Promise<(Answer | Fault)[]> =>
    db.tx('product.restock', async (tx) => {
      const found = await findSold(
        tx,
        requests.map((each) => each.orderId),
      )
      const reservationOf = (each: RestockRequest): string | undefined => found.get(each.orderId) ?? each.reservationId
      const moves = await lockLives(
        tx,
        requests.flatMap((each) => reservationOf(each) ?? []),
      )
      // Read under the locks: of the same id nobody else gives units of the same order back meanwhile.
      const known = await findRestocks(
        tx,
        requests.map((each) => each.restockId),
      )
      const made: Restock[] = []
      const answers = requests.map((each): Answer | Fault => {
        const { restockId, orderId, to } = each
        const lines = packed(each.lines)
        const answer = { restockId, orderId, to, lines }
        const before = known.get(restockId)
        if (before) return isSame(before, answer) ? answer : RESTOCK_CONFLICT(undefined, { field: 'restockId' })
        const reservationId = reservationOf(each)
        const sold = reservationId === undefined ? undefined : moves.lives.get(reservationId)
        const isSold = sold && (sold.state === 'ALLOCATED' || sold.state === 'RESTOCKED')
        if (!isSold || (sold.orderId ?? orderId) !== orderId) return ORDER_NOT_SOLD(undefined, { field: 'orderId' })
        const excess = excessOf(sold, lines)
        if (excess.length > 0) {
          const first = each.lines.findIndex((line) => line.skuId === excess[0]!.skuId)
          return RESTOCK_EXCEEDS_SOLD({ lines: excess }, { field: `lines.${first}.quantity` })
        }
        const restock: Restock = { id: restockId, reservationId: sold.id, orderId, to, lines }
        known.set(restockId, restock)
        made.push(restock)
        giveBack(moves, restock, to === 'STOCK' ? 'Returned by a customer' : 'Returned, not to be sold again', runtime)
        return answer
      })
      await save(tx, moves, made, runtime.now())
      return answers
    })

  return {
    restock: async (requests: readonly RestockRequest[]): Promise<(Answer | Fault)[]> => {
      try {
        return await retryOnDeadlock(() => decide(requests))
      } catch (error) {
        // The same id was used for units of another order just now: it is known by now.
        if (codeOf(error) !== UNIQUE_VIOLATION) throw error
        return retryOnDeadlock(() => decide(requests))
      }
    },

    /**
     * Returns to stock what orders canceled of what they had paid for, in the transaction of their events. Word of it may come
     * before word of the payment, which it implies, and after word that the rest of the order was canceled too, which returned
     * everything. Throws where it cannot be true.
     */
    follow: async (tx: Tx, canceled: readonly CanceledLines[]): Promise<void> => {
      const moves = await lockLives(
        tx,
        canceled.map((each) => each.reservationId),
      )
      const known = await findRestocks(
        tx,
        canceled.map((each) => each.cancellationId),
      )
      const made: Restock[] = []
      for (const { cancellationId: id, orderId, reservationId, lines } of canceled) {
        const restock: Restock = { id, orderId, reservationId, to: 'STOCK', lines: packed(lines) }
        const impossible = (why: string): Error =>
          new Error(`Lines canceled by ${id} cannot come back to the reservation ${reservationId}: ${why}`)
        const before = known.get(id)
        if (before) {
          if (!isSame(before, restock)) throw impossible('others came back under the same id')
          continue
        }
        const verdict = happen(moves, { reservationId, cause: 'paid', orderId }, runtime)
        if (verdict === undefined || verdict === IMPOSSIBLE) throw impossible('it is not there or was not sold')
        const sold = moves.lives.get(reservationId)!
        if (sold.state === 'RESTOCKED') continue
        if (excessOf(sold, restock.lines).length > 0) throw impossible('it has not that many units left')
        known.set(id, restock)
        made.push(restock)
        giveBack(moves, restock, 'Lines of a paid order were canceled', runtime)
      }
      await save(tx, moves, made, runtime.now())
    },
  }
}
