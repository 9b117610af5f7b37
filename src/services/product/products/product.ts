import type { z } from 'zod'
import { instant } from '#kernel/contract.ts'
import { lookKey, tidied } from '#kernel/text/one-line.ts'
import type { Product, productChanged } from '../contract.ts'

export type Options = Product['options']
export type SkuOptions = Readonly<Record<string, string>>

/** A SKU as it is kept. */
export interface Sku {
  readonly id: string
  readonly options: SkuOptions
  readonly price: number
  readonly status: 'ON_SALE' | 'STOPPED'
  readonly onHand: number
  readonly reserved: number
  readonly flips: number
}

/** A product as it is kept, with its SKUs in the order they are shown; instants are epoch milliseconds. */
export interface Kept extends Omit<Product, 'imageUrls' | 'skus' | 'createdAt' | 'updatedAt'> {
  readonly imageUrls: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly skus: readonly Sku[]
}

/** Options of one product, and values of one option. */
export const MAX_OPTIONS = 5
export const MAX_VALUES = 50

/** The choices SKUs make, where nobody listed what the product offers: names and values in order of appearance. */
export const optionsFrom = (skus: readonly { readonly options: SkuOptions }[]): Options => {
  const values = new Map<string, Set<string>>()
  for (const { options } of skus)
    for (const [name, value] of Object.entries(options)) {
      const known = values.get(name) ?? new Set()
      values.set(name, known.add(value))
    }
  return [...values].map(([name, chosen]) => ({ name, values: [...chosen] }))
}

/** The choices a product offers: those whose values nobody listed have the values its SKUs choose. */
export const completed = (offered: Options, skus: readonly { readonly options: SkuOptions }[]): Options => {
  if (offered.length === 0) return optionsFrom(skus)
  const chosen = new Map(optionsFrom(skus).map(({ name, values }) => [name, values]))
  return offered.map(({ name, values }) => ({ name, values: values.length > 0 ? values : (chosen.get(name) ?? []) }))
}

const choiceOf = (options: Options, sku: SkuOptions): string =>
  JSON.stringify(options.map((option) => sku[option.name] ?? null))

/**
 * The first SKU, by place, whose options do not fit the product: each must choose one listed value of every option and
 * nothing else, and no two SKUs may choose the same. Undefined when all fit.
 */
export const misfit = (options: Options, skus: readonly { readonly options: SkuOptions }[]): number | undefined => {
  const tooMany = options.length > MAX_OPTIONS || options.some((each) => each.values.length > MAX_VALUES)
  if (tooMany || new Set(options.map((each) => each.name)).size < options.length) return 0
  const seen = new Set<string>()
  for (const [i, sku] of skus.entries()) {
    const chosen = choiceOf(options, sku.options)
    const fits =
      Object.keys(sku.options).length === options.length &&
      options.every((option) => option.values.includes(sku.options[option.name] ?? ''))
    if (!fits || seen.has(chosen)) return i
    seen.add(chosen)
  }
  return undefined
}

/** Two texts that look like one. */
export interface LookAlike {
  readonly one: string
  readonly other: string
}

const alikeIn = (texts: readonly string[]): LookAlike | undefined => {
  const seen = new Map<string, string>()
  for (const other of texts) {
    const key = lookKey(other)
    const one = seen.get(key)
    if (one !== undefined) return { one, other }
    seen.set(key, other)
  }
  return undefined
}

/** The first two options of a product, or values of one option, that a buyer could not tell apart. */
export const lookAlikes = (options: Options): LookAlike | undefined =>
  alikeIn(options.map((each) => each.name)) ?? options.map((each) => alikeIn(each.values)).find(Boolean)

/** Options stored before names were put into one form, in that form: what staff send is compared with them. */
export const tidiedOptions = (options: Options): Options =>
  options.map(({ name, values }) => ({ name: tidied(name), values: [...new Set(values.map(tidied))] }))

/** A SKU's options in the form that `tidiedOptions` has. */
export const tidiedChoice = (options: SkuOptions): SkuOptions =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [tidied(name), tidied(value)]))

/** A product as staff see it. */
export const toView = ({ createdAt, updatedAt, skus, imageUrls, ...kept }: Kept): Product => ({
  ...kept,
  imageUrls: [...imageUrls],
  skus: skus.map(({ flips: _, options, ...sku }) => ({ ...sku, price: sku.price as never, options: { ...options } })),
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
})

/** A product as the world is told of it. */
export const announced = ({
  id,
  imageUrls,
  skus,
  createdAt,
  updatedAt: _,
  ...kept
}: Kept): z.input<typeof productChanged.payload> => ({
  productId: id,
  ...kept,
  imageUrls: [...imageUrls],
  skus: skus.map(({ id, options, price, onHand, reserved, flips, status }) => ({
    skuId: id,
    options: { ...options },
    price,
    soldOut: onHand <= reserved,
    flips,
    status,
  })),
  createdAt: instant(createdAt),
})
