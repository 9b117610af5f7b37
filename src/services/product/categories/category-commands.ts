import type { z } from 'zod'
import { invalid } from '#kernel/input/invalid.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { placed, type Category } from './category.ts'
import { findCategories, lockCategories, saveCategories, saveDepths } from './category-store.ts'
import { CATEGORY_NOT_FOUND, CATEGORY_TOO_DEEP, categoryChanged, type product } from '../contract.ts'

type Operations = typeof product.operations
type Put = z.output<Operations['putCategory']['input']>
type Import = z.output<Operations['importCategories']['input']>

/** Puts categories among all there are, whose table is locked. */
const store = async (tx: Tx, all: readonly Category[], put: readonly Category[]): Promise<void> => {
  const verdict = placed(all, put)
  if ('refused' in verdict)
    throw (verdict.refused === 'no-parent' ? CATEGORY_NOT_FOUND : CATEGORY_TOO_DEEP)(undefined, { field: 'parentId' })
  await tx.query(saveCategories(put, verdict.depths))
  await tx.query(saveDepths(verdict.depths))
  await tx.emitAll(
    categoryChanged,
    put.map(({ id: categoryId, ...facts }) => ({ categoryId, ...facts })),
  )
}

/**
 * Makes a category, or replaces the one that the caller has read. Throws VERSION_CONFLICT when it is at another version,
 * with 0 where there is none; INVALID_INPUT when a category is there and the caller does not say which version it read.
 */
export const putCategory = (
  db: Database,
  { expectedVersion, ...given }: Put,
): Promise<{ id: string; version: number }> =>
  db.tx('product.put-category', async (tx) => {
    await tx.query(lockCategories())
    const all = await findCategories(tx)
    const version = all.find((each) => each.id === given.id)?.version ?? 0
    if (version > 0 && expectedVersion === undefined) throw invalid('expectedVersion', 'required', versionAsRead)
    if (version !== (expectedVersion ?? 0)) throw VERSION_CONFLICT({ version })
    await store(tx, all, [given])
    return { id: given.id, version: version + 1 }
  })

/** Makes many categories in one transaction; those that are there stay as they are, so nothing is overwritten. */
export const importCategories = (db: Database, { categories }: Import): Promise<{ made: number; known: number }> =>
  db.tx('product.import-categories', async (tx) => {
    await tx.query(lockCategories())
    const all = await findCategories(tx)
    const present = new Set(all.map((each) => each.id))
    const fresh = categories.filter((each) => !present.has(each.id))
    if (fresh.length > 0) await store(tx, all, fresh)
    return { made: fresh.length, known: categories.length - fresh.length }
  })

const versionAsRead = {
  ko: '이미 있는 카테고리입니다. 읽었을 때의 판(expectedVersion)을 함께 보내 주세요.',
  en: 'This category exists already. Send along the version you read (expectedVersion).',
}
