import type { Locale } from '#kernel/fault.ts'

/** A category as the catalogue lists it. */
export interface Category {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly parentId: string | null
}

/** A category's name in a language. */
export const nameOf = (category: Pick<Category, 'name' | 'nameEn'>, locale: Locale): string =>
  locale === 'en' ? category.nameEn : category.name

/** The categories directly below another; the top ones below null. */
export const below = (categories: readonly Category[], parentId: string | null): readonly Category[] =>
  categories.filter((each) => each.parentId === parentId)

/** The way from the top to a category, itself included; empty for an unknown one. */
export const pathTo = (categories: readonly Category[], id: string | undefined): readonly Category[] => {
  const path: Category[] = []
  for (let at = categories.find((each) => each.id === id); at && path.length < 10;) {
    path.unshift(at)
    const parentId = at.parentId
    at = categories.find((each) => each.id === parentId)
  }
  return path
}
