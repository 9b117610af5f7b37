import type { EventType } from '#kernel/contract.ts'
import type { History, Place, Recorded } from '#kernel/service.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'
import { categoryOf, write, writeCategories } from './projecting.ts'
import {
  withAvailability,
  withChange,
  type Availability,
  type CategoryChanged,
  type Changed,
  type Shown,
  type ShownCategory,
} from './window.ts'
import { analyze, deleteOthers, lockProducts, waitForCursor } from './window-store.ts'

const READ_AT_ONCE = 1_000
const WRITTEN_AT_ONCE = 200
const EVENTS: readonly EventType[] = [productChanged, availabilityChanged, categoryChanged]

/** The whole window in memory, as the events so far make it. */
const folding = () => {
  const products = new Map<string, Shown>()
  const categories = new Map<string, ShownCategory>()
  let place: Place | undefined
  let count = 0

  const take = ({ name, payload, place: at }: Recorded): void => {
    place = at
    count++
    if (name === categoryChanged.name) {
      const category = categoryOf(payload as CategoryChanged)
      categories.set(category.id, category)
      return
    }
    const { productId } = payload as Changed | Availability
    const old = products.get(productId)
    if (name === productChanged.name) products.set(productId, withChange(old, payload as Changed))
    else if (old) products.set(productId, withAvailability(old, payload as Availability))
  }

  return {
    products,
    categories,
    count: () => count,
    /** Reads on from where it stands to the end of the log. */
    catchUp: async (history: History): Promise<void> => {
      for (;;) {
        const events = await history.read('product', EVENTS, place, READ_AT_ONCE)
        events.forEach(take)
        if (events.length < READ_AT_ONCE) return
      }
    },
  }
}

/**
 * Makes the read model anew from the log: the events are folded beside the live model, then each product's rows are
 * replaced in one go while the live consumer waits. Readers see the old or the new of a product, never half of one.
 * Answers how many events it read.
 */
export const rebuild = async (db: Database, history: History): Promise<number> => {
  const fold = folding()
  await fold.catchUp(history)

  /** While the consumer's cursor is held, nothing it has taken in can be missing from the fold. */
  const whileHeld = (work: (tx: Tx) => Promise<unknown>): Promise<void> =>
    db.tx('catalog.rebuild', async (tx) => {
      await tx.query(waitForCursor('products', 'product'))
      await fold.catchUp(history)
      await work(tx)
    })

  await whileHeld((tx) => writeCategories(tx, [...fold.categories.values()]))
  const done = new Set<string>()
  const next = (): string[] =>
    [...fold.products.keys()]
      .filter((id) => !done.has(id))
      .slice(0, WRITTEN_AT_ONCE)
      .sort()
  for (let ids = next(); ids.length > 0; ids = next()) {
    await whileHeld(async (tx) => {
      await tx.query(lockProducts(ids))
      await write(
        tx,
        ids.map((id) => fold.products.get(id)!),
        fold.categories,
      )
    })
    for (const id of ids) done.add(id)
  }
  await whileHeld((tx) => tx.query(deleteOthers([...fold.products.keys()], [...fold.categories.keys()])))
  await db.query(analyze())
  return fold.count()
}
