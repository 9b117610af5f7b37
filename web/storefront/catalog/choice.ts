import type { ProductDetail } from '#services/catalog/contract.ts'

type Sku = ProductDetail['skus'][number]

/** Option name → chosen value; an option not chosen yet is absent. */
export type Choice = Readonly<Record<string, string>>

/** The SKU with exactly these options; undefined while the choice is incomplete or names a combination that is not sold. */
export const skuOf = (product: Pick<ProductDetail, 'options' | 'skus'>, choice: Choice): Sku | undefined =>
  product.options.some((option) => choice[option.name] === undefined)
    ? undefined
    : product.skus.find((sku) => product.options.every((option) => sku.options[option.name] === choice[option.name]))

/** The first option that is not chosen yet. */
export const missingOption = (product: Pick<ProductDetail, 'options'>, choice: Choice): string | undefined =>
  product.options.find((option) => choice[option.name] === undefined)?.name

/** Whether a value leads to something that can be bought, given what is chosen of the options before it. */
export const sellable = (
  product: Pick<ProductDetail, 'options' | 'skus'>,
  choice: Choice,
  name: string,
  value: string,
): boolean => {
  const before = product.options.slice(
    0,
    product.options.findIndex((option) => option.name === name),
  )
  return product.skus.some(
    (sku) =>
      !sku.soldOut &&
      sku.options[name] === value &&
      before.every((option) => choice[option.name] === undefined || sku.options[option.name] === choice[option.name]),
  )
}

/** What is chosen before anybody chose: options with one value only. */
export const forcedChoice = (product: Pick<ProductDetail, 'options'>): Choice =>
  Object.fromEntries(product.options.flatMap(({ name, values }) => (values.length === 1 ? [[name, values[0]!]] : [])))
