import type { EventType } from '#kernel/contract.ts'
import type { History, Place, Recorded } from '#kernel/service.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'
import { categoryOf, write, writeCategories } from '../product-view/projection.ts'
import {
  withAvailability,
  withChange,
  type Availability,
  type CategoryChanged,
  type ProductChanged,
  type ProductView,
  type CategoryView,
} from '../product-view/product-view.ts'
import { analyze, deleteOthers, lockProducts, waitForCursor } from '../product-view/product-view-store.ts'

const READ_AT_ONCE = 1_000
const WRITTEN_AT_ONCE = 200
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const EVENTS: readonly EventType[] = [productChanged, availabilityChanged, categoryChanged]

/** An event of the log that does not fit its schema, and why. */
export interface Unreadable {
  readonly event: string
  readonly name: string
  readonly key: string
  readonly reason: string
}

/** What a rebuild read, and what of it could not be read. */
export interface Rebuilt {
  readonly events: number
  readonly unreadable: readonly Unreadable[]
}

/** The whole window in memory, as the events so far make it. */
const folding = () => {
  const products = new Map<string, ProductView>()
  const categories = new Map<string, CategoryView>()
  /** Events that cannot be read, by kind and key, until a later one tells the whole of the same product or category. */
  const unreadable = new Map<string, Unreadable>()
  let place: Place | undefined
  let count = 0

  const take = ({ id, name, key, payload, unreadable: reason, place: at }: Recorded): void => {
    place = at
    count++
    const kind = name === categoryChanged.name ? 'category' : 'product'
    if (reason !== undefined) {
      unreadable.set(`${kind} ${key}`, { event: id, name, key, reason })
      return
    }
    if (name !== availabilityChanged.name) unreadable.delete(`${kind} ${key}`)
    if (name === categoryChanged.name) {
      const category = categoryOf(payload as CategoryChanged)
      categories.set(category.id, category)
      return
    }
    const { productId } = payload as ProductChanged | Availability
    const old = products.get(productId)
    if (name === productChanged.name) products.set(productId, withChange(old, payload as ProductChanged))
    else if (old) products.set(productId, withAvailability(old, payload as Availability))
  }

  const keysOf = (kind: string): string[] =>
    [...unreadable].filter(([owner]) => owner.startsWith(`${kind} `)).map(([, { key }]) => key)

  return {
    products,
    categories,
    count: () => count,
    unreadable: (): readonly Unreadable[] => [...unreadable.values()],
    /** Products and categories of which the log does not tell all: what the window shows of them stays. */
    untold: () => ({ products: keysOf('product').filter((key) => UUID.test(key)), categories: keysOf('category') }),
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
 * An event that does not fit its schema stops nothing: what the window shows of its product or category stays as it is,
 * and the answer names it. Answers how many events it read.
 */
export const rebuild = async (db: Database, history: History): Promise<Rebuilt> => {
  const fold = folding()
  await fold.catchUp(history)

  /** While the consumer's cursor is held, nothing it has taken in can be missing from the fold. */
  const whileHeld = (work: (tx: Tx) => Promise<unknown>): Promise<void> =>
    db.tx('catalog.rebuild', async (tx) => {
      await tx.query(waitForCursor('products', 'product'))
      await fold.catchUp(history)
      await work(tx)
    })

  await whileHeld((tx) => {
    const { categories } = fold.untold()
    return writeCategories(
      tx,
      [...fold.categories.values()].filter((each) => !categories.includes(each.id)),
    )
  })
  const done = new Set<string>()
  const next = (): string[] =>
    [...fold.products.keys()]
      .filter((id) => !done.has(id))
      .slice(0, WRITTEN_AT_ONCE)
      .sort()
  for (let ids = next(); ids.length > 0; ids = next()) {
    await whileHeld(async (tx) => {
      await tx.query(lockProducts(ids))
      const untold = new Set(fold.untold().products)
      await write(
        tx,
        ids.filter((id) => !untold.has(id)).map((id) => fold.products.get(id)!),
        fold.categories,
      )
    })
    for (const id of ids) done.add(id)
  }
  await whileHeld((tx) => {
    const { products, categories } = fold.untold()
    return tx.query(deleteOthers([...fold.products.keys(), ...products], [...fold.categories.keys(), ...categories]))
  })
  await db.query(analyze())
  return { events: fold.count(), unreadable: fold.unreadable() }
}
