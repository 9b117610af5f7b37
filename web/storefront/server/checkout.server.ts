import { createHash } from 'node:crypto'
import { truncate } from '#kernel/text.ts'
import { wholeNumberOf } from '#kernel/decimal.ts'
import type { Visit } from './page.server.ts'

/** A line of an order about to be placed, as it is shown before. */
interface CheckoutLine {
  readonly skuId: string
  readonly quantity: number
  readonly productName: string
  readonly imageUrl: string | null
  readonly options: Readonly<Record<string, string>>
  readonly amount: number
}

/** What is to be ordered: the one thing named in the address, or whatever in the cart can be bought. */
export const linesToOrder = async ({ shop, url }: Pick<Visit, 'shop' | 'url'>): Promise<readonly CheckoutLine[]> => {
  const productId = url.searchParams.get('product')
  if (!productId) return (await shop.cart.get({})).items.filter((item) => item.available)
  const product = await shop.catalog.get({ id: productId })
  const sku = product.skus.find((each) => each.id === url.searchParams.get('sku'))
  const asked = wholeNumberOf(url.searchParams.get('quantity')) ?? 0
  if (!sku || sku.soldOut || !(asked >= 1 && asked <= 999)) return []
  const { name: productName, imageUrl } = product
  return [{ skuId: sku.id, quantity: asked, productName, imageUrl, options: sku.options, amount: sku.price * asked }]
}

/** The items a checkout form carries: what its reader saw, whatever happened to the cart since. */
export const seenItems = (form: FormData): { skuId: string; quantity: number }[] =>
  form.getAll('item').flatMap((each) => {
    const [skuId = '', quantity = ''] = typeof each === 'string' ? each.split(':') : []
    return skuId ? [{ skuId, quantity: wholeNumberOf(quantity) ?? 0 }] : []
  })

/**
 * The idempotency key of an order: the key of the page it was placed from, and what was asked. Pressing twice finds the
 * first order; mending the address and pressing again is another order.
 */
export const orderKey = (pageKey: string, asked: unknown): string =>
  `web-${truncate(pageKey, 64)}-${createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 22)}`
