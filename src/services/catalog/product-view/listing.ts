import { z } from 'zod'
import type { OutputOf } from '#kernel/contract.ts'
import { instant } from '#kernel/contract.ts'
import { cursorOf, placeOf } from '#kernel/input/cursor.ts'
import type { catalog } from '../contract.ts'
import type { CatalogSearch, SearchedBy } from '../search/engine.ts'
import type { CardRow, Filter, Sort } from './list-store.ts'
import { readingsOf } from '../search/search.ts'
import { subtreeOf, type CategoryView } from './product-view.ts'

type List = (typeof catalog.operations)['list']
type Given = z.output<List['input']>
type Page = OutputOf<List>

const whole = z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER)
/** Sort, which reading of the words was used, and the last product's place. */
const place = z.tuple([
  z.string(),
  z.number().int().min(0).max(3),
  z.uuid(),
  z.number().int().min(-8.64e15).max(8.64e15),
  whole,
  whole,
  z.number().int().min(0).max(100),
])

const cardOf = ({ popularity: _, score: __, createdAt, ...row }: CardRow): Page['items'][number] => ({
  ...row,
  price: row.price as Page['items'][number]['price'],
  createdAt: instant(createdAt),
})

/** Lists products: filtered, sorted, page by page. A search that finds nothing is read in another way. */
export const lister =
  (engine: CatalogSearch, categories: () => Promise<ReadonlyMap<string, CategoryView>>) =>
  async (given: Given): Promise<Page> => {
    const { cursor, limit, q, category, minPrice, maxPrice, inStock } = given
    const readings = q ? readingsOf(q) : [undefined]
    const wanted = given.sort ?? (q ? 'relevance' : 'newest')
    const sort: Sort = wanted === 'relevance' && !q ? 'popular' : wanted
    const known = placeOf(
      cursor,
      place.refine(([by, reading]) => by === sort && reading < readings.length),
    )
    const filter: Omit<Filter, 'search'> = {
      categories: category === undefined ? undefined : subtreeOf(category, await categories()),
      minPrice,
      maxPrice,
      inStock: inStock ?? false,
    }

    let searchedBy: SearchedBy = 'embedded'
    for (let reading = known?.[1] ?? 0; reading < readings.length; reading++) {
      const search = readings[reading]
      const from = known && {
        id: known[2],
        createdAt: known[3],
        popularity: known[4],
        price: known[5],
        score: known[6],
      }
      const { found: rows, by } = await engine.find({ ...filter, search }, sort, from, limit + 1)
      searchedBy = by
      if (rows.length === 0 && !known) continue
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      const nextCursor =
        rows.length > limit && last
          ? cursorOf([sort, reading, last.id, last.createdAt, last.popularity, last.price, last.score])
          : null
      return { items: items.map(cardOf), nextCursor, searchedBy }
    }
    return { items: [], nextCursor: null, searchedBy }
  }
