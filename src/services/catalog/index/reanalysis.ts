import type { Database, Tx } from '#kernel/store.ts'
import { categoriesOf, writeCategoryTerms, writeSearched } from '../product-view/projection.ts'
import { lockOutdated, lockOutdatedCategories } from './reanalysis-store.ts'
import { findRanks, findProductViews } from '../product-view/product-view-store.ts'

/** Products analyzed in one transaction: their changes wait for no longer than that. */
const AT_ONCE = 100

const analyzeProducts = async (tx: Tx): Promise<number> => {
  const ids = await lockOutdated(tx, AT_ONCE)
  if (ids.length === 0) return 0
  // Read after the lock: whoever renames a category writes it before it locks the products below.
  const [shown, ranks, categories] = [await findProductViews(tx, ids), await findRanks(tx, ids), await categoriesOf(tx)]
  await writeSearched(tx, [...shown.values()], ranks, categories)
  return ids.length
}

const analyzeCategories = async (tx: Tx): Promise<number> => {
  const categories = await lockOutdatedCategories(tx)
  if (categories.length > 0) await writeCategoryTerms(tx, categories)
  return categories.length
}

/**
 * Makes anew what an earlier version of the analysis made of products and categories, a part at a time and beside the
 * running shop; answers how many it did. What is searched meanwhile is found by the one or the other.
 */
export const reanalyze = async (db: Database): Promise<number> =>
  (await db.tx('catalog.reanalysis', analyzeProducts)) + (await db.tx('catalog.reanalysis', analyzeCategories))
