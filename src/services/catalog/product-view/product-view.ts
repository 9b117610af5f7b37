import type { z } from 'zod'
import type { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'

export type ProductChanged = z.output<typeof productChanged.payload>
export type Availability = z.output<typeof availabilityChanged.payload>
export type CategoryChanged = z.output<typeof categoryChanged.payload>
export type ProductViewSku = ProductChanged['skus'][number]

/** A product as the window knows it: the last word about it, and the last word about each SKU's stock. */
export interface ProductView extends Omit<ProductChanged, 'createdAt'> {
  readonly createdAt: number
}

/** A category as the window knows it. */
export interface CategoryView {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly parentId: string | null
  readonly position: number
}

const later = (a: ProductViewSku, b: ProductViewSku | undefined): ProductViewSku =>
  b && b.flips > a.flips ? { ...a, soldOut: b.soldOut, flips: b.flips } : a

/** Takes in that a product changed. Older words than the last change nothing, but for a SKU's stock, which has a count of its own. */
export const withChange = (old: ProductView | undefined, { createdAt, ...told }: ProductChanged): ProductView => {
  const known = new Map(old?.skus.map((sku) => [sku.skuId, sku]))
  if (old && old.version >= told.version) {
    const given = new Map(told.skus.map((sku) => [sku.skuId, sku]))
    return { ...old, skus: old.skus.map((sku) => later(sku, given.get(sku.skuId))) }
  }
  return {
    ...told,
    createdAt: Date.parse(createdAt),
    skus: told.skus.map((sku) => later(sku, known.get(sku.skuId))),
  }
}

/** Takes in that a SKU sold out or came back, unless a later word of it is known. */
export const withAvailability = (old: ProductView, { skuId, soldOut, flips }: Availability): ProductView => ({
  ...old,
  skus: old.skus.map((sku) => (sku.skuId === skuId && flips > sku.flips ? { ...sku, soldOut, flips } : sku)),
})

/** What follows from a product's SKUs: whether it is shown, its lowest price, whether nothing of it can be bought. */
export const derived = ({ status, skus }: ProductView): { listed: boolean; price: number; soldOut: boolean } => {
  const onSale = skus.filter((sku) => sku.status === 'ON_SALE')
  return {
    listed: status === 'ON_SALE' && onSale.length > 0,
    price: onSale.length > 0 ? Math.min(...onSale.map((sku) => sku.price)) : 0,
    soldOut: onSale.every((sku) => sku.soldOut),
  }
}

/** A category and those above it, from the root down. */
export const pathOf = (id: string | null, all: ReadonlyMap<string, CategoryView>): CategoryView[] => {
  const path: CategoryView[] = []
  let at = id === null ? undefined : all.get(id)
  while (at && !path.includes(at)) {
    path.unshift(at)
    at = at.parentId === null ? undefined : all.get(at.parentId)
  }
  return path
}

/** A category and all below it. */
export const subtreeOf = (id: string, all: ReadonlyMap<string, CategoryView>): string[] =>
  [...all.keys()].filter((each) => pathOf(each, all).some((category) => category.id === id))
