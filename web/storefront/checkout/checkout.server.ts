import { createHash } from 'node:crypto'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { truncate } from '#kernel/text.ts'
import type { ShippingAddress } from '#services/member/contract.ts'
import type { Order } from '#services/order/contract.ts'
import { isOrderable } from '../cart/cart.server.ts'
import type { Visit } from '../../shared/server/page.server.ts'
import { problemOf } from '../../shared/server/problem.server.ts'
import { amountIn, heldUnits } from './unpaid.server.ts'

/** A line of an order about to be placed, as it is shown before. */
export interface CheckoutLine {
  readonly skuId: string
  readonly quantity: number
  readonly productName: string
  readonly imageUrl: string | null
  readonly options: Readonly<Record<string, string>>
  readonly unitPrice: number
  readonly amount: number
  /** Whether there is enough of it besides what the buyer's own unpaid orders hold. */
  readonly available: boolean
}

/** Something chosen that is not ordered: there is too little of it, it is no longer sold, or its order goes on without it. */
export interface LeftOut {
  readonly skuId: string
  readonly productName: string
  readonly options: Readonly<Record<string, string>>
  readonly why: 'short' | 'stopped' | 'dropped'
}

/** What is to be ordered, and what of it cannot be. */
export interface ToOrder {
  readonly lines: readonly CheckoutLine[]
  readonly leftOut: readonly LeftOut[]
  /** All SKUs the reader decided on, ordered or not. */
  readonly decided: ReadonlySet<string>
}

/** The lines of an order as they would be ordered again: one for each SKU, whatever its units cost. */
const linesOf = (order: Order): CheckoutLine[] => {
  const lines = new Map<string, CheckoutLine>()
  for (const line of order.lines) {
    const { quantity, amount } = lines.get(line.skuId) ?? { quantity: 0, amount: 0 }
    lines.set(line.skuId, {
      ...line,
      quantity: quantity + line.quantity,
      amount: amount + line.amount,
      available: false,
    })
  }
  return [...lines.values()]
}

const fromCart = async ({ shop }: Pick<Visit, 'shop'>, unpaid: readonly Order[]): Promise<ToOrder> => {
  const { items } = await shop.cart.get({})
  const held = heldUnits(unpaid)
  const chosen = items.filter((item) => item.chosen)
  return {
    lines: chosen.filter((item) => isOrderable(item, held)),
    leftOut: chosen
      .filter((item) => !isOrderable(item, held))
      .map((item) => ({ ...item, why: item.onSale ? 'short' : 'stopped' })),
    decided: new Set(items.map((item) => item.skuId)),
  }
}

const isMissing = (error: unknown): boolean => problemOf(error, 'ko')?.code === 'NOT_FOUND'

const fromAddress = async (
  { shop, url }: Pick<Visit, 'shop' | 'url'>,
  productId: string,
  unpaid: readonly Order[],
): Promise<ToOrder> => {
  const skuId = url.searchParams.get('sku') ?? ''
  const quantity = wholeNumberOf(url.searchParams.get('quantity')) ?? 0
  const decided = new Set([skuId])
  if (!(quantity >= 1 && quantity <= 999)) return { lines: [], leftOut: [], decided }
  // What has left the window since may still be held by an order of the reader's.
  const product = await shop.catalog.get({ id: productId }).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  const sku = product?.skus.find((each) => each.id === skuId)
  const held = unpaid.flatMap(linesOf).find((line) => line.skuId === skuId)
  if (held && (!product || !sku || sku.soldOut)) {
    const unitPrice = sku?.price ?? held.unitPrice
    return { lines: [{ ...held, quantity, unitPrice, amount: unitPrice * quantity }], leftOut: [], decided }
  }
  if (!product || !sku) return { lines: [], leftOut: [], decided }
  const line = { skuId, productName: product.name, imageUrl: product.imageUrl, options: sku.options }
  if (sku.soldOut) return { lines: [], leftOut: [{ ...line, why: 'short' }], decided }
  const unitPrice = sku.price
  return {
    lines: [{ ...line, quantity, unitPrice, amount: unitPrice * quantity, available: true }],
    leftOut: [],
    decided,
  }
}

/** What is to be ordered: the one thing named in the address, or whatever is chosen in the cart. */
export const toOrder = (visit: Pick<Visit, 'shop' | 'url'>, unpaid: readonly Order[]): Promise<ToOrder> => {
  const productId = visit.url.searchParams.get('product')
  return productId ? fromAddress(visit, productId, unpaid) : fromCart(visit, unpaid)
}

/**
 * The same as a change of an unpaid order: what it holds keeps its price, and what the reader has not decided on, because
 * it came into the order otherwise, stays in it. What it will no longer contain is named.
 */
export const asChangeOf = (order: Order, { lines, leftOut, decided }: ToOrder): ToOrder => {
  const wanted = new Set([...lines, ...leftOut].map((line) => line.skuId))
  const others = linesOf(order).filter((line) => !wanted.has(line.skuId))
  return {
    lines: [
      ...lines.map((line) => ({ ...line, amount: amountIn(order, line.skuId, line.quantity, line.unitPrice) })),
      ...others.filter((line) => !decided.has(line.skuId)),
    ],
    leftOut: [
      ...leftOut,
      ...others.filter((line) => decided.has(line.skuId)).map((line) => ({ ...line, why: 'dropped' as const })),
    ],
    decided,
  }
}

/** An item of a checkout form, with the amount its reader saw. */
export interface SeenItem {
  readonly skuId: string
  readonly quantity: number
  readonly amount: number
}

/** The items a checkout form carries as `item.SKU` = `quantity:amount`: what its reader saw, whatever happened since. */
export const seenItems = (form: FormData): readonly SeenItem[] =>
  [...form].flatMap(([name, value]) => {
    const skuId = name.startsWith('item.') ? name.slice('item.'.length) : ''
    if (!skuId || typeof value !== 'string') return []
    const [quantity = '', amount = ''] = value.split(':')
    const count = (given: string): number => Math.max(0, wholeNumberOf(given) ?? 0)
    return [{ skuId, quantity: count(quantity), amount: count(amount) }]
  })

const addressFacts = (address: ShippingAddress): string =>
  JSON.stringify([
    address.recipient,
    address.phone.replace(/\D/g, ''),
    address.postcode,
    address.address1,
    address.address2 ?? '',
    address.memo ?? '',
  ])

/** Whether two addresses are the same place and person. */
export const sameAddress = (one: ShippingAddress, other: ShippingAddress): boolean =>
  addressFacts(one) === addressFacts(other)

/** Whether an unpaid order is for these very items. */
export const sameItems = (order: Order, items: readonly Omit<SeenItem, 'amount'>[]): boolean => {
  const units = new Map<string, number>()
  for (const { skuId, quantity } of order.lines) units.set(skuId, (units.get(skuId) ?? 0) + quantity)
  return units.size === items.length && items.every((each) => units.get(each.skuId) === each.quantity)
}

/**
 * The idempotency key of an order: the key of the page it was placed from, and what was asked. Pressing twice finds the
 * first order; mending the address and pressing again is another order.
 */
export const orderKey = (pageKey: string, asked: unknown): string =>
  `web-${truncate(pageKey, 64)}-${createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 22)}`
