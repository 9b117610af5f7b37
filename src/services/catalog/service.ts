import { z } from 'zod'
import { microBatcher } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { consumer, onMany, service, sweep } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { orderPaid } from '#services/order/contract.ts'
import { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'
import { catalog, type ProductDetail } from './contract.ts'
import { lister } from './product-view/listing.ts'
import { project, projectAvailability, projectCategories } from './product-view/projection.ts'
import { reanalyze } from './index/reanalysis.ts'
import { rebuild } from './index/rebuilding.ts'
import type { Answered, SearchedBy } from './search/engine.ts'
import { completionOf, otherKeyboard } from './search/search.ts'
import { wireSearch } from './search/search-wiring.ts'
import { derived, pathOf, type ProductView, type CategoryView } from './product-view/product-view.ts'
import {
  claimSales,
  countSales,
  findCategories,
  findProductViews,
  lockProducts,
  rank,
} from './product-view/product-view-store.ts'
import { catalogSettings } from './settings.ts'

const RANKED_AT_ONCE = 500
/** Unreadable events that a rebuild names in its answer; the log has all of them. */
const NAMED = 100
/** How long answers are kept ready; details are let go of when their product changes, which a process may be told of. */
const BRIEF = { fresh: 1_000, bound: 2_000 }
const SUBSCRIBED = { fresh: 5_000, bound: 10_000 }
/** Completions that are plenty, and how many milliseconds longer they are good. */
const PLENTY = 8
const PLENTY_KEPT = 20_000

const card = (shown: ProductView) => {
  const { price, soldOut } = derived(shown)
  const { productId: id, name, brand, imageUrls, categoryId, createdAt } = shown
  return {
    id,
    name,
    brand,
    price: price as ProductDetail['price'],
    imageUrl: imageUrls[0] ?? null,
    soldOut,
    categoryId,
    createdAt: instant(createdAt),
  }
}

const detail = (shown: ProductView, categories: ReadonlyMap<string, CategoryView>): ProductDetail => ({
  ...card(shown),
  description: shown.description,
  imageUrls: shown.imageUrls,
  categoryPath: pathOf(shown.categoryId, categories).map(({ id, name, nameEn }) => ({ id, name, nameEn })),
  options: shown.options,
  skus: shown.skus
    .filter((sku) => sku.status === 'ON_SALE')
    .map(({ skuId, options, price, soldOut }) => ({ id: skuId, options, price, soldOut })),
})

const shownCategory = z.object({
  id: z.string(),
  name: z.string(),
  nameEn: z.string(),
  parentId: z.string().nullable(),
  position: z.number(),
})

/** Works something out of an answer that is kept, once for as long as it is. */
const once = <A extends object, B>(work: (answer: A) => B): ((answer: A) => B) => {
  const done = new WeakMap<A, B>()
  return (answer) => {
    let found = done.get(answer)
    if (found === undefined) done.set(answer, (found = work(answer)))
    return found
  }
}
const byId = once((all: readonly CategoryView[]) => new Map(all.map((each) => [each.id, each])))
const listed = once((all: readonly CategoryView[]) =>
  Object.freeze({ items: all.map(({ position: _place, ...each }) => each) }),
)

export const catalogService = service(
  catalog,
  {
    consumes: { products: [productChanged, availabilityChanged, categoryChanged], sales: [orderPaid] },
    settings: catalogSettings,
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, history, cache, runtime, settings, log }) => {
    const tree = cache.staleWhileRevalidate({
      name: 'categories',
      shape: 1,
      schema: z.array(shownCategory),
      load: (_: string) => findCategories(db),
      max: 1,
      freshness: BRIEF,
      subscribed: SUBSCRIBED,
    })
    const categories = async (): Promise<ReadonlyMap<string, CategoryView>> => byId(await tree.get('all'))
    const { search, index, ...engine } = wireSearch({ db, runtime, settings, log })
    const list = lister(search, categories)
    const lists = cache.staleWhileRevalidate({
      name: 'lists',
      shape: 2,
      schema: catalog.operations.list.output,
      load: (key) => list(JSON.parse(key)),
      max: 1_000,
      freshness: BRIEF,
    })

    const details = microBatcher<string, ProductView | undefined>(
      { concurrency: 2, max: 256, name: 'catalog.detail' },
      async (ids) => {
        const found = await findProductViews(db, ids)
        return ids.map((id) => found.get(id))
      },
    )
    const products = cache.staleWhileRevalidate({
      name: 'products',
      shape: 1,
      schema: catalog.operations.get.output,
      load: async (id) => {
        const shown = await details.call(id)
        if (!shown || !derived(shown).listed) throw NOT_FOUND()
        return detail(shown, await categories())
      },
      max: 5_000,
      freshness: BRIEF,
      subscribed: SUBSCRIBED,
    })
    const forget = (tx: Tx, events: readonly { payload: { productId: string } }[]): void =>
      tx.committed(() => products.invalidate([...new Set(events.map(({ payload }) => payload.productId))]))

    const complete = async (typed: string, limit: number): Promise<Answered<string[]>> => {
      let by: SearchedBy = 'embedded'
      for (const reading of [typed, ...otherKeyboard(typed)]) {
        const completion = completionOf(reading)
        if (!completion) continue
        const answered = await search.complete(completion, limit)
        if (answered.found.length > 0) return answered
        by = answered.by
      }
      return { found: [], by }
    }
    const suggestions = cache.staleWhileRevalidate({
      name: 'suggestions',
      shape: 2,
      schema: catalog.operations.suggest.output,
      load: async (key) => {
        const [typed, limit] = JSON.parse(key) as [string, number]
        const { found, by } = await complete(typed, limit)
        return { items: found.map((text) => ({ text })), searchedBy: by }
      },
      max: 10_000,
      freshness: BRIEF,
      // Where there is plenty to choose from, newcomers are not among the best at once.
      longer: ({ items }) => (items.length >= PLENTY ? PLENTY_KEPT : 0),
    })

    return {
      operations: {
        list: (given) => lists.get(JSON.stringify(given)),
        get: ({ id }) => products.get(id),
        suggest: ({ q, limit }) => suggestions.get(JSON.stringify([q, limit])),
        categories: async () => listed(await tree.get('all')),
        rebuild: async () => {
          const { events, unreadable } = await rebuild(db, history)
          for (const each of unreadable) log.error(each, 'Skipped an unreadable event while rebuilding the read model')
          return { events, unreadable: unreadable.slice(0, NAMED) }
        },
        ...index,
      },
      consumers: [
        consumer('products', [
          onMany(productChanged, async (events, tx) => {
            await project(tx, events)
            forget(tx, events)
          }),
          onMany(availabilityChanged, async (events, tx) => {
            await projectAvailability(tx, events)
            forget(tx, events)
          }),
          onMany(categoryChanged, async (events, tx) => {
            await projectCategories(tx, events)
            tx.committed(() => tree.invalidate(['all']))
          }),
        ]),
        consumer('sales', [
          onMany(orderPaid, async (events, tx) => {
            const sold = new Map<string, number>()
            for (const { payload } of events)
              for (const { productId, quantity } of payload.lines)
                sold.set(productId, (sold.get(productId) ?? 0) + quantity)
            if (sold.size > 0) await tx.query(countSales([...sold]))
          }),
        ]),
      ],
      ...engine,
      sweeps: [
        ...(engine.sweeps ?? []),
        sweep('reanalysis', 10_000, () => reanalyze(db)),
        sweep('ranking', 5_000, () =>
          db.tx('catalog.rank', async (tx) => {
            const ids = await claimSales(tx, RANKED_AT_ONCE)
            if (ids.length > 0) await Promise.all([tx.query(lockProducts(ids)), tx.query(rank(ids))])
            // What sells all the time is ranked now and then, not all the time.
            return ids.length < RANKED_AT_ONCE ? 0 : ids.length
          }),
        ),
      ],
    }
  },
)
