import type { z } from 'zod'
import { memberOf, type CallContext } from '#kernel/context.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { invalid } from '#kernel/input/invalid.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { findCategories } from '../categories/category-store.ts'
import { CATEGORY_NOT_FOUND, productChanged, SKU_OPTIONS_INVALID, type product } from '../contract.ts'
import {
  announced,
  completed,
  lookAlikes,
  misfit,
  optionsFrom,
  tidiedChoice,
  tidiedOptions,
  type Kept,
  type Options,
  type Sku,
} from './product.ts'
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
import { inLockOrder } from '../reservation/reservation.ts'
import type { Count, FirstStock, stockCommands } from '../stock/stock-commands.ts'
import { lockSkus } from '../stock/stock-store.ts'

type Operations = typeof product.operations
type New = z.output<Operations['create']['input']>
type Import = z.output<Operations['importMany']['input']>
type Update = z.output<Operations['update']['input']>

/** What staff do with products and their SKUs. */
export const editing = ({
  db,
  runtime,
  stock,
}: {
  readonly db: Database
  readonly runtime: Runtime
  readonly stock: ReturnType<typeof stockCommands>
}) => {
  const checkCategories = async (tx: Tx, ids: readonly (string | null | undefined)[]): Promise<void> => {
    const wanted = ids.filter((id) => id != null)
    if (wanted.length === 0) return
    const known = new Set((await findCategories(tx)).map((each) => each.id))
    if (wanted.some((id) => !known.has(id))) throw CATEGORY_NOT_FOUND(undefined, { field: 'categoryId' })
  }

  /** Throws INVALID_INPUT when two choices look alike. */
  const checkLooks = (options: Options, field: string): void => {
    const alike = lookAlikes(options)
    if (alike)
      throw invalid(field, 'look_alike', {
        ko: `‘${alike.one}’, ‘${alike.other}’: 서로 구분되지 않는 이름입니다. 하나로 합치거나 다른 이름을 써 주세요.`,
        en: `“${alike.one}” and “${alike.other}” look alike. Please make them one, or give one another name.`,
      })
  }

  /** A product as it will be kept, still without stock. */
  const drafted = (given: New & { id: string }, skuIds: readonly string[]): Kept => {
    const options = completed(given.options, given.skus)
    checkLooks(options, given.options.length > 0 ? 'options' : 'skus')
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

  /** Stores products with their first stock; those whose ids are known stay as they are. Answers the ids stored. */
  const store = async (
    tx: Tx,
    products: readonly Kept[],
    first: ReadonlyMap<string, number>,
    memberId: string | null,
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
    await tx.query(insertSkus(skus))
    // product.changed says what there is of them.
    await stock.receiveFirst(
      tx,
      skus.map(({ id: skuId }): FirstStock => ({ skuId, onHand: first.get(skuId) ?? 0 })),
      memberId,
    )
    const stored = await findProducts(tx, [...made])
    await tx.emitAll(productChanged, stored.map(announced))
    return made
  }

  const create = async (given: New, { actor }: CallContext): Promise<Kept> => {
    const id = runtime.id()
    const draft = drafted(
      { ...given, id },
      given.skus.map(() => runtime.id()),
    )
    const first = new Map(draft.skus.map((sku, i) => [sku.id, given.skus[i]!.onHand]))
    return db.tx('product.create', async (tx) => {
      await store(tx, [draft], first, memberOf(actor))
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
    const first = new Map(products.flatMap((each) => each.skus.map((sku) => [sku.id, sku.onHand] as const)))
    const made = await db.tx('product.import', (tx) => store(tx, drafts, first, null))
    if (made.size > 0) await db.query(analyze())
    return { made: made.size, known: products.length - made.size }
  }

  const update = (given: Update, { actor }: CallContext): Promise<Kept> =>
    db.tx('product.update', async (tx) => {
      const { id, expectedVersion, skus: changes = [], options: offered, ...details } = given
      const old = await lockProduct(tx, id)
      if (!old) throw NOT_FOUND()
      if (old.version !== expectedVersion) throw VERSION_CONFLICT({ version: old.version })
      await checkCategories(tx, [details.categoryId])

      const added: NewSku[] = []
      // Who names choices names them as they are stored today; what was stored before follows.
      const renames = offered !== undefined || changes.some((each) => each.options)
      const oldOptions = renames ? tidiedOptions(old.options) : old.options
      const skus: Sku[] = old.skus.map((sku) => (renames ? { ...sku, options: tidiedChoice(sku.options) } : sku))
      const first: FirstStock[] = []
      const counts: Count[] = []
      const named = new Set<string>()
      for (const [i, change] of changes.entries()) {
        // A SKU without an id is the one with these options, so that saying the same twice adds it once.
        const at = skus.findIndex((sku) =>
          change.id ? sku.id === change.id : sameOptions(sku.options, change.options ?? {}),
        )
        if (change.id && at < 0) throw NOT_FOUND(undefined, { field: `skus.${i}.id` })
        if (at >= 0 && named.has(skus[at]!.id)) throw invalid(`skus.${i}`, 'repeated_sku', namedTwice)
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
        named.add(next.id)
        const { onHand, expectedOnHand } = change
        if (onHand === undefined) {
          if (expectedOnHand !== undefined) throw invalid(`skus.${i}.onHand`, 'required', stockToSet)
          continue
        }
        if (at < 0 && !expectedOnHand) first.push({ skuId: next.id, onHand })
        else if (expectedOnHand === undefined) throw invalid(`skus.${i}.expectedOnHand`, 'required', stockAsRead)
        else counts.push({ skuId: next.id, onHand, expectedOnHand, field: `skus.${i}.onHand` })
      }
      const options = offered ?? (oldOptions.length > 0 || changes.length === 0 ? oldOptions : optionsFrom(skus))
      if (renames) checkLooks(options, offered ? 'options' : 'skus')
      const wrong = misfit(options, skus)
      if (wrong !== undefined) throw SKU_OPTIONS_INVALID(undefined, { field: `skus.${wrong}.options` })

      const { skus: _, ...kept } = old
      const told = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
      await tx.query(saveProduct({ ...kept, ...told, options, version: old.version + 1, updatedAt: runtime.now() }))
      if (added.length > 0) await tx.query(insertSkus(added))
      await lockSkus(tx, inLockOrder(skus.map((each) => each.id)))
      await tx.query(saveSkus(skus))
      await stock.receiveFirst(tx, first, memberOf(actor))
      await stock.count(tx, counts, memberOf(actor))
      const stored = (await findProducts(tx, [id]))[0]!
      await tx.emit(productChanged, announced(stored))
      return stored
    })

  return { create, importMany, update }
}

const priceNeeded = { ko: '새 옵션에는 가격이 필요합니다.', en: 'A new SKU needs a price.' }
const namedTwice = { ko: '같은 옵션이 두 번 들어 있습니다.', en: 'This SKU is named twice.' }
const stockToSet = {
  ko: '읽었을 때의 재고(expectedOnHand)만으로는 재고를 고칠 수 없습니다. 새 재고(onHand)도 함께 보내 주세요.',
  en: 'What the stock was (expectedOnHand) counts only together with what it is to be (onHand).',
}

const stockAsRead = {
  ko: '재고를 고치려면 읽었을 때의 재고(expectedOnHand)도 함께 보내 주세요.',
  en: 'To set the stock, send along what it was when you read it (expectedOnHand).',
}

const sameOptions = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean => {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
