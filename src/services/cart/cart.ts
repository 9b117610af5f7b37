import type { Actor } from '#kernel/context.ts'
import { looseSum, MAX_WON } from '#kernel/money.ts'
import { CART_FULL, type Cart } from './contract.ts'

/** Whose cart it is. */
export interface Owner {
  readonly kind: 'guest' | 'member'
  readonly id: string
}

/** One SKU in a cart. */
export interface Item {
  readonly skuId: string
  readonly quantity: number
  readonly addedAt: number
  readonly chosen: boolean
}

/** Kinds of SKU one may put into a cart. Signing in can bring more together; then nothing is lost, but nothing new goes in. */
export const MAX_KINDS = 100
/** Units of one SKU in a cart, as many as one order line may carry. Adding up two carts stops here. */
export const MAX_QUANTITY = 999
/** Days a guest's cart is kept after it was last changed. */
export const GUEST_DAYS = 30

/** The cart an actor shops with. */
export const ownerOf = (actor: Actor): Owner => {
  if (actor.kind === 'guest') return { kind: 'guest', id: actor.guestId }
  if (actor.kind === 'member' || actor.kind === 'staff') return { kind: 'member', id: actor.memberId }
  throw new TypeError(`An actor of kind ${actor.kind} has no cart`)
}

/** An owner as a key. Keys in order are owners in the order in which carts are locked: guests before members. */
export const keyOf = ({ kind, id }: Owner): string => `${kind}:${id}`

/** Owners in lock order, each once. */
export const inLockOrder = (owners: readonly Owner[]): Owner[] =>
  [...new Map(owners.map((each) => [keyOf(each), each])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, owner]) => owner)

/**
 * The cart's items with `skuId` set to `quantity`, and chosen or not if told, or CART_FULL. A SKU keeps its place when its
 * quantity changes.
 */
export const withItem = (
  items: readonly Item[],
  { skuId, quantity, chosen }: Pick<Item, 'skuId' | 'quantity'> & { readonly chosen?: boolean | undefined },
  now: number,
): { items: readonly Item[] } | { fault: ReturnType<typeof CART_FULL> } => {
  if (items.some((each) => each.skuId === skuId))
    return {
      items: items.map((each) => (each.skuId === skuId ? { ...each, quantity, chosen: chosen ?? each.chosen } : each)),
    }
  if (items.length >= MAX_KINDS) return { fault: CART_FULL() }
  return { items: [...items, { skuId, quantity, addedAt: now, chosen: chosen ?? true }] }
}

/** What `product` says of a SKU now. */
export interface Described extends Omit<Cart['items'][number], 'quantity' | 'amount' | 'available' | 'chosen'> {
  readonly available: number
}

/** A cart as its owner sees it: priced now, in the order things were put in. */
export const priced = (items: readonly Item[], described: ReadonlyMap<string, Described>): Cart => {
  const lines = items.flatMap(({ skuId, quantity, chosen }) => {
    const sku = described.get(skuId)
    if (!sku) return []
    const { available, ...known } = sku
    return {
      ...known,
      quantity,
      chosen,
      amount: sku.unitPrice * quantity,
      available: sku.onSale && available >= quantity,
    }
  })
  const buyable = lines.filter((each) => each.available)
  return {
    items: lines,
    amount: looseSum(buyable.map((each) => each.amount)),
    amountTooLarge: looseSum(buyable.map((each) => (each.chosen ? each.amount : 0))) > MAX_WON,
  }
}
