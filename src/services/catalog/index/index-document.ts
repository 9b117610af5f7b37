import { fold } from '../search/fold.ts'
import { compact, initials } from '../search/hangul.ts'
import type { Indexed } from './index-store.ts'
import type { CardRow } from '../product-view/list-store.ts'
import { categoryTerms, productTerms, searchedFields } from '../search/search-terms.ts'
import { textOf, type OwnedTerm } from '../search/search.ts'
import { derived, type CategoryView } from '../product-view/product-view.ts'

/** Where a name begins and ends among its letters. Compact text holds no signs. */
export const OPENS = '^'
export const ENDS = '$'

/** A product as the index stores it for lists; `score` comes of the search. */
export type StoredCard = Omit<CardRow, 'score'>

/** Letters one by one, as a phrase is looked for among them. */
const spaced = (text: string): string => [...text].join(' ')

const termOf = ({ text, key, initials: opening, rest, opens, weight }: OwnedTerm) => ({
  text,
  key,
  initials: opening,
  rest,
  opens: opens ? 1 : 0,
  weight,
  length: [...text].length,
})

/** A product as it is indexed. */
export const productDocument = (product: Indexed, categories: ReadonlyMap<string, CategoryView>) => {
  const { productId: id, name, brand, categoryId, createdAt, popularity, imageUrls } = product
  const { listed, price, soldOut } = derived(product)
  const card: StoredCard = {
    id,
    name,
    brand,
    price,
    imageUrl: imageUrls[0] ?? null,
    soldOut,
    categoryId,
    createdAt,
    popularity,
  }
  const fields = searchedFields(product, categories)
  const lines = fields.map(compact).filter(Boolean)
  const named = `${OPENS}${compact(name)}${ENDS}`
  return {
    id,
    listed,
    category: categoryId,
    price,
    soldOut,
    popularity,
    createdAt,
    card,
    nameLetters: spaced(named),
    nameInitials: spaced(initials(named)),
    letters: lines.map(spaced),
    initials: lines.map((line) => spaced(initials(line))),
    sounds: textOf(fields).sounds,
    words: fields.map(fold),
    terms: productTerms(product, popularity).map(termOf),
  }
}

/** A category as it is indexed: it has completions and is in no list. */
export const categoryDocument = (category: CategoryView) => ({
  id: category.id,
  listed: false,
  terms: categoryTerms(category).map(termOf),
})

/** What stays of something that is gone: a later word than any earlier one that may still be under way. */
export const goneDocument = (id: string) => ({ id, listed: false })
