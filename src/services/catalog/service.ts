import { lanes } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import { NOT_FOUND } from '#kernel/faults.ts'
import { consumer, onMany, service, sweep } from '#kernel/service.ts'
import { orderPaid } from '#services/order/contract.ts'
import { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'
import { catalog, type ProductDetail } from './contract.ts'
import { lister } from './listing.ts'
import { project, projectAvailability, projectCategories } from './projecting.ts'
import { ready } from './ready.ts'
import { findCompletions } from './list-store.ts'
import { rebuild } from './rebuilding.ts'
import { completionOf, otherKeyboard } from './search.ts'
import { derived, pathOf, type Shown, type ShownCategory } from './window.ts'
import { claimSales, countSales, findCategories, findShown, lockProducts, rank } from './window-store.ts'

/** Milliseconds an answer is kept ready: the longest a page may lag behind in a process that was not told. */
const KEPT = 1_000
/** Milliseconds after which a change that was taken in is surely committed. */
const COMMITTED = 50
const RANKED_AT_ONCE = 500
/** Completions that are plenty, and how many milliseconds longer they are good. */
const PLENTY = 8
const PLENTY_KEPT = 20_000

const card = (shown: Shown) => {
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

const detail = (shown: Shown, categories: ReadonlyMap<string, ShownCategory>): ProductDetail => ({
  ...card(shown),
  description: shown.description,
  imageUrls: shown.imageUrls,
  categoryPath: pathOf(shown.categoryId, categories).map(({ id, name, nameEn }) => ({ id, name, nameEn })),
  options: shown.options,
  skus: shown.skus
    .filter((sku) => sku.status === 'ON_SALE')
    .map(({ skuId, options, price, soldOut }) => ({ id: skuId, options, price, soldOut })),
})

export const catalogService = service(
  catalog,
  { migrations: new URL('./migrations/', import.meta.url) },
  ({ db, history, runtime }) => {
    const { now } = runtime
    const tree = ready(async (_: 'all') => new Map((await findCategories(db)).map((each) => [each.id, each])), {
      max: 1,
      ms: KEPT,
      now,
    })
    const categoryList = ready(
      async (_: 'all') => ({
        items: [...(await tree.get('all')).values()].map(({ position: _place, ...each }) => each),
      }),
      { max: 1, ms: KEPT, now },
    )
    const list = lister(db, () => tree.get('all'))
    const lists = ready((key: string) => list(JSON.parse(key)), { max: 1_000, ms: KEPT, now })

    const details = lanes<string, Shown | undefined>({ lanes: 2, max: 256, name: 'catalog.detail' }, async (ids) => {
      const found = await findShown(db, ids)
      return ids.map((id) => found.get(id))
    })
    const products = ready(
      async (id: string) => {
        const shown = await details.call(id)
        if (!shown || !derived(shown).listed) throw NOT_FOUND()
        return detail(shown, await tree.get('all'))
      },
      { max: 5_000, ms: KEPT, now },
    )
    /** Lets go of answers made before a change, when it is taken in and again once it is surely committed. */
    const forget = (ids: readonly string[]): void => {
      ids.forEach(products.forget)
      void runtime.sleep(COMMITTED).then(() => ids.forEach(products.forget))
    }

    const complete = async (typed: string, limit: number): Promise<string[]> => {
      for (const reading of [typed, ...otherKeyboard(typed)]) {
        const completion = completionOf(reading)
        const found = completion ? await findCompletions(db, completion, limit) : []
        if (found.length > 0) return found
      }
      return []
    }
    const suggestions = ready(
      async (key: string) => {
        const [typed, limit] = JSON.parse(key) as [string, number]
        return { items: (await complete(typed, limit)).map((text) => ({ text })) }
      },
      {
        max: 10_000,
        ms: KEPT,
        now,
        // Where there is plenty to choose from, newcomers are not among the best at once.
        longer: ({ items }) => (items.length >= PLENTY ? PLENTY_KEPT : 0),
      },
    )

    return {
      operations: {
        list: (given) => lists.get(JSON.stringify(given)),
        get: ({ id }) => products.get(id),
        suggest: ({ q, limit }) => suggestions.get(JSON.stringify([q, limit])),
        categories: () => categoryList.get('all'),
        rebuild: async () => ({ events: await rebuild(db, history) }),
      },
      consumers: [
        consumer('products', [
          onMany(productChanged, async (events, tx) => {
            await project(tx, events)
            forget(events.map(({ payload }) => payload.productId))
          }),
          onMany(availabilityChanged, async (events, tx) => {
            await projectAvailability(tx, events)
            forget(events.map(({ payload }) => payload.productId))
          }),
          onMany(categoryChanged, (events, tx) => projectCategories(tx, events)),
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
      sweeps: [
        sweep('ranking', 5_000, () =>
          db.tx('catalog.rank', async (tx) => {
            const ids = await claimSales(tx, RANKED_AT_ONCE)
            if (ids.length > 0) await Promise.all([tx.query(lockProducts(ids)), tx.query(rank(ids))])
            return ids.length
          }),
        ),
      ],
    }
  },
)
