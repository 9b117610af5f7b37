import type { Order } from '#services/order/contract.ts'
import type { Visit } from '../../shared/server/page.server.ts'

/** Unpaid orders looked at: nobody has more of them under way within the minutes they can be paid in. */
const AT_MOST = 50

/** Units of one SKU an unpaid order holds, and until when. */
export interface HeldUnits {
  readonly quantity: number
  readonly orderId: string
  readonly status: Order['status']
  readonly payBefore: string
}

/** States in which an order holds stock and is not paid. */
const UNPAID = 'PENDING_PAYMENT,PAYING,AWAITING_DEPOSIT'

/** Whether an unpaid order can still be paid in any way, and changed: no payment of it has begun. */
export const isOpen = ({ status }: Pick<Order, 'status'>): boolean => status === 'PENDING_PAYMENT'

/** The viewer's orders that hold stock and are not paid, newest first. Of those that are open only what can still be paid. */
export const unpaidOrders = async ({ page, shop }: Pick<Visit, 'page' | 'shop'>): Promise<readonly Order[]> => {
  if (page.viewer.kind !== 'member') return []
  const { items } = await shop.order.list({ status: UNPAID, limit: AT_MOST })
  return items.filter((each) => !isOpen(each) || Date.parse(each.payBefore) > page.now())
}

/** What unpaid orders hold, by SKU; of several orders the newest counts, one that is open before others. */
export const heldUnits = (orders: readonly Order[]): ReadonlyMap<string, HeldUnits> => {
  const held = new Map<string, HeldUnits>()
  const leastFirst = [...orders.filter(isOpen), ...orders.filter((each) => !isOpen(each))].reverse()
  for (const { id: orderId, status, payBefore, lines } of leastFirst) {
    const own = new Map<string, number>()
    for (const { skuId, quantity } of lines) own.set(skuId, (own.get(skuId) ?? 0) + quantity)
    for (const [skuId, quantity] of own) held.set(skuId, { quantity, orderId, status, payBefore })
  }
  return held
}

/** The newest of the orders that holds any of these items. */
export const holderOf = (orders: readonly Order[], items: readonly { readonly skuId: string }[]): Order | undefined =>
  orders.find(({ lines }) => lines.some((line) => items.some((item) => item.skuId === line.skuId)))

/** What a number of units of a SKU would cost in an unpaid order: those it holds as placed, the rest as they are sold now. */
export const amountIn = (order: Order, skuId: string, quantity: number, unitPrice: number): number => {
  let [left, amount] = [quantity, 0]
  for (const line of order.lines.filter((each) => each.skuId === skuId)) {
    const remaining = Math.min(left, line.quantity)
    amount += remaining * line.unitPrice
    left -= remaining
  }
  return amount + left * unitPrice
}
