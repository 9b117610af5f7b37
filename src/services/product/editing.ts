import type { z } from 'zod'

import { NOT_FOUND } from '#kernel/faults.ts'
import { invalid } from '#kernel/invalid.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { findCategories } from './category-store.ts'
import {
  CATEGORY_NOT_FOUND,
  productChanged,
  SKU_OPTIONS_INVALID,
  STOCK_MOVEMENT_CONFLICT,
  STOCK_NEGATIVE,
  type product,
} from './contract.ts'
import { announced, completed, misfit, optionsFrom, type Kept, type Sku } from './product.ts'
import {
  analyze,
  findProducts,
  insertProducts,
  insertSkus,
  lockProduct,
  saveProduct,
  saveSkus,
  type NewSku,
} from './product-store.ts'
import { inLockOrder, type StockChange } from './reservation.ts'
import { moveStock } from './settling.ts'
import { changeStock, findMovement, insertMovements, lockSkus, lockStock, type Movement } from './stock-store.ts'

type Operations = typeof product.operations
type New = z.output<Operations['create']['input']>
type Import = z.output<Operations['importMany']['input']>
type Update = z.output<Operations['update']['input']>
type Move = z.output<Operations['moveStock']['input']>

/** More units of one SKU than any shop has, and far inside PostgreSQL's integers. */
const MAX_ON_HAND = 1_000_000_000

const kindOf = (delta: number): Movement['kind'] => (delta > 0 ? 'RECEIVED' : 'ADJUSTED')

