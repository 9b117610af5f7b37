import type { z } from 'zod'
import type { CallContext } from '#kernel/context.ts'
import { memberOf } from '#kernel/context.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { invalid } from '#kernel/input/invalid.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { MAX_ON_HAND, STOCK_CHANGED, STOCK_MOVEMENT_CONFLICT, STOCK_NEGATIVE, type product } from '../contract.ts'
import { inLockOrder, type StockChange } from '../reservation/reservation.ts'
import { moveStock } from '../reservation/reservation-transitions.ts'
import { changeStock, findMovement, insertMovements, lockStocks, type Movement } from './stock-store.ts'

type Move = z.output<(typeof product)['operations']['moveStock']['input']>

/** Units of a SKU that is only just stored: nobody knows it yet, so nothing is announced of it. */
export interface FirstStock {
  readonly skuId: string
  readonly onHand: number
}

/** What was counted of a SKU, by somebody who believed `expectedOnHand` to be there. */
export interface Count {
  readonly skuId: string
  readonly onHand: number
  readonly expectedOnHand: number
  /** The input member it stands in. */
  readonly field: string
}

const kindOf = (delta: number): Movement['kind'] => (delta > 0 ? 'RECEIVED' : 'ADJUSTED')

/** How staff move stock. Whatever moves it is written to the ledger in the same transaction. */
export const stockCommands = ({ db, runtime }: { db: Database; runtime: Runtime }) => {
  const movement = (given: Omit<Movement, 'id' | 'reference'> & Partial<Pick<Movement, 'reference'>>): Movement => ({
    id: runtime.id(),
    reference: null,
    ...given,
  })

  /** The first units of SKUs stored in this transaction. */
  const receiveFirst = async (tx: Tx, given: readonly FirstStock[], memberId: string | null): Promise<void> => {
    const received = given.filter((each) => each.onHand > 0)
    if (received.length === 0) return
    const movements = received.map(({ skuId, onHand }) =>
      movement({ skuId, kind: 'RECEIVED', delta: onHand, reason: 'First stock', memberId }),
    )
    await tx.query(insertMovements(movements, runtime.now()))
    await changeStock(
      tx,
      received.map(({ skuId, onHand }) => ({ skuId, onHand, reserved: 0 })),
    )
  }

  /**
   * Sets what is on hand to what was counted. Throws STOCK_CHANGED when one of the SKUs has another stock than was read:
   * it names all of them. Throws STOCK_NEGATIVE for fewer than are reserved.
   */
  const count = async (tx: Tx, counts: readonly Count[], memberId: string): Promise<void> => {
    if (counts.length === 0) return
    const stocks = await lockStocks(tx, inLockOrder(counts.map((each) => each.skuId)))
    const compared = counts.map((each) => ({ ...each, present: stocks.get(each.skuId)! }))
    const stale = compared.filter(({ expectedOnHand, present }) => expectedOnHand !== present.onHand)
    if (stale.length > 0)
      throw STOCK_CHANGED(
        { skus: stale.map(({ skuId, expectedOnHand, present }) => ({ skuId, expectedOnHand, ...present })) },
        { field: stale[0]!.field },
      )
    const short = compared.find(({ onHand, present }) => onHand < present.reserved)
    if (short) throw STOCK_NEGATIVE(short.present, { field: short.field })
    const changes = compared
      .map(({ skuId, onHand, present }): StockChange => ({ skuId, onHand: onHand - present.onHand, reserved: 0 }))
      .filter((each) => each.onHand !== 0)
    if (changes.length === 0) return
    const movements = changes.map(({ skuId, onHand: delta }) =>
      movement({ skuId, kind: 'ADJUSTED', delta, reason: 'Counted', memberId }),
    )
    await tx.query(insertMovements(movements, runtime.now()))
    await moveStock(tx, changes)
  }

  /** Adds to or takes from a SKU. It is relative to whatever is there, so it needs no version: nothing is overwritten. */
  const move = ({ skuId, delta, reason, idempotencyKey }: Move, { actor }: CallContext) =>
    db.tx('product.move-stock', async (tx) => {
      const stock = (await lockStocks(tx, [skuId])).get(skuId)
      if (!stock) throw NOT_FOUND()
      const before = idempotencyKey === undefined ? undefined : await findMovement(tx, skuId, idempotencyKey)
      if (before) {
        if (before.delta !== delta || before.reason !== reason) throw STOCK_MOVEMENT_CONFLICT()
        return { id: before.id, skuId, delta, ...stock }
      }
      if (stock.onHand + delta < stock.reserved) throw STOCK_NEGATIVE(stock, { field: 'delta' })
      if (stock.onHand + delta > MAX_ON_HAND) throw invalid('delta', 'too_big', tooMuch)
      const made = movement({
        skuId,
        kind: kindOf(delta),
        delta,
        reason,
        reference: idempotencyKey ?? null,
        memberId: memberOf(actor),
      })
      await tx.query(insertMovements([made], runtime.now()))
      const [row] = await moveStock(tx, [{ skuId, onHand: delta, reserved: 0 }])
      return { id: made.id, skuId, delta, onHand: row!.onHand, reserved: row!.reserved }
    })

  return { receiveFirst, count, move }
}

const tooMuch = { ko: '재고가 너무 많습니다.', en: 'That is more stock than can be kept.' }
