import { truncate } from '#kernel/text.ts'
import { wholeNumberOf } from '#kernel/input/decimal.ts'

/** The orders a list can be in. */
export const sorts = ['relevance', 'popular', 'newest', 'price-asc', 'price-desc'] as const
export type Sort = (typeof sorts)[number]

/** What a list of products is narrowed to, as its address says. */
export interface ListQuery {
  readonly q?: string
  readonly category?: string
  readonly minPrice?: number
  readonly maxPrice?: number
  readonly inStock?: boolean
  readonly sort: Sort
  readonly cursor?: string
}

/** Won as people type them: with commas and spaces, or full-width digits. */
const amount = (given: string | null): number | undefined => {
  const value = wholeNumberOf(given?.normalize('NFKC').replace(/[,\s]/g, ''))
  return value !== undefined && value >= 0 && value <= 1e11 ? value : undefined
}

/** Reads a list's address; what makes no sense there is left out rather than refused, because addresses are typed and shared. */
export const readQuery = (search: URLSearchParams): ListQuery => {
  const q = truncate(search.get('q')?.trim().normalize('NFC') ?? '', 100).trim()
  const category = search.get('category')
  const minPrice = amount(search.get('minPrice'))
  const maxPrice = amount(search.get('maxPrice'))
  const cursor = search.get('cursor')
  const asked = sorts.find((each) => each === search.get('sort'))
  const sort = asked === 'relevance' && !q ? undefined : asked
  return {
    ...(q && { q }),
    ...(category && category.length <= 60 && { category }),
    ...(minPrice !== undefined && { minPrice }),
    ...(maxPrice !== undefined && { maxPrice }),
    ...(search.get('inStock') === 'true' && { inStock: true }),
    ...(cursor && cursor.length <= 300 && { cursor }),
    sort: sort ?? (q ? 'relevance' : 'popular'),
  }
}

/** Whether a list is in the order it has when nobody chose one. */
export const isUsualSort = (query: Pick<ListQuery, 'q' | 'sort'>): boolean =>
  query.sort === (query.q ? 'relevance' : 'popular')

/** A list's address with some of it changed; paging starts anew. */
export const addressOf = (
  query: ListQuery,
  changes: { readonly [K in keyof ListQuery]?: ListQuery[K] | undefined } = {},
): string => {
  const { cursor, ...rest } = { ...query, cursor: undefined, ...changes }
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined && value !== '') search.set(name, String(value))
  if (!changes.sort && isUsualSort(query)) search.delete('sort')
  if (cursor) search.set('cursor', cursor)
  const text = search.toString()
  return text ? `/products?${text}` : '/products'
}