/** What staff do: products, their SKUs and their stock. */
export const editing = ({ db, runtime }: { db: Database; runtime: Runtime }) => {
  const checkCategories = async (tx: Tx, ids: readonly (string | null | undefined)[]): Promise<void> => {
    const wanted = ids.filter((id) => id != null)
    if (wanted.length === 0) return
    const known = new Set((await findCategories(tx)).map((each) => each.id))
    if (wanted.some((id) => !known.has(id))) throw CATEGORY_NOT_FOUND(undefined, { field: 'categoryId' })
  }

  /** A product as it will be kept, still without stock. */
  const drafted = (given: New & { id: string }, skuIds: readonly string[]): Kept => {
    const options = completed(given.options, given.skus)
    const wrong = misfit(options, given.skus)
    if (wrong !== undefined) throw SKU_OPTIONS_INVALID(undefined, { field: `skus.${wrong}.options` })
    const now = runtime.now()
    return {
      ...given,
      categoryId: given.categoryId ?? null,
      options,
      status: 'ON_SALE',
      version: 1,
      createdAt: now,
      updatedAt: now,
      skus: given.skus.map(({ options: chosen, price }, i) => ({
        id: skuIds[i]!,
        options: chosen,
        price,
        status: 'ON_SALE',
        onHand: 0,
        reserved: 0,
        flips: 0,
      })),
    }
  }

  const movement = (skuId: string, delta: number, reason: string, reference: string | null = null): Movement => ({
    id: runtime.id(),
    skuId,
    kind: kindOf(delta),
    delta,
    reason,
    reference,
  })

  /** Stores products with their first stock; those whose ids are known stay as they are. Answers the ids stored. */
  const store = async (
    tx: Tx,
    products: readonly Kept[],
    stock: ReadonlyMap<string, number>,
  ): Promise<ReadonlySet<string>> => {
    await checkCategories(
      tx,
      products.map((each) => each.categoryId),
    )
    const made = await insertProducts(tx, products)
    const fresh = products.filter((each) => made.has(each.id))
    if (fresh.length === 0) return made
    const skus = fresh.flatMap((each) =>
      each.skus.map((sku, position): NewSku => ({ ...sku, productId: each.id, position })),
    )
    const received = skus
      .map((sku): StockChange => ({ skuId: sku.id, onHand: stock.get(sku.id) ?? 0, reserved: 0 }))
      .filter((each) => each.onHand > 0)
    await tx.query(insertSkus(skus))
    await tx.query(
      insertMovements(
        received.map((each) => movement(each.skuId, each.onHand, 'First stock')),
        runtime.now(),
      ),
    )
    // Nobody knows these SKUs yet: product.changed says what there is of them.
    await changeStock(tx, received)
    const stored = await findProducts(tx, [...made])
    await tx.emitAll(productChanged, stored.map(announced))
    return made
  }

  const create = async (given: New): Promise<Kept> => {
    const id = runtime.id()
    const draft = drafted(
      { ...given, id },
      given.skus.map(() => runtime.id()),
    )
    const stock = new Map(draft.skus.map((sku, i) => [sku.id, given.skus[i]!.onHand]))
    return db.tx('product.create', async (tx) => {
      await store(tx, [draft], stock)
      return (await findProducts(tx, [id]))[0]!
    })
  }

  const importMany = async ({ products }: Import): Promise<{ made: number; known: number }> => {
    const drafts = products.map((each) =>
      drafted(
        each,
        each.skus.map((sku) => sku.id),
      ),
    )
    const stock = new Map(products.flatMap((each) => each.skus.map((sku) => [sku.id, sku.onHand] as const)))
    const made = await db.tx('product.import', (tx) => store(tx, drafts, stock))
    if (made.size > 0) await db.query(analyze())
    return { made: made.size, known: products.length - made.size }
  }

  const update = (given: Update): Promise<Kept> =>
    db.tx('product.update', async (tx) => {
      const { id, skus: changes = [], options: offered, ...details } = given
      const old = await lockProduct(tx, id)
      if (!old) throw NOT_FOUND()
      await checkCategories(tx, [details.categoryId])

      const added: NewSku[] = []
      const skus: Sku[] = [...old.skus]
      const stock = new Map<string, number>()
      for (const [i, change] of changes.entries()) {
        // A SKU without an id is the one with these options, so that saying the same twice adds it once.
        const at = skus.findIndex((sku) =>
          change.id ? sku.id === change.id : sameOptions(sku.options, change.options ?? {}),
        )
        if (change.id && at < 0) throw NOT_FOUND(undefined, { field: `skus.${i}.id` })
        if (at < 0 && change.price === undefined) throw invalid(`skus.${i}.price`, 'required', priceNeeded)
        const known: Sku = skus[at] ?? {
          id: runtime.id(),
          options: {},
          price: 0,
          status: 'ON_SALE',
          onHand: 0,
          reserved: 0,
          flips: 0,
        }
        const next: Sku = {
          ...known,
          options: change.options ?? known.options,
          price: change.price ?? known.price,
          status: change.status ?? known.status,
        }
        if (at >= 0) skus[at] = next
        else {
          added.push({ ...next, productId: id, position: skus.length })
          skus.push(next)
        }
        if (change.onHand !== undefined) stock.set(next.id, change.onHand)
      }
      const options = offered ?? (old.options.length > 0 || changes.length === 0 ? old.options : optionsFrom(skus))
      const wrong = misfit(options, skus)
      if (wrong !== undefined) throw SKU_OPTIONS_INVALID(undefined, { field: `skus.${wrong}.options` })

      const { skus: _, ...kept } = old
      const told = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
      await tx.query(saveProduct({ ...kept, ...told, options, version: old.version + 1, updatedAt: runtime.now() }))
      if (added.length > 0) await tx.query(insertSkus(added))
      await lockSkus(tx, inLockOrder(skus.map((each) => each.id)))
      await tx.query(saveSkus(skus))
      for (const skuId of inLockOrder(stock.keys())) await setStock(tx, skuId, stock.get(skuId)!)
      const stored = (await findProducts(tx, [id]))[0]!
      await tx.emit(productChanged, announced(stored))
      return stored
    })

  const setStock = async (tx: Tx, skuId: string, onHand: number): Promise<void> => {
    const stock = (await lockStock(tx, skuId))!
    if (onHand < stock.reserved) throw STOCK_NEGATIVE(stock, { field: 'skus' })
    const delta = onHand - stock.onHand
    if (delta === 0) return
    await tx.query(insertMovements([{ ...movement(skuId, delta, 'Counted'), kind: 'ADJUSTED' }], runtime.now()))
    await moveStock(tx, [{ skuId, onHand: delta, reserved: 0 }])
  }

  const move = ({ skuId, delta, reason, idempotencyKey }: Move) =>
    db.tx('product.move-stock', async (tx) => {
      const stock = await lockStock(tx, skuId)
      if (!stock) throw NOT_FOUND()
      const before = idempotencyKey === undefined ? undefined : await findMovement(tx, skuId, idempotencyKey)
      if (before) {
        if (before.delta !== delta || before.reason !== reason) throw STOCK_MOVEMENT_CONFLICT()
        return { id: before.id, skuId, delta, ...stock }
      }
      if (stock.onHand + delta < stock.reserved) throw STOCK_NEGATIVE(stock, { field: 'delta' })
      if (stock.onHand + delta > MAX_ON_HAND) throw invalid('delta', 'too_big', tooMuch)
      const made = movement(skuId, delta, reason, idempotencyKey ?? null)
      await tx.query(insertMovements([made], runtime.now()))
      const [row] = await moveStock(tx, [{ skuId, onHand: delta, reserved: 0 }])
      return { id: made.id, skuId, delta, onHand: row!.onHand, reserved: row!.reserved }
    })

  return { create, importMany, update, move }
}

const priceNeeded = { ko: '새 옵션에는 가격이 필요합니다.', en: 'A new SKU needs a price.' }
const tooMuch = { ko: '재고가 너무 많습니다.', en: 'That is more stock than can be kept.' }

const sameOptions = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
