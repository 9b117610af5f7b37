import { derivedId } from '#kernel/ids.ts'
import type { Client, InputOf } from '#kernel/contract.ts'
import type { product } from '#services/product/contract.ts'
import { sampleCategories } from './categories.ts'
import { sampleProducts, type SampleProduct } from './products.ts'

type Imported = InputOf<(typeof product)['operations']['importMany']>['products'][number]

const BATCH = 200

/** A product under ids that follow from its key, so that loading it again finds it. */
const toImport = ({ key, art: _, skus, ...rest }: SampleProduct): Imported => ({
  id: derivedId('sample-product', key),
  ...rest,
  skus: skus.map((sku, index) => ({ id: derivedId('sample-sku', key, String(index)), ...sku })),
})

export interface Seeded {
  readonly categories: number
  /** Products put on sale by this run. */
  readonly made: number
  /** Products an earlier run had put on sale; they stay as they are, whatever has been changed or sold since. */
  readonly known: number
}

/**
 * Loads the sample catalogue through the product contract. Ids follow from keys, so a run that was cut off, at any
 * point, is simply run again: nothing is made twice, nothing that has changed since is set back. `progress` is told
 * after each batch how many of how many products are in. Products are sent in the order of their ids, so that a list
 * of the newest shows all kinds of goods.
 */
export const seedSampleCatalogue = async (
  client: Pick<Client<typeof product>, 'importCategories' | 'importMany'>,
  progress: (done: number, all: number) => void = () => {},
): Promise<Seeded> => {
  await client.importCategories({ categories: [...sampleCategories] })
  const products = [...sampleProducts()].map(toImport).sort((a, b) => (a.id < b.id ? -1 : 1))
  let made = 0
  let known = 0
  for (let from = 0; from < products.length; from += BATCH) {
    const batch = products.slice(from, from + BATCH)
    const answer = await client.importMany({ products: batch })
    made += answer.made
    known += answer.known
    progress(from + batch.length, products.length)
  }
  return { categories: sampleCategories.length, made, known }
}
