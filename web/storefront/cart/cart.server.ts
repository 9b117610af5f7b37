import { wholeNumberOf } from '#kernel/input/decimal.ts'
import type { Cart } from '#services/cart/contract.ts'
import type { Visit } from '../../shared/server/page.server.ts'
import { isOpen, type HeldUnits } from '../checkout/unpaid.server.ts'

type Item = Cart['items'][number]

/** Whether an item can be ordered: there is enough of it, or an open order of its owner's holds some, to be changed. */
export const isOrderable = (item: Item, held: ReadonlyMap<string, HeldUnits>): boolean => {
  const mine = held.get(item.skuId)
  return item.available || (mine !== undefined && isOpen(mine))
}

/** The quantities a form asks for, where they differ from those it was filled with. */
const askedQuantities = (form: FormData): { skuId: string; quantity: number }[] =>
  [...form].flatMap(([name, value]) => {
    if (!name.startsWith('quantity.') || typeof value !== 'string') return []
    const skuId = name.slice('quantity.'.length)
    return value === form.get(`was.${skuId}`) ? [] : [{ skuId, quantity: wholeNumberOf(value.trim()) ?? 0 }]
  })

/**
 * Makes the cart what a form says: `quantity.SKU` where it differs from `was.SKU`, and of each SKU named as `line` whether
 * it is among the `chosen`. What has left the cart meanwhile is not put in again.
 */
export const applyCart = async ({ shop }: Pick<Visit, 'shop'>, form: FormData): Promise<void> => {
  const inCart = new Map((await shop.cart.get({})).items.map((item) => [item.skuId, item]))
  const quantities = askedQuantities(form).filter(({ skuId, quantity }) => {
    const item = inCart.get(skuId)
    return item !== undefined && item.quantity !== quantity
  })
  const wanted = new Set(form.getAll('chosen'))
  const choice = form.getAll('line').flatMap((skuId) => {
    const item = typeof skuId === 'string' ? inCart.get(skuId) : undefined
    return item && item.chosen !== wanted.has(item.skuId) ? [{ skuId: item.skuId, chosen: wanted.has(item.skuId) }] : []
  })
  if (choice.length > 0) await shop.cart.choose({ items: choice })
  await Promise.all(quantities.map((each) => shop.cart.putItem(each)))
}
