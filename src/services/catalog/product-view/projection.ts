import type { Delivered } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { categoryOwner, categoryTerms, productTerms, searchText } from '../search/search-terms.ts'
import {
  subtreeOf,
  withAvailability,
  withChange,
  type Availability,
  type CategoryChanged,
  type ProductChanged,
  type ProductView,
  type CategoryView,
} from './product-view.ts'
import {
  analyze,
  deleteTerms,
  findCategories,
  findRanks,
  findProductViews,
  idsInCategories,
  insertTerms,
  lockProducts,
  saveCategories,
  saveProductViews,
  saveTexts,
} from './product-view-store.ts'

/** Changes taken in together after which the planner looks at the tables anew: plans made for empty ones read every row. */
const MANY = 100
/** Products written in one go. */
const AT_ONCE = 200

/** Reads all categories by id. */
export const categoriesOf = async (tx: Tx): Promise<Map<string, CategoryView>> =>
  new Map((await findCategories(tx)).map((each) => [each.id, each]))

/** Writes products and everything that is made of them. Each must be named once. */
export const write = async (
  tx: Tx,
  all: readonly ProductView[],
  categories: ReadonlyMap<string, CategoryView>,
): Promise<void> => {
  const sorted = [...all].sort((a, b) => (a.productId < b.productId ? -1 : 1))
  for (let i = 0; i < sorted.length; i += AT_ONCE) {
    const some = sorted.slice(i, i + AT_ONCE)
    const ids = some.map((each) => each.productId)
    const ranks = await findRanks(tx, ids)
    await Promise.all([tx.query(saveProductViews(some)), writeSearched(tx, some, ranks, categories)])
  }
}

/** Writes what products are found by: their texts and completions. Each must be named once. */
export const writeSearched = (
  tx: Tx,
  all: readonly ProductView[],
  ranks: ReadonlyMap<string, number>,
  categories: ReadonlyMap<string, CategoryView>,
): Promise<unknown> =>
  Promise.all([
    tx.query(saveTexts(all.map((each) => searchText(each, categories)))),
    tx.query(deleteTerms(all.map((each) => each.productId))),
    tx.query(insertTerms(all.flatMap((each) => productTerms(each, ranks.get(each.productId) ?? 0)))),
  ])

/** Writes the completions of categories. */
export const writeCategoryTerms = (tx: Tx, all: readonly CategoryView[]): Promise<unknown> =>
  Promise.all([
    tx.query(deleteTerms(all.map((each) => categoryOwner(each.id)))),
    tx.query(insertTerms(all.flatMap(categoryTerms))),
  ])

/** Writes categories and their completions. */
export const writeCategories = (tx: Tx, all: readonly CategoryView[]): Promise<unknown> =>
  Promise.all([tx.query(saveCategories(all)), writeCategoryTerms(tx, all)])

export const categoryOf = ({ categoryId, ...told }: CategoryChanged): CategoryView => ({ id: categoryId, ...told })

const inOrder = (ids: Iterable<string>): string[] => [...new Set(ids)].sort()

const load = async (tx: Tx, ids: Iterable<string>): Promise<Map<string, ProductView>> => {
  const wanted = inOrder(ids)
  await tx.query(lockProducts(wanted))
  return findProductViews(tx, wanted)
}

/** Takes in that products changed. */
export const project = async (tx: Tx, events: readonly Delivered<ProductChanged>[]): Promise<void> => {
  const known = await load(
    tx,
    events.map(({ payload }) => payload.productId),
  )
  for (const { payload } of events) known.set(payload.productId, withChange(known.get(payload.productId), payload))
  await write(tx, [...known.values()], await categoriesOf(tx))
  if (known.size >= MANY) await tx.query(analyze())
}

/** Takes in that SKUs sold out or came back. A product's change that is not here yet carries this with it. */
export const projectAvailability = async (tx: Tx, events: readonly Delivered<Availability>[]): Promise<void> => {
  const known = await load(
    tx,
    events.map(({ payload }) => payload.productId),
  )
  for (const { payload } of events) {
    const old = known.get(payload.productId)
    if (old) known.set(payload.productId, withAvailability(old, payload))
  }
  if (known.size > 0)
    await tx.query(saveProductViews([...known.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1))))
}

/** Takes in that categories changed; products below them are found by the new names. */
export const projectCategories = async (tx: Tx, events: readonly Delivered<CategoryChanged>[]): Promise<void> => {
  const changed = new Map(events.map(({ payload }) => [payload.categoryId, categoryOf(payload)]))
  await writeCategories(tx, [...changed.values()])
  const all = await categoriesOf(tx)
  const below = new Set([...changed.keys()].flatMap((id) => subtreeOf(id, all)))
  const shown = await load(tx, await idsInCategories(tx, [...below]))
  await write(tx, [...shown.values()], all)
}
