import { termsOf, textOf, type OwnedTerm, type SearchText } from './search.ts'
import { pathOf, type ProductView, type CategoryView } from '../product-view/product-view.ts'

/** A category is what one most likely means by its name: it stands before every product. */
const CATEGORY_WEIGHT = 1_000_000_000

/** Whose completions a category's are. A product's are under its id. */
export const categoryOwner = (id: string): string => `category:${id}`

/** The completions that lead to a category. */
export const categoryTerms = ({ id, name }: CategoryView): OwnedTerm[] =>
  termsOf(name).map((term) => ({ ...term, owner: categoryOwner(id), weight: CATEGORY_WEIGHT }))

/** The completions that lead to a product which has sold so much; none when it is not on sale. */
export const productTerms = ({ productId, name, brand, status }: ProductView, weight: number): OwnedTerm[] =>
  status !== 'ON_SALE'
    ? []
    : [name, ...(brand && brand !== name ? [brand] : [])]
        .flatMap(termsOf)
        .map((term) => ({ ...term, owner: productId, weight }))

/** The texts a product is found by: its name, its brand, its way down the categories, the values of its options. */
export const searchedFields = (
  shown: ProductView,
  categories: ReadonlyMap<string, CategoryView>,
): [name: string, brand: string, ...more: string[]] => [
  shown.name,
  shown.brand ?? '',
  ...pathOf(shown.categoryId, categories).flatMap((each) => [each.name, each.nameEn]),
  ...shown.options.flatMap((option) => option.values),
]

/** What is searched of a product. */
export const searchText = (
  shown: ProductView,
  categories: ReadonlyMap<string, CategoryView>,
): SearchText & { readonly productId: string } => ({
  productId: shown.productId,
  ...textOf(searchedFields(shown, categories)),
})
